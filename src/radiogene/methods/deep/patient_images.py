"""The images of patients as a deep system sees them: cubes, axial planes, or tiles of slides."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from radiogene.cohort.prepared_cohort import PreparedCohort


@dataclass(frozen=True, eq=False)
class PatientImages:
    """The images of N patients, those of one patient after each other.

    Attributes:
        images: (P, *axes) int16 HU, or (P, S, S, 3) uint8 RGB; may be mapped from a file.
        owners: (P,) position of each image's patient in the cohort.
        keys: (P,) a number of each image that does not depend on the cohort's order; it seeds what is drawn for it.
        fingerprint: of what they were made from.
    """

    images: NDArray[np.int16] | NDArray[np.uint8]
    owners: NDArray[np.int64]
    keys: NDArray[np.int64]
    fingerprint: str

    def of_patients(self, positions: NDArray[np.int_]) -> NDArray[np.int64]:
        """Positions of the images of the patients at these positions."""
        return np.flatnonzero(np.isin(self.owners, positions))


@dataclass(frozen=True)
class PixelScaling:
    """How values of pixels become network input.

    Attributes:
        mean, sd: of each channel, over the images of the patients that the weights were fitted on.
    """

    mean: tuple[float, ...]
    sd: tuple[float, ...]


@dataclass(frozen=True)
class ImageDraw:
    """What chance does to the images of a training batch.

    Attributes:
        seed: of the training.
        epoch: of the training.
        keys: of the images, see `PatientImages`.
    """

    seed: int
    epoch: int
    keys: tuple[int, ...]


class ImageKind(ABC):
    """One way to look at a patient.

    Attributes:
        words: what it looks at, for a reader.
    """

    words: str

    @abstractmethod
    def read(self, cohort: PreparedCohort, place: Path | None) -> PatientImages:
        """The images of all patients of a cohort.

        Args:
            cohort: N patients.
            place: folder for files that are named by their content; None keeps everything in memory.

        Raises:
            CohortError: a patient without images, or with one that cannot be read.
        """

    @abstractmethod
    def fit_scaling(self, images: PatientImages, chosen: NDArray[np.int64]) -> PixelScaling:
        """The scaling of network input.

        Args:
            images: of all patients.
            chosen: positions of the images to fit on.

        Raises:
            TrainingError: they have no contrast.
        """

    @abstractmethod
    def network_input(self, images: Tensor, scaling: PixelScaling, draw: ImageDraw | None) -> Tensor:
        """The network's input (B, channels, *axes) float32.

        Args:
            images: (B, ...) as `read` gives them.
            scaling: fitted by `fit_scaling`.
            draw: turns, flips and shifts for training; None leaves the images as they are.
        """
