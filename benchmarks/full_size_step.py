"""One optimiser step of the paper's network at full size: nine view networks, 299 pixels, 16 patients.

Prints peak memory and time as JSON. `--recompute` is what `radiogene train --recompute` does; without it the maps of
all nine views are kept, which needs several times as much.

    .venv/bin/python benchmarks/full_size_step.py
"""

import argparse
import json
import os
import platform
import resource
import time

import torch

from radiogene.networks.losses import branch_loss, fused_loss
from radiogene.networks.presets import PAPER, build_mmdl
from radiogene.networks.standardisation import Standardisation, standardised
from radiogene.networks.view_sampling import ViewSampler
from radiogene.training.batches.augmentation import Augmentation
from radiogene.training.fitting.optimisers import optimiser_of
from radiogene.training.stages.schedule import schedule_of

GENES = ("EGFR", "KRAS")


def peak_gib() -> float:
    """Peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Runs the step and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=16)
    parser.add_argument("--stage", choices=("views", "fusion"), default="fusion")
    parser.add_argument("--recompute", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    torch.manual_seed(0)
    network = build_mmdl(PAPER, GENES, clinical_count=3).train()
    network.recompute = options.recompute
    schedule = schedule_of("paper").all_layers
    optimiser = optimiser_of(schedule.optimiser, list(network.parameters()), schedule.learning_rate)
    built = peak_gib()
    cubes = torch.randint(-1000, 400, (options.patients, 64, 64, 64), dtype=torch.int16)
    draws = Augmentation(0, 9).draw(0, list(range(options.patients)))
    labels = torch.randint(0, 2, (options.patients, len(GENES))).float()
    known = torch.ones_like(labels, dtype=torch.bool)
    started = time.monotonic()
    views = standardised(ViewSampler(PAPER.image_size)(cubes, draws), Standardisation(-500.0, 400.0))
    output = network(views, torch.zeros(options.patients, 3))
    loss = (
        fused_loss(output.fused_logits, labels, known)
        if options.stage == "fusion"
        else branch_loss(output.branch_logits, labels, known)
    )
    forward = time.monotonic() - started
    loss.backward()
    backward = time.monotonic() - started - forward
    optimiser.step()
    result = {
        "preset": "paper",
        "patients": options.patients,
        "images": options.patients * 9,
        "parameters": sum(p.numel() for p in network.parameters()),
        "stage": options.stage,
        "recompute": options.recompute,
        "loss": round(loss.item(), 4),
        "peak_gib": round(peak_gib(), 2),
        "peak_gib_after_building": round(built, 2),
        "seconds_forward": round(forward, 1),
        "seconds_backward": round(backward, 1),
        "seconds_step": round(time.monotonic() - started, 1),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "machine": platform.machine(),
        "torch": torch.__version__,
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
