"""A training step of MMDL on a device, and what it reaches of the device's own matrix peak."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from statistics import median

import torch

from harness.results import BenchmarkResult, Figure, Timing
from radiogene.networks.description import describe
from radiogene.networks.losses import branch_loss, fused_loss
from radiogene.networks.presets import Preset, build_mmdl
from radiogene.networks.standardisation import Standardisation, standardised
from radiogene.networks.view_sampling import ViewSampler, ViewTransforms
from radiogene.training.batches.augmentation import Augmentation
from radiogene.training.fitting.optimisers import optimiser_of
from radiogene.training.stages.schedule import schedule_of
from radiogene.training.stages.stage_input import without_waiting
from training_loops.our_loop import views_of

GENES = ("EGFR", "KRAS")
CLINICAL = 3
MATRIX = {"cuda": 8192, "cpu": 1024}
"""Rows and columns of the product that shows a device's matrix peak."""

OPERATIONS_OF_A_STEP = 2 * 3
"""Of a multiply-accumulate: a product and a sum; the forward pass, and twice as much in the backward pass."""

GIB = 2**30
SEED = 0


@dataclass(frozen=True)
class DeviceStep:
    """One size of step.

    Attributes:
        preset: sizes of the network.
        patients: of the batch.
        device: where it runs.
        compiled: whether the view networks are compiled.
    """

    preset: Preset
    patients: int
    device: torch.device
    compiled: bool

    @property
    def name(self) -> str:
        """As a row of the table names it."""
        return f"`{self.preset.name}`, {self.patients} patients{', compiled' if self.compiled else ''}"

    @property
    def operations(self) -> int:
        """Floating-point operations of the step's convolutions and layers."""
        return describe(self.preset, GENES, CLINICAL).total.operations * self.patients * OPERATIONS_OF_A_STEP

    def prepared(self) -> Callable[[], torch.Tensor]:
        """A call that makes one step and returns its loss, still on the device."""
        torch.manual_seed(SEED)
        network = build_mmdl(self.preset, GENES, CLINICAL).to(self.device).train()
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if self.compiled:
            network.compile_for_training()
        schedule = schedule_of(self.preset.name).all_layers
        optimiser = optimiser_of(schedule.optimiser, list(network.parameters()), schedule.learning_rate)
        views = views_of(self.preset)
        sampler = ViewSampler(self.preset.image_size, views=views).to(self.device)
        cubes = torch.randint(-1000, 400, (self.patients, 64, 64, 64), dtype=torch.int16, device=self.device)
        labels = torch.randint(0, 2, (self.patients, len(GENES)), device=self.device).float()
        known = torch.ones_like(labels, dtype=torch.bool)
        clinical = torch.zeros(self.patients, CLINICAL, device=self.device)
        augmentation, nodules = Augmentation(SEED, len(views)), list(range(self.patients))

        epochs = count()

        def step() -> torch.Tensor:
            drawn = augmentation.draw(next(epochs), nodules)
            drawn = ViewTransforms(
                *(without_waiting(part, self.device) for part in (drawn.turn_flip, drawn.shift_mm, drawn.depth_mm))
            )
            with torch.autocast(self.device.type, torch.bfloat16):
                views = standardised(sampler(cubes, drawn), Standardisation(-400.0, 500.0))
                output = network(views, clinical)
                loss = branch_loss(output.branch_logits, labels, known) + fused_loss(output.fused_logits, labels, known)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            return loss.detach()

        return step


@dataclass(frozen=True)
class Reached:
    """What a step took.

    Attributes:
        seconds: of each repeat.
        memory_gib: at most on a CUDA device, NaN elsewhere.
        loss: of the last step.
    """

    seconds: tuple[float, ...]
    memory_gib: float
    loss: float


def reached(step: DeviceStep, repeats: int) -> Reached | None:
    """The times and memory of a step, or None where the device has too little memory.

    Args:
        step: its size.
        repeats: that count, after two that warm up (and compile).
    """
    if step.device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(step.device)
    try:
        call = step.prepared()
        for _ in range(2):
            call()
        seconds = [timed(call, step.device) for _ in range(repeats)]
        loss = call().item()
    except torch.OutOfMemoryError:
        return None
    memory = torch.cuda.max_memory_allocated(step.device) / GIB if step.device.type == "cuda" else float("nan")
    return Reached(tuple(seconds), memory, loss)


def timed(call: Callable[[], object], device: torch.device) -> float:
    """Seconds until a device has done what a call gave it.

    Args:
        call: queues work.
        device: does it.
    """
    _wait(device)
    started = time.perf_counter()
    call()
    _wait(device)
    return time.perf_counter() - started


def matrix_peak(device: torch.device, repeats: int) -> float:
    """Floating-point operations a second of a large bf16 product.

    Args:
        device: that computes it.
        repeats: of which the median counts.
    """
    size = MATRIX[device.type]
    left, right = (torch.randn(size, size, device=device).to(torch.bfloat16) for _ in range(2))
    left @ right
    return 2 * size**3 / median(timed(lambda: left @ right, device) for _ in range(repeats))


def device_result(steps: Sequence[DeviceStep], device: torch.device, repeats: int) -> BenchmarkResult:
    """The result of all sizes of step that the device has memory for.

    Args:
        steps: sizes.
        device: where they run.
        repeats: of each.
    """
    peak = matrix_peak(device, repeats)
    timings: list[Timing] = []
    figures = [Figure("matrix peak, a bf16 product", peak / 1e12, "teraflop/s", _device_name(device))]
    for step in steps:
        found = reached(step, repeats)
        if found is None:
            whole = torch.cuda.get_device_properties(device).total_memory / GIB
            figures.append(Figure(f"{step.name}: does not fit", whole, "GiB", "the device's memory"))
            continue
        timing = Timing(f"a step, {step.name}", found.seconds, f"{step.preset.image_size} pixels, bf16")
        timings.append(timing)
        figures += [
            Figure(f"{step.name}: images", step.preset.view_count * step.patients / timing.median, "a second"),
            Figure(f"{step.name}: of the matrix peak", 100 * step.operations / timing.median / peak, "%"),
        ]
        if device.type == "cuda":
            figures.append(Figure(f"{step.name}: memory", found.memory_gib, "GiB"))
    return BenchmarkResult(
        name="gpu_training",
        title="A training step on a GPU",
        timings=timings,
        figures=figures,
        packages=["torch"],
    )


def _device_name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
