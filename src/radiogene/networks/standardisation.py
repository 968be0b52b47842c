"""Z-score of Hounsfield units, fitted on the training patients' cubes (never on one image, unless asked for)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from radiogene.errors import TrainingError, WeightsError
from radiogene.storage.typed_json import MAY_BE_ABSENT

SMALLEST_SD_HU = 1.0


@dataclass(frozen=True)
class Standardisation:
    """How Hounsfield units become network input.

    Attributes:
        mean_hu, sd_hu: mean and standard deviation over the training patients' cubes.
        per_image: standardise each view by its own mean and standard deviation instead (an option; it loses the
            absolute HU that tells ground glass from solid).
        low_hu, high_hu: values beyond are taken as these; None for no limit.
    """

    mean_hu: float
    sd_hu: float
    per_image: bool = False
    low_hu: float | None = field(default=None, metadata=MAY_BE_ABSENT)
    high_hu: float | None = field(default=None, metadata=MAY_BE_ABSENT)

    def __post_init__(self) -> None:
        if not (0 < self.sd_hu < math.inf and math.isfinite(self.mean_hu)):
            raise WeightsError(f"mean {self.mean_hu} HU and SD {self.sd_hu} HU; finite ones, the SD above 0, expected")
        if self.low_hu is not None and self.high_hu is not None and not self.low_hu < self.high_hu:
            raise WeightsError(f"limits {self.low_hu} and {self.high_hu} HU; the lower one was expected first")


def fit_standardisation(
    cubes_zyx: Iterable[NDArray[np.int16]], per_image: bool = False, window_hu: tuple[float, float] | None = None
) -> Standardisation:
    """Mean and standard deviation in HU over all samples of the cubes.

    Args:
        cubes_zyx: cubes (64, 64, 64) of the training patients only.
        per_image: see `Standardisation`.
        window_hu: lowest and highest value that the network is to tell apart; None for no limit.

    Raises:
        TrainingError: no cube, or cubes without any contrast.

    Source: paper, "We standardized the data ... using Z-score standardization".
    """
    count, total, squares = 0, 0.0, 0.0
    for cube in cubes_zyx:
        values = cube.astype(np.float64)
        if window_hu is not None:
            values = values.clip(*window_hu)
        count += values.size
        total += float(values.sum())
        squares += float(np.square(values).sum())
    if count == 0:
        raise TrainingError("There is no cube to fit the standardisation on. Run `radiogene prepare` first.")
    mean = total / count
    sd = float(np.sqrt(max(squares / count - mean**2, 0.0)))
    if sd < SMALLEST_SD_HU:
        raise TrainingError(f"The training cubes have no contrast (standard deviation {sd:.3g} HU). Check the store.")
    low_hu, high_hu = (None, None) if window_hu is None else window_hu
    return Standardisation(mean, sd, per_image, low_hu, high_hu)


def standardised(views_hu: Tensor, standardisation: Standardisation) -> Tensor:
    """Network input (B, V, S, S) of views in HU."""
    if standardisation.low_hu is not None or standardisation.high_hu is not None:
        views_hu = views_hu.clamp(standardisation.low_hu, standardisation.high_hu)
    if standardisation.per_image:
        mean = views_hu.mean(dim=(-2, -1), keepdim=True)
        sd = views_hu.std(dim=(-2, -1), keepdim=True).clamp_min(SMALLEST_SD_HU)
        return (views_hu - mean) / sd
    return (views_hu - standardisation.mean_hu) / standardisation.sd_hu
