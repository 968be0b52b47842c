"""Pretrains on photographs of cats and dogs with `radiogene pretrain`, and measures it on images it never saw.

The data folder has cat/cat.N.jpg and dog/dog.N.jpg. Every image whose number N is divisible by 5 is a test image:
it takes no part in training, in stopping or in any choice. Writes OUT/pretraining.json and OUT/curve.png; the network
is in OUT/network. The photographs themselves are linked, not copied, and are never to be shipped.

    .venv/bin/python benchmarks/pretrain_cats_dogs.py --data cats_dogs --preset tiny --out cats_dogs_tiny
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

import matplotlib
import torch

CLASSES = ("cat", "dog")
TEST_EVERY = 5
GOAL = 0.70
NUMBER = re.compile(r"\.(\d+)\.jpg$")


def link_parts(data: Path, out: Path) -> None:
    """Links every image into OUT/training or OUT/test by its number."""
    for name in CLASSES:
        for part in ("training", "test"):
            (out / part / name).mkdir(parents=True, exist_ok=True)
        for file in sorted((data / name).iterdir()):
            found = NUMBER.search(file.name)
            if found is None:
                raise SystemExit(f"{file}: expected {name}.NUMBER.jpg")
            part = "test" if int(found[1]) % TEST_EVERY == 0 else "training"
            link = out / part / name / file.name
            if not link.is_symlink():
                link.symlink_to(file.resolve())


def draw_curve(history: list[dict[str, float]], test: dict[str, float], path: Path) -> None:
    """Losses and accuracies per epoch, and the test accuracy of the kept epoch."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    epochs = [entry["epoch"] for entry in history]
    figure, (losses, accuracies) = pyplot.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    losses.plot(epochs, [entry["loss"] for entry in history], label="training")
    losses.plot(epochs, [entry["validation_loss"] for entry in history], label="validation")
    losses.set(xlabel="epoch", ylabel="cross-entropy")
    losses.legend()
    accuracies.plot(epochs, [entry["validation_accuracy"] for entry in history], color="C1", label="validation")
    accuracies.axhspan(test["low"], test["high"], color="C2", alpha=0.2)
    accuracies.axhline(test["value"], color="C2", label="test, 95% interval")
    accuracies.axhline(0.5, color="grey", linestyle=":", label="chance")
    accuracies.set(xlabel="epoch", ylabel="accuracy")
    accuracies.legend()
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--preset", choices=("tiny", "small"), default="tiny")
    parser.add_argument("--out", type=Path, required=True)
    options, more = parser.parse_known_args()
    link_parts(options.data, options.out)
    command = ["pretrain", str(options.out / "training"), "--test", str(options.out / "test")]
    command += ["--out", str(options.out / "network"), "--preset", options.preset, *more]
    started = time.monotonic()
    subprocess.run([str(Path(sys.executable).parent / "radiogene"), *command], check=True)
    seconds = time.monotonic() - started
    manifest = json.loads((options.out / "network" / "manifest.json").read_text())
    history = json.loads((options.out / "network" / "history.json").read_text())["history"]
    test = manifest["test"]
    accuracy = {"value": test["accuracy"]["value"], **test["accuracy"]["interval"]}
    result = {
        "test_rule": f"number divisible by {TEST_EVERY}",
        "goal": f"lower end of the 95% interval above {GOAL}",
        "reached": accuracy["low"] > GOAL,
        "test": test,
        "validation": manifest["validation"],
        "images": manifest["images"],
        "fit": manifest["fit"],
        "settings": manifest["settings"],
        "history": history,
        "seconds": round(seconds, 1),
        "cores": os.cpu_count(),
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "machine": platform.machine(),
        "torch": torch.__version__,
    }
    (options.out / "pretraining.json").write_text(json.dumps(result, indent=2) + "\n")
    draw_curve(history, accuracy, options.out / "curve.png")
    print(json.dumps({name: result[name] for name in ("reached", "test", "seconds")}, indent=2))


if __name__ == "__main__":
    main()
