"""Tumour against background on real CT: a view network pretrained on photographs, and the same from scratch.

The data file holds 130 axial patches of 48 x 48 pixels of 2 mm, from 13 patients, about ten each, in order but without
identifiers (HDF5, `images` and `labels`). From each patch that allows both come four windows of 24 x 24 pixels on the
tumour (90% or more of the patch's tumour inside) and four off it (at most 5 of 576 pixels are tumour).

Neighbouring patches resemble each other, so blocks of ten stand in for patients: three runs of blocks are held out in
turn, and the block on either side of the run is used by nobody. Every network is trained in the same way, for a fixed
number of epochs, on the other blocks; nothing is chosen on what is held out. An AUC goes over pairs within a fold; its
interval resamples blocks within folds and is conditional on the fitted networks.

    .venv/bin/python benchmarks/tumour_against_background.py --data H5 --pretrained DIR --out JSON
"""

import argparse
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
from joblib import Parallel, delayed
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor
from torch.nn import functional

from radiogene.model.pretrained_folder import PretrainedNetwork, read_pretrained
from radiogene.networks.presets import build_feature_network
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.training.fitting.optimisers import optimiser_of
from radiogene.training.stages.schedule import cosine

WINDOW = 24
WINDOWS_EACH = 4
ON_SHARE = 0.9
OFF_PIXELS = 5
BLOCK = 10
HELD_OUT_BLOCKS = ((0, 1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12))
GAP_BLOCKS = 1
SEEDS = 5
EPOCHS = 15
BATCH = 32
LEARNING_RATE = 0.001
RIDGE = 0.1
RESAMPLES = 2000
TUNED, FROZEN = "all layers trained", "frozen, logistic regression on its features"
PRETRAINED, SCRATCH = "pretrained", "scratch"
BASELINE = "mean intensity"


@dataclass(frozen=True, eq=False)
class Windows:
    """N windows: pixels (N, 24, 24) from 0 to 1, whether each is on a tumour, and its patch."""

    pixels: NDArray[np.float32]
    on: NDArray[np.bool_]
    patch: NDArray[np.int_]

    @property
    def block(self) -> NDArray[np.int_]:
        """(N,) of ten patches."""
        return self.patch // BLOCK


@dataclass(frozen=True)
class Task:
    """One network to train: how, from where, in which fold, with which seed."""

    way: str
    start: str
    fold: int
    seed: int


def cut_windows(path: Path) -> Windows:
    """Windows on and off the tumour of every patch that allows both, drawn with a fixed seed."""
    with h5py.File(path) as file:
        images, masks = file["images"][:, 0], file["labels"][:, 0]
    drawn = np.random.default_rng(0)
    pixels, on, patch = [], [], []
    for number, (image, mask) in enumerate(zip(images, masks, strict=True)):
        cut, inside = sliding_window_view(image, (WINDOW, WINDOW)), sliding_window_view(mask, (WINDOW, WINDOW))
        tumour = inside.sum(axis=(2, 3))
        places = {
            True: np.argwhere(tumour >= ON_SHARE * mask.sum()),
            False: np.argwhere(tumour <= OFF_PIXELS),
        }
        if not mask.any() or not all(len(found) for found in places.values()):
            continue
        for is_on, found in places.items():
            for row, column in drawn.permutation(found)[:WINDOWS_EACH]:
                pixels.append(cut[row, column])
                on.append(is_on)
                patch.append(number)
    return Windows(np.stack(pixels).astype(np.float32), np.array(on), np.array(patch))


