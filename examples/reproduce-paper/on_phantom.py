"""Runs the commands of README.md, as printed, on phantoms: a training cohort and one laid out as the collection.

    .venv/bin/python examples/reproduce-paper/on_phantom.py --out runs/reproduce

Blocks marked `sh` are run, in order; blocks marked `bash` are left out (they need the network, or are this script).
Prints the seconds and the peak memory of each block.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[str]:
    """The blocks of the README that are run."""
    return BLOCK.findall((HERE / "README.md").read_text(encoding="utf-8"))


def prepared(out: Path, patients: int, training: int, preset: str, epochs: int) -> dict[str, str]:
    """The variables of the README, for phantoms that have been written."""
    radiogene = Path(sys.executable).parent / "radiogene"
    phantom = [str(radiogene), "phantom", "--quiet"]
    subprocess.run([*phantom, "--out", "training", "--patients", str(training)], cwd=out, check=True)
    layout = ["--layout", "nsclc-radiogenomics", "--out", "collection", "--patients", str(patients), "--seed", "7"]
    subprocess.run([*phantom, *layout], cwd=out, check=True)
    return os.environ | {
        "PATH": f"{radiogene.parent}{os.pathsep}{os.environ['PATH']}",
        "TRAINING": "training/cohort.csv",
        "LABELS": "collection/labels.csv",
        "CENTRES": "collection/tumour_centres.csv",
        "IMAGES": "collection/NSCLC Radiogenomics",
        "PRESET": preset,
        "EPOCHS": str(epochs),
    }


def main() -> None:
    """Runs everything and stops at the first command that fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--patients", type=int, default=40, help="in the phantom of the collection")
    parser.add_argument("--training", type=int, default=60, help="in the phantom of a training cohort")
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    variables = prepared(options.out, options.patients, options.training, options.preset, options.epochs)
    for text in blocks():
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
