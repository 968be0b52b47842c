"""What a CUDA GPU makes of MMDL's training step: images a second, share of its own matrix peak, memory by batch.

    .venv/bin/python benchmarks/gpu_training.py

bf16, channels last, the views of a batch in one `grid_sample`; plain and compiled steps. The matrix peak is what a
large bf16 product reaches on the same device in the same run. Without a CUDA GPU it says so, and measures nothing;
`--device cpu --quick` runs the same code on a processor in a small size, whose figures say nothing of a GPU.
"""

import argparse
import json
import sys
from pathlib import Path

import torch

from harness.results import RESULTS
from radiogene.networks.presets import PAPER, SMALL, TINY
from training_loops.device_step import DeviceStep, device_result

BATCHES = (4, 8, 16, 32, 64)
REPEATS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda", help="cuda, or cpu to try the code")
    parser.add_argument("--quick", action="store_true", help="preset tiny, small batches, few repeats, not compiled")
    parser.add_argument("--out", type=Path, default=RESULTS / "gpu_training.json", help="where to write the result")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        print("No CUDA GPU here: nothing was measured.", file=sys.stderr)
        return
    device = torch.device(options.device)
    if options.quick:
        steps = [DeviceStep(TINY, patients, device, compiled=False) for patients in (1, 2)]
    else:
        steps = [
            DeviceStep(preset, patients, device, compiled=compiled)
            for preset in (SMALL, PAPER)
            for patients in BATCHES
            for compiled in (False, True)
        ]
    result = device_result(steps, device, repeats=2 if options.quick else REPEATS).to_json(quick=options.quick)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    json.dump(result, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