def parts(windows: Windows, fold: int) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Training and held-out windows of a fold, with a gap between them."""
    held_out = HELD_OUT_BLOCKS[fold]
    near = range(min(held_out) - GAP_BLOCKS, max(held_out) + GAP_BLOCKS + 1)
    return np.flatnonzero(~np.isin(windows.block, near)), np.flatnonzero(np.isin(windows.block, held_out))


def network_input(windows: Windows, training: NDArray[np.int_], size: int) -> Tensor:
    """(N, 3, S, S): scaled up, standardised by the training windows, grey copied to three channels."""
    values = (windows.pixels - windows.pixels[training].mean()) / windows.pixels[training].std()
    large = functional.interpolate(torch.from_numpy(values)[:, None], size=size, mode="bilinear", align_corners=False)
    return large.expand(-1, 3, -1, -1)


def scores_of(task: Task, windows: Windows, pretrained: PretrainedNetwork) -> NDArray[np.float64]:
    """The score of every held-out window of the task's fold."""
    torch.set_num_threads(1)
    torch.manual_seed(1000 * task.fold + task.seed)
    preset, attention = pretrained.settings.preset, pretrained.settings.attention
    network = build_feature_network(preset, attention)
    if task.start == PRETRAINED:
        pretrained.load_into(network, preset)
    training, held_out = parts(windows, task.fold)
    images = network_input(windows, training, preset.image_size)
    on = torch.from_numpy(windows.on).long()
    if task.way == FROZEN:
        features = answers(network, images)
        model = make_pipeline(StandardScaler(), LogisticRegression(C=RIDGE, max_iter=2000))
        return model.fit(features[training], windows.on[training]).decision_function(features[held_out])
    classifier = ViewClassifier(network, 2, preset.dropout_keep)
    train(classifier, images[training], on[training])
    logits = answers(classifier, images[held_out])
    return (logits[:, 1] - logits[:, 0]).astype(np.float64)


