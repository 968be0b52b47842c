"""What the start of the masks costs and brings: small random weights and a bias of 0, against weights of zero.

    .venv/bin/python benchmarks/mask_start.py --out mask_start.json

At the size of `tiny`, with views of 64 pixels: a network learns, masks off, to tell bright from faint discs in
clutter; then masks are switched on at each start and all layers go on learning. Measured on held-out images: the loss
at once and after some steps, and how much the masks differ from place to place. A control goes on without masks. Where
a start says "measured anew", the running statistics of normalisation are taken again with the masks on, as a training
does that begins with a trunk alone.

The discs are synthetic; nothing here is a result on patients. Runs on the CPU. The JSON has every figure; standard
output has the means and standard deviations over seeds.
"""

import argparse
import json
import math
import os
import platform
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from radiogene.networks.attention_module import MASK_START_BIAS, MASK_START_SPREAD
from radiogene.networks.normalisation_statistics import measure_normalisation
from radiogene.networks.presets import TINY, build_view_network
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.networks.view_network import ViewNetwork


@dataclass(frozen=True)
class Start:
    """One start of the masks.

    Attributes:
        bias: of the last convolution.
        spread: standard deviation of the logits over places; 0 sets the weights to zero.
        anew: True measures the statistics of normalisation again.
    """

    bias: float
    spread: float
    anew: bool

    @property
    def words(self) -> str:
        """The row's name."""
        weights = f"spread {self.spread:g}" if self.spread else "weights 0"
        return f"bias {self.bias:g}, {weights}{', measured anew' if self.anew else ''}"


STARTS = (
    Start(-4.0, 0.0, anew=False),
    Start(-2.0, MASK_START_SPREAD, anew=True),
    Start(MASK_START_BIAS, 0.0, anew=True),
    Start(MASK_START_BIAS, MASK_START_SPREAD, anew=False),
    Start(MASK_START_BIAS, MASK_START_SPREAD, anew=True),
)

SIDE = 64
SETTLING_IMAGES = 64
BATCH = 16
TRUNK_STEPS = 60
MASK_STEPS = 60
LOOKED_AT = (0, 5, 20, MASK_STEPS)
"""Steps with masks after which the held-out images are asked."""

HELD_OUT = 192
LEARNING_RATE = 2e-3


def discs(count: int, size: int, seed: int) -> tuple[Tensor, Tensor]:
    """Images (B, 3, S, S) of one disc among streaks and noise, and whether it is faint (B,) int64."""
    generator = torch.Generator().manual_seed(seed)
    faint = torch.randint(0, 2, (count,), generator=generator)
    axis = torch.arange(float(size)) / size - 0.5
    rows, columns = torch.meshgrid(axis, axis, indexing="ij")
    centre = 0.2 * torch.randn(count, 2, 1, 1, generator=generator)
    radius = 0.08 + 0.08 * torch.rand(count, 1, 1, generator=generator)
    height = torch.where(faint == 1, 0.9, 1.6)[:, None, None]
    disc = height * (torch.hypot(rows - centre[:, 0], columns - centre[:, 1]) < radius)
    angle = torch.pi * torch.rand(count, 1, 1, generator=generator)
    offset = 0.3 * torch.randn(count, 1, 1, generator=generator)
    streak = 1.3 * ((rows * angle.cos() + columns * angle.sin() - offset).abs() < 0.03)
    noise = 0.7 * torch.randn(count, size, size, generator=generator)
    return (disc + streak + noise)[:, None].expand(-1, 3, -1, -1).contiguous(), faint


def start_masks(network: ViewNetwork, start: Start, images: Tensor) -> None:
    """Masks on, at their start."""
    network.mask_enabled = True
    for module in network.attention_modules:
        if module.mask is None:
            continue
        weighting = module.mask.weighting
        nn.init.normal_(weighting.weight, std=start.spread / math.sqrt(weighting.in_channels / 2))
        nn.init.constant_(weighting.bias, start.bias)  # type: ignore[arg-type]
    if start.anew:
        measure_normalisation(network, network, images.split(BATCH))


