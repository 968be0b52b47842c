"""How long `small` takes to train: 100 synthetic patients, 10 epochs of all layers, on this machine's cores.

    .venv/bin/python benchmarks/small_training.py --work runs/small-training

Prints JSON. The patients are synthetic; the figure is a time, nothing is claimed of the model.
"""

import argparse
import json
import os
import resource
import time
from pathlib import Path

import torch

import radiogene as rg
from radiogene.phantom import write_cohort


def main() -> None:
    """Makes the patients where they are not there yet, trains, and prints the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for patients, store and model")
    parser.add_argument("--patients", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    cohort, store = options.work / "cohort", options.work / "store"
    if not store.exists():
        table = write_cohort(cohort, patients=options.patients, site="A", seed=0, workers=-1)
        rg.prepare_cohort(table, store)
    epochs = options.epochs
    settings = {"preset": "small", "all_layers": {"epochs": epochs, "patience": epochs}, "fusion": {"epochs": 0}}
    started, used = time.monotonic(), time.process_time()
    rg.train(store, options.work / "model", settings=settings, run={"accelerator": "cpu"}, progress=True)
    seconds = time.monotonic() - started
    manifest = json.loads((options.work / "model" / "manifest.json").read_text(encoding="utf-8"))
    result = {
        "preset": "small",
        "patients": manifest["training"]["patients"],
        "fitted_on_patients": manifest["members"][0]["fitted_on_patients"],
        "epochs": manifest["members"][0]["stages"][0]["epochs"],
        "minutes": round(seconds / 60, 1),
        "processor_minutes": round((time.process_time() - used) / 60, 1),
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
