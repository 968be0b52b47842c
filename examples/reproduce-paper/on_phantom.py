"""Runs the commands of README.md, as printed, on phantoms: a training cohort and one laid out as the collection.

    .venv/bin/python examples/reproduce-paper/on_phantom.py --out runs/reproduce

Blocks marked `sh` are run, in order; blocks marked `bash` are left out (they need the network, or are this script).
Prints the seconds and the peak memory of each block. The defaults are the smallest sizes that every command takes.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)

CLASSES = ("lying", "standing")
"""The photographs' classes: stripes that lie or stand take the place of cats and dogs."""

PHOTOGRAPH_PIXELS, STRIPE_PIXELS = 64, 8

TRAINING_SEED = 88
"""Gives both genes five mutants and five wild types with segments among 14 patients, and some of each in 3 folds."""


def blocks() -> list[str]:
    """The blocks of the README that are run."""
    return BLOCK.findall((HERE / "README.md").read_text(encoding="utf-8"))


def write_photographs(out: Path, each: int) -> None:
    """Writes as many images of either class, in two folders."""
    for label, name in enumerate(CLASSES):
        (out / name).mkdir(parents=True, exist_ok=True)
        for number in range(each):
            drawn = np.random.default_rng([label, number])
            colours = drawn.integers(0, 256, (2, 3), dtype=np.uint8)
            rows, columns = np.indices((PHOTOGRAPH_PIXELS, PHOTOGRAPH_PIXELS))
            stripe = ((columns if label else rows) + drawn.integers(STRIPE_PIXELS)) // STRIPE_PIXELS % 2
            Image.fromarray(colours[stripe]).save(out / name / f"{number:03}.png")


def prepared(out: Path, options: argparse.Namespace) -> dict[str, str]:
    """The variables of the README, for phantoms and photographs that have been written."""
    radiogene = Path(sys.executable).parent / "radiogene"
    phantom = [str(radiogene), "phantom", "--quiet"]
    training = ["--out", "training", "--patients", str(options.training), "--seed", str(TRAINING_SEED)]
    subprocess.run([*phantom, *training], cwd=out, check=True)
    layout = ["--layout", "nsclc-radiogenomics", "--out", "collection", "--patients", str(options.patients)]
    subprocess.run([*phantom, *layout, "--seed", "7"], cwd=out, check=True)
    write_photographs(out / "photographs", options.photographs)
    return os.environ | {
        "PATH": f"{radiogene.parent}{os.pathsep}{os.environ['PATH']}",
        "TRAINING": "training/cohort.csv",
        "LABELS": "collection/labels.csv",
        "CENTRES": "collection/tumour_centres.csv",
        "IMAGES": "collection/NSCLC Radiogenomics",
        "PHOTOGRAPHS": "photographs",
        "PRESET": options.preset,
        "EPOCHS": str(options.epochs),
        "FOLDS": str(options.folds),
    }


def main() -> None:
    """Runs everything and stops at the first command that fails."""
    parser = argparse.ArgumentParser(description="Runs the commands of README.md on phantoms.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--patients", type=int, default=10, help="in the phantom of the collection")
    parser.add_argument("--training", type=int, default=14, help="in the phantom of a training cohort")
    parser.add_argument("--photographs", type=int, default=20, help="of each of the two classes")
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="only so many blocks, from the first (default: all)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    variables = prepared(options.out, options)
    for text in blocks()[: options.steps]:
        print(f"$ {text.strip()}", flush=True)
        start = time.perf_counter()
        process = subprocess.Popen(["bash", "-euc", text], cwd=options.out, env=variables)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"This block ended with {process.returncode}.")
        # KiB on Linux; of the largest process of the block.
        print(f"[{time.perf_counter() - start:.0f} s, peak memory {used.ru_maxrss / 1024:.0f} MB]\n", flush=True)


if __name__ == "__main__":
    main()
