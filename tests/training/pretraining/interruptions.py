"""Pretrainings as a user starts and interrupts them."""

import os
import subprocess
import sys
import time
from pathlib import Path

RADIOGENE = str(Path(sys.executable).parent / "radiogene")

SAME_FILES = ("network.safetensors", "settings.json", "history.json", "card.md")


def command(source, out, *more):
    """The words of a pretraining of four short epochs at the smallest preset."""
    words = ("pretrain", source, "--out", out, "--preset", "tiny", "--batch", "4", "--epochs", "4", "--seed", "2")
    return [*map(str, words), "--accelerator", "cpu", "--quiet", *more]


def killed_after_an_epoch(words, out, number):
    """Exit code and standard error of a pretraining that gets a signal as soon as one epoch is kept."""
    process = subprocess.Popen([RADIOGENE, *words], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    checkpoint = out.with_name(f"{out.name}.unfinished") / "pretraining" / "last.ckpt"
    deadline = time.monotonic() + 240
    while not checkpoint.exists():
        assert process.poll() is None, "the pretraining ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, number)
    shown = process.communicate(timeout=120)[1]
    assert not out.exists()
    return process.returncode, shown
