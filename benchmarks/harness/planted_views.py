"""MMDL on cubes of which only some views are the patient's own: every other view is cut from a donor's cube.

A model that learns which views to trust has a known answer then: the shares of the donated views should be small. The
donor is chosen from a fixed bank by the content of the patient's cube alone, so training and prediction choose the
same one, and no label takes part in the choice.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from unittest.mock import patch

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from harness.phantom_cubes import phantom_cube
from radiogene.ct.nine_views import NINE_VIEWS, VIEW_NAMES
from radiogene.ct.preparation import stored_cube
from radiogene.ct.resampling import CUBE_SAMPLES
from radiogene.errors import SettingsError
from radiogene.model import inference
from radiogene.networks.mixed_precision import full_precision, is_mixed
from radiogene.networks.view_sampling import ViewSampler, ViewTransforms
from radiogene.parallel.workers import in_parallel
from radiogene.training.members import member_training

DONORS = 64
DONOR_SEED = 70_001
"""Of the phantom; no cohort of a benchmark has it, so no donor is a patient."""

FACTOR_SEED = 5
MIXING = 0x5851F42D4C957F2D
"""An odd multiplier that spreads the low bits of a sum over its high ones (Knuth's, of MMIX)."""

HIGH_BITS = 33
SEGMENT_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class PlantedViews:
    """Which views are the patient's own, and who gives the others.

    Attributes:
        own: names of the views that are cut from the patient's cube.
        donors_zyx: (D, 64, 64, 64) int16 HU, the bank.

    Raises:
        SettingsError: no view, a view that does not exist or is named twice, or a bank of no cubes.
    """

    own: tuple[str, ...]
    donors_zyx: NDArray[np.int16]

    def __post_init__(self) -> None:
        if not self.own or len(set(self.own)) != len(self.own) or not set(self.own) <= set(VIEW_NAMES):
            raise SettingsError(f"Found the views {list(self.own)}; expected some of {', '.join(VIEW_NAMES)}.")
        if self.donors_zyx.ndim != 4 or not len(self.donors_zyx):
            raise SettingsError(f"Found donors of shape {self.donors_zyx.shape}; expected (donors, 64, 64, 64).")


class PlantedViewSampler(ViewSampler):
    """Cuts chosen views from the patient's cube, and every other view from that of the patient's donor.

    Args:
        planted: which views, and the bank.
        arguments, named: of `ViewSampler`, whatever they are.
    """

    own: Tensor
    donors: Tensor
    factors: Tensor

    def __init__(self, planted: PlantedViews, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        names = planes_of(self)
        own = torch.tensor([name in planted.own for name in names])
        self.register_buffer("own", own, persistent=False)
        self.register_buffer("donors", torch.from_numpy(planted.donors_zyx), persistent=False)
        self.register_buffer("factors", _factors(), persistent=False)

    def forward(self, cubes_zyx: Tensor, transforms: ViewTransforms | None = None) -> Tensor:
        """The views (B, V, S, S) in HU; see `ViewSampler`.

        Args:
            cubes_zyx: (B, 64, 64, 64) HU, whole numbers.
            transforms: augmentation; a donated view is augmented as the patient's own would be.
        """
        # Here, because the sampler itself comes back to this method where it leaves 16-bit floats.
        if is_mixed(cubes_zyx.device):
            with full_precision(cubes_zyx.device):
                return self.forward(cubes_zyx, transforms)
        donated = super().forward(self.donors[self.donor_of(cubes_zyx)], transforms)
        return torch.where(self.own[None, :, None, None], super().forward(cubes_zyx, transforms), donated)

    def donor_of(self, cubes_zyx: Tensor) -> Tensor:
        """(B,) int64 positions in the bank: a hash of each cube's values, the same on every device.

        Args:
            cubes_zyx: (B, 64, 64, 64) HU, whole numbers.
        """
        # Sums and products of 64-bit integers are exact modulo 2^64 in any order.
        total = (cubes_zyx.flatten(1).to(torch.int64) * self.factors).sum(dim=1) * MIXING
        return (total >> HIGH_BITS).remainder(len(self.donors))


def planes_of(sampler: ViewSampler) -> tuple[str, ...]:
    """The names of a sampler's views, told from the directions of their axes.

    Args:
        sampler: of any subset of the nine views.
    """
    axes = torch.stack([sampler.row_mm, sampler.column_mm], dim=1).sign().to(torch.int64).tolist()
    known = {(view.row_direction, view.column_direction): view.name for view in NINE_VIEWS}
    return tuple(known[tuple(row), tuple(column)] for row, column in axes)


def segment_in_own_views(segment_zyx: NDArray[np.bool_], sampler: PlantedViewSampler) -> NDArray[np.bool_]:
    """Which pixels (V, S, S) show a segment of the patient's cube; none of a donated view does.

    Args:
        segment_zyx: (64, 64, 64) on the cube's samples.
        sampler: that cuts the network's views.
    """
    cube = torch.from_numpy(segment_zyx.astype(np.float32))[None].to(sampler.fraction.device)
    with torch.inference_mode():
        share = ViewSampler.forward(sampler, cube)[0]
        inside = (share >= SEGMENT_SHARE) & sampler.own[:, None, None]
    return np.asarray(inside.cpu().numpy())


@contextmanager
def planted_views(planted: PlantedViews) -> Iterator[None]:
    """Within it, this process's trainings, predictions and activation maps cut their views so.

    Workers of other processes know nothing of it: train with one worker.

    Args:
        planted: which views, and the bank.
    """
    make = partial(PlantedViewSampler, planted)
    with patch.object(member_training, "ViewSampler", make), patch.object(inference, "ViewSampler", make):
        yield


def phantom_donors(count: int = DONORS, site: str = "A", seed: int = DONOR_SEED, workers: int = 2) -> NDArray[np.int16]:
    """The bank (count, 64, 64, 64) int16 HU: nodules of phantom patients who are in no cohort.

    Args:
        count: how many.
        site: of the phantom.
        seed: of the phantom; other than the cohort's.
        workers: processes.
    """
    made = in_parallel(phantom_cube, ((site, seed, number) for number in range(count)), workers)
    return np.stack([stored_cube(cube_hu) for _, _, cube_hu, _ in made])


def views_to_plant(count: int, seed: int) -> tuple[str, ...]:
    """The names of some views, drawn by seed, in their own order.

    Args:
        count: 1 to 9.
        seed: of the draw.
    """
    drawn: Sequence[int] = np.random.default_rng(seed).permutation(len(VIEW_NAMES))[:count].tolist()
    return tuple(VIEW_NAMES[position] for position in sorted(drawn))


def _factors() -> Tensor:
    """(64^3,) int64 odd numbers, one for each sample of a cube."""
    drawn = np.random.default_rng(FACTOR_SEED).integers(-(2**62), 2**62, CUBE_SAMPLES**3, dtype=np.int64)
    return torch.from_numpy(2 * drawn + 1)
