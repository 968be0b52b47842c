"""What a machine needs for the parts of the paper's whole way, measured in seconds before it is planned."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import torch

from harness.phantom_cubes import phantom_cube
from radiogene.networks.presets import Preset, build_view_network
from radiogene.training.fitting.optimisers import optimiser_of
from radiogene.training.stages.schedule import schedule_of
from training_loops.device_step import matrix_peak, timed
from training_loops.paper_plan import MeasuredCosts

REPEATS = 5
WRITTEN_BYTES = 2**29
CUBES = 3


def measured_costs(preset: Preset, device: torch.device, work: Path, workers: int) -> MeasuredCosts:
    """The costs on this machine.

    Args:
        preset: sizes of the network.
        device: that trains.
        work: folder on the disk that takes the checkpoints.
        workers: processes that make cubes.
    """
    step_s, forward_s = _image_seconds(preset, device)
    return MeasuredCosts(
        cube_s=_cube_s() / workers,
        step_s=step_s,
        forward_s=forward_s,
        kept_bytes_per_s=_kept_bytes_per_s(device, work),
        matrix_peak=matrix_peak(device, REPEATS),
    )


def _image_seconds(preset: Preset, device: torch.device) -> tuple[float, float]:
    """Seconds for an image of a training step and of a forward pass of one view network, at the training's batch."""
    batch = schedule_of(preset.name).batch_patients
    torch.manual_seed(0)
    network = build_view_network(preset).to(device, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    optimiser = optimiser_of(schedule_of(preset.name).all_layers.optimiser, list(network.parameters()), 1e-4)
    images = torch.randn(batch, 3, preset.image_size, preset.image_size, device=device)
    images = images.contiguous(memory_format=torch.channels_last)

    def step() -> None:
        with torch.autocast(device.type, torch.bfloat16):
            loss = network(images).float().square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def forward() -> None:
        with torch.autocast(device.type, torch.bfloat16), torch.inference_mode():
            network(images)

    # As the training has it: the fastest convolutions are searched for.
    with torch.backends.cudnn.flags(enabled=True, benchmark=True):
        return _median_s(step, device) / batch, _median_s(forward, device) / batch


def _median_s(call: Callable[[], None], device: torch.device) -> float:
    """Seconds of a call once it is warm."""
    for _ in range(2):
        call()
    return median(timed(call, device) for _ in range(REPEATS))


def _kept_bytes_per_s(device: torch.device, work: Path) -> float:
    """How fast a checkpoint goes from the device to the disk."""
    kept = torch.zeros(WRITTEN_BYTES // 4, device=device)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        started = time.monotonic()
        torch.save({"kept": kept}, Path(folder) / "kept.ckpt")
        return WRITTEN_BYTES / (time.monotonic() - started)


def _cube_s() -> float:
    """Seconds of one phantom patient's cube in one process."""
    started = time.monotonic()
    for number in range(CUBES):
        phantom_cube("A", 0, number)
    return (time.monotonic() - started) / CUBES