def train(classifier: ViewClassifier, images: Tensor, on: Tensor) -> None:
    """All layers, a fixed number of epochs, with flips and right-angle turns."""
    optimiser = optimiser_of("adamw", list(classifier.parameters()), LEARNING_RATE)
    classifier.train()
    for epoch in range(EPOCHS):
        optimiser.param_groups[0]["lr"] = cosine(LEARNING_RATE, epoch, EPOCHS)
        for chosen in torch.randperm(len(on)).split(BATCH):
            batch = torch.stack([turned(images[i], int(torch.randint(8, ()))) for i in chosen])
            loss = functional.cross_entropy(classifier(batch), on[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


def turned(image: Tensor, symmetry: int) -> Tensor:
    """One of the eight flips and right-angle turns of an image (3, S, S)."""
    rotated = torch.rot90(image, symmetry % 4, (1, 2))
    return rotated.flip(2) if symmetry >= 4 else rotated


def answers(network: torch.nn.Module, images: Tensor) -> NDArray[np.float32]:
    """What a network gives in evaluation mode, (N, C)."""
    network.eval()
    with torch.inference_mode():
        return torch.cat([network(part) for part in images.split(64)]).numpy()


def mean_intensity(windows: Windows, fold: int) -> NDArray[np.float64]:
    """The mean of each held-out window, turned round where the training windows on tumours are the darker ones."""
    training, held_out = parts(windows, fold)
    means = windows.pixels.mean(axis=(1, 2)).astype(np.float64)
    on = windows.on[training]
    brighter = means[training][on].mean() > means[training][~on].mean()
    return means[held_out] if brighter else -means[held_out]


class Pairs:
    """Right pairs and all pairs between the windows on tumours of one block and those off them of another.

    Only pairs within a fold count; scores of different networks do not compare.
    """

    def __init__(self, windows: Windows, scores: list[NDArray[np.float64]]) -> None:
        blocks = sum(len(blocks) for blocks in HELD_OUT_BLOCKS)
        self.right = np.zeros((blocks, blocks))
        self.all = np.zeros((blocks, blocks))
        for fold, own in enumerate(scores):
            held_out = parts(windows, fold)[1]
            on, block = windows.on[held_out], windows.block[held_out]
            larger = (own[on][:, None] > own[~on]) + 0.5 * (own[on][:, None] == own[~on])
            np.add.at(self.right, np.ix_(block[on], block[~on]), larger)
            np.add.at(self.all, np.ix_(block[on], block[~on]), 1.0)

    def auc(self, times: NDArray[np.int_]) -> float:
        """The AUC where each block stands so many times."""
        return float(times @ self.right @ times / (times @ self.all @ times))


def resampled_blocks(drawn: np.random.Generator) -> NDArray[np.int_]:
    """How often each block stands in a resample, drawn within folds."""
    times = [
        np.bincount(drawn.integers(0, len(blocks), len(blocks)), minlength=len(blocks)) for blocks in HELD_OUT_BLOCKS
    ]
    return np.concatenate(times)


def summary(systems: dict[str, list[Pairs]]) -> dict[str, Any]:
    """Per system the mean AUC over seeds with its interval; and the differences, on the same resamples."""
    drawn = np.random.default_rng(1)
    resamples = [resampled_blocks(drawn) for _ in range(RESAMPLES)]
    whole = np.ones_like(resamples[0])

    def mean(pairs: list[Pairs], times: NDArray[np.int_]) -> float:
        return float(np.mean([of_seed.auc(times) for of_seed in pairs]))

    many = {name: np.array([mean(pairs, times) for times in resamples]) for name, pairs in systems.items()}
    value = {name: mean(pairs, whole) for name, pairs in systems.items()}

    def figure(point: float, resampled: NDArray[np.float64]) -> dict[str, float]:
        low, high = np.quantile(resampled, [0.025, 0.975])
        return {"value": point, "low": float(low), "high": float(high)}

    found: dict[str, Any] = {
        name: {"auc": figure(value[name], many[name]), "auc_of_each_seed": [of_seed.auc(whole) for of_seed in pairs]}
        for name, pairs in systems.items()
    }
    differences = {}
    for way in (TUNED, FROZEN):
        first, second = f"{PRETRAINED}, {way}", f"{SCRATCH}, {way}"
        differences[f"{first} minus {second}"] = figure(value[first] - value[second], many[first] - many[second])
    first = f"{PRETRAINED}, {TUNED}"
    differences[f"{first} minus {BASELINE}"] = figure(value[first] - value[BASELINE], many[first] - many[BASELINE])
    return {"systems": found, "differences": differences}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pretrained", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    started = time.monotonic()
    windows, pretrained = cut_windows(options.data), read_pretrained(options.pretrained)
    folds = range(len(HELD_OUT_BLOCKS))
    tasks = [
        Task(way, start, fold, seed)
        for seed in range(SEEDS)
        for way, start in ((TUNED, PRETRAINED), (TUNED, SCRATCH), (FROZEN, SCRATCH), (FROZEN, PRETRAINED))
        for fold in folds
        # Frozen and pretrained, nothing depends on the seed.
        if (way, start) != (FROZEN, PRETRAINED) or seed == 0
    ]
    scores = Parallel(n_jobs=options.workers, verbose=5)(delayed(scores_of)(t, windows, pretrained) for t in tasks)
    by_task = dict(zip(tasks, scores, strict=True))
    systems = {BASELINE: [Pairs(windows, [mean_intensity(windows, fold) for fold in folds])]}
    for way, start in ((TUNED, PRETRAINED), (TUNED, SCRATCH), (FROZEN, PRETRAINED), (FROZEN, SCRATCH)):
        seeds = sorted({task.seed for task in tasks if (task.way, task.start) == (way, start)})
        systems[f"{start}, {way}"] = [
            Pairs(windows, [by_task[Task(way, start, fold, seed)] for fold in folds]) for seed in seeds
        ]
    result = {
        "patches": int(np.unique(windows.patch).size),
        "windows_on": int(windows.on.sum()),
        "windows_off": int((~windows.on).sum()),
        "patches_of_each_block": np.bincount(np.unique(windows.patch) // BLOCK).tolist(),
        "training_windows_of_each_fold": [int(parts(windows, fold)[0].size) for fold in folds],
        "held_out_windows_of_each_fold": [int(parts(windows, fold)[1].size) for fold in folds],
        "seeds": SEEDS,
        "epochs": EPOCHS,
        "learning_rate": LEARNING_RATE,
        "interval": f"95%, {RESAMPLES} resamples of blocks within folds, conditional on the fitted networks",
        "preset": pretrained.settings.preset.name,
        "weights_sha256": pretrained.weights_sha256,
        **summary(systems),
        "seconds": round(time.monotonic() - started, 1),
        "cores": os.cpu_count(),
        "torch": torch.__version__,
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps({name: result[name] for name in ("systems", "differences", "seconds")}, indent=2))


if __name__ == "__main__":
    main()
