"""What the start of the masks costs and brings: a bias of -4 against -2 and 0.

    .venv/bin/python benchmarks/mask_start.py --out mask_start.json

1. At the paper's size, one image: how far the features of a network move when its masks are switched on at their
   start. The weights are drawn (no trained ones are at hand); the running statistics are those of the network's maps,
   as in a trained one, so that every layer meets what it expects until a mask multiplies its input.
2. At the size of `tiny`: a network learns, masks off, to tell bright from faint discs in clutter; then masks are
   switched on at each bias and all layers go on learning. Measured on held-out images: the loss at once and after
   some steps, and how much the masks differ from place to place. A control goes on without masks.

The discs are synthetic; nothing here is a result on patients. Runs on the CPU. The JSON has every figure; standard
output has the means and standard deviations over seeds.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from radiogene.networks.attention_module import MASK_START_BIAS
from radiogene.networks.presets import PAPER, TINY, build_view_network
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.networks.view_network import ViewNetwork

BIASES = (-5.0, MASK_START_BIAS, -3.0, -2.0, 0.0)
"""Where features are compared."""

TRAINED_BIASES = (MASK_START_BIAS, -2.0, 0.0)
"""Where masks go on to learn."""

SETTLING_IMAGES = 2
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


def settle(network: ViewNetwork, images: Tensor) -> None:
    """Running statistics of the network's own maps, masks off, as a trained network has them."""
    network.mask_enabled = False
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
    network.train()
    with torch.no_grad():
        network(images)
    network.eval()


def start_masks(network: ViewNetwork, bias: float) -> None:
    """Masks on, at their start with the given bias: the weights before it are zero."""
    network.mask_enabled = True
    for module in network.attention_modules:
        nn.init.zeros_(module.mask.weighting.weight)
        nn.init.constant_(module.mask.weighting.bias, bias)


@torch.no_grad()
def change_of_features(network: ViewNetwork, images: Tensor, biases: Sequence[float]) -> list[dict[str, float]]:
    """How far the features move when masks are switched on, per bias."""
    network.eval()
    network.mask_enabled = False
    before = network(images)
    rows = []
    for bias in biases:
        start_masks(network, bias)
        after = network(images)
        rows.append(
            {
                "bias": bias,
                "mask": torch.sigmoid(torch.tensor(bias)).item(),
                "relative_change": ((after - before).norm() / before.norm()).item(),
                "cosine": functional.cosine_similarity(after, before).min().item(),
            }
        )
    return rows


def at_the_papers_size(seed: int) -> list[dict[str, float]]:
    """Part 1."""
    torch.manual_seed(seed)
    network = build_view_network(PAPER)
    settle(network, discs(SETTLING_IMAGES, PAPER.image_size, seed)[0])
    return change_of_features(network, discs(1, PAPER.image_size, seed + 1)[0], BIASES)


def learn(classifier: ViewClassifier, steps: int, seed: int, look: Callable[[int], None] = lambda step: None) -> None:
    """Trains all layers for some steps of fresh images; `look` is called with each number of finished steps."""
    optimiser = torch.optim.AdamW(classifier.parameters(), lr=LEARNING_RATE)
    look(0)
    for step in range(1, steps + 1):
        images, faint = discs(BATCH, TINY.image_size, seed=1_000_000 * (seed + 1) + step)
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
    test = discs(HELD_OUT, TINY.image_size, seed=seed + 10_000)
    trunk = held_out(classifier, *test)
    arms: dict[str, Any] = {}
    for bias in (None, *TRAINED_BIASES):
        arm = deepcopy(classifier)
        if bias is not None:
            start_masks(arm.network, bias)
        looks: dict[int, dict[str, float]] = {}

        def look(step: int, arm: ViewClassifier = arm, looks: dict[int, dict[str, float]] = looks) -> None:
            if step in LOOKED_AT:
                looks[step] = held_out(arm, *test)

        torch.manual_seed(seed)
        learn(arm, MASK_STEPS, seed + 500, look)
        arms["no masks" if bias is None else f"{bias:g}"] = looks
    features = change_of_features(deepcopy(classifier).network, test[0], BIASES)
    return {"seed": seed, "masks_off": trunk, "features": features, "arms": arms}


def row_of(values: Sequence[float], digits: int = 3) -> str:
    """Mean and standard deviation over seeds."""
    spread = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{mean(values):.{digits}f}{spread}"


def tables(result: dict[str, Any]) -> str:
    """Both parts as Markdown."""
    runs = result["short_training"]
    lines = ["| bias | mask | features change (paper) | cosine | features change (trained tiny) |", "| --- " * 5 + "|"]
    for index, row in enumerate(result["paper_size"]):
        trained = [run["features"][index]["relative_change"] for run in runs]
        lines.append(
            f"| {row['bias']:g} | {row['mask']:.3f} | {row['relative_change']:.3f} | {row['cosine']:.4f} "
            f"| {row_of(trained)} |"
        )
    steps = [f"loss after {step}" for step in LOOKED_AT]
    lines += ["", f"| bias | {' | '.join(steps)} | mask mean | mask spread |", "| --- " * (3 + len(steps)) + "|"]
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
    parser.add_argument("--seeds", type=int, default=3, help="repeats of part 2")
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
        "paper_size": at_the_papers_size(seed=0),
        "short_training": [short_training(seed) for seed in range(options.seeds)],
    }
    result["seconds"] = round(time.monotonic() - started, 1)
    result["processor_seconds"] = round(time.process_time() - processor_started, 1)
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(tables(result))
    print(f"\n{result['seconds']} s ({result['processor_seconds']} s of processors), {options.seeds} seeds")


if __name__ == "__main__":
    main()