def learn(classifier: ViewClassifier, steps: int, seed: int, look: Callable[[int], None] = lambda step: None) -> None:
    """Trains all layers for some steps of fresh images; `look` is called with each number of finished steps."""
    optimiser = torch.optim.AdamW(classifier.parameters(), lr=LEARNING_RATE)
    look(0)
    for step in range(1, steps + 1):
        images, faint = discs(BATCH, SIDE, seed=1_000_000 * (seed + 1) + step)
        optimiser.zero_grad()
        functional.cross_entropy(classifier.train()(images), faint).backward()
        optimiser.step()
        look(step)


@torch.no_grad()
def held_out(classifier: ViewClassifier, images: Tensor, faint: Tensor) -> dict[str, float]:
    """Loss, accuracy, and mean and spread over pixels and images of the three masks."""
    masks: list[Tensor] = []
    network: Any = classifier.network
    handles = [m.mask.register_forward_hook(lambda _, __, out: masks.append(out)) for m in network.attention_modules]
    logits = classifier.eval()(images)
    for handle in handles:
        handle.remove()
    found = {
        "loss": functional.cross_entropy(logits, faint).item(),
        "accuracy": (logits.argmax(dim=1) == faint).float().mean().item(),
    }
    if masks:
        # Over pixels and images, channel by channel: a mask that is the same everywhere has learnt no place.
        found["mask_mean"] = mean(mask.mean().item() for mask in masks)
        found["mask_spread"] = mean(mask.transpose(0, 1).flatten(1).std(dim=1).mean().item() for mask in masks)
    return found


def short_training(seed: int) -> dict[str, Any]:
    """Part 2 for one seed."""
    torch.manual_seed(seed)
    classifier = ViewClassifier(build_view_network(TINY), 2, TINY.dropout_keep).to(memory_format=torch.channels_last)
    classifier.network.mask_enabled = False
    learn(classifier, TRUNK_STEPS, seed)
    test = discs(HELD_OUT, SIDE, seed=seed + 10_000)
    trunk = held_out(classifier, *test)
    arms: dict[str, Any] = {}
    for start in (None, *STARTS):
        arm = deepcopy(classifier)
        torch.manual_seed(seed)
        if start is not None:
            start_masks(arm.network, start, discs(SETTLING_IMAGES, SIDE, seed=seed + 20_000)[0])
        looks: dict[int, dict[str, float]] = {}

        def look(step: int, arm: ViewClassifier = arm, looks: dict[int, dict[str, float]] = looks) -> None:
            if step in LOOKED_AT:
                looks[step] = held_out(arm, *test)

        learn(arm, MASK_STEPS, seed + 500, look)
        arms["no masks" if start is None else start.words] = looks
    return {"seed": seed, "masks_off": trunk, "arms": arms}


def row_of(values: Sequence[float], digits: int = 3) -> str:
    """Mean and standard deviation over seeds."""
    spread = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{mean(values):.{digits}f}{spread}"


def table(runs: Sequence[dict[str, Any]]) -> str:
    """The arms as Markdown."""
    steps = [f"loss after {step}" for step in LOOKED_AT]
    lines = [f"| start | {' | '.join(steps)} | mask mean | mask spread |", "| --- " * (3 + len(steps)) + "|"]
    for arm in runs[0]["arms"]:
        looks = [run["arms"][arm] for run in runs]
        losses = [row_of([look[step]["loss"] for look in looks]) for step in LOOKED_AT]
        masks = ["", ""]
        if "mask_mean" in looks[0][MASK_STEPS]:
            masks = [row_of([look[MASK_STEPS][key] for look in looks]) for key in ("mask_mean", "mask_spread")]
        lines.append(f"| {arm} | {' | '.join(losses)} | {' | '.join(masks)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="JSON file of all figures")
    parser.add_argument("--seeds", type=int, default=3, help="repeats")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    started, processor_started = time.monotonic(), time.process_time()
    result: dict[str, Any] = {
        "torch": torch.__version__,
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "threads": options.threads,
        "steps": {"masks off": TRUNK_STEPS, "after": MASK_STEPS, "batch": BATCH},
        "short_training": [short_training(seed) for seed in range(options.seeds)],
    }
    result["seconds"] = round(time.monotonic() - started, 1)
    result["processor_seconds"] = round(time.process_time() - processor_started, 1)
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(table(result["short_training"]))
    print(f"\n{result['seconds']} s ({result['processor_seconds']} s of processors), {options.seeds} seeds")


if __name__ == "__main__":
    main()
