"""Cubes of nodules, and their axial planes, as images in Hounsfield units."""

import hashlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.ct.resampling import CUBE_SAMPLES
from radiogene.ct.scan import AIR_HU
from radiogene.methods.deep.grid_augmentation import drawn_transforms, transformed
from radiogene.methods.deep.patient_images import ImageDraw, ImageKind, PatientImages, PixelScaling
from radiogene.networks.standardisation import fit_standardisation

LARGEST_SHIFT_MM = 4
"""As of MMDL's views (`training/batches/augmentation.py`); a sample of a cube is 1 mm."""

PLANES = 6
"""Axial planes of a patient, 2 mm apart, the middle ones of the cube: from 5.5 mm below its centre to 4.5 mm above."""

PLANE_STEP = 2


class CubeImages(ImageKind):
    """The cube of each patient's largest nodule."""

    words = "the cube of the largest nodule"

    def read(self, cohort: PreparedCohort, place: Path | None) -> PatientImages:
        """See `ImageKind`; (N, 64, 64, 64) int16 HU, axes z, y, x."""
        cubes = [self._seen(cohort.cube(position)) for position in range(len(cohort))]
        nodules = np.array([cohort.largest_nodule(position) for position in range(len(cohort))], dtype=np.int64)
        images = np.concatenate(cubes)
        each = len(images) // len(cohort)
        keys = (nodules[:, None] * each + np.arange(each)).ravel()
        owners = np.repeat(np.arange(len(cohort), dtype=np.int64), each)
        return PatientImages(images, owners, keys, hashlib.sha256(images.tobytes()).hexdigest())

    def fit_scaling(self, images: PatientImages, chosen: NDArray[np.int64]) -> PixelScaling:
        """See `ImageKind`; one channel, in HU."""
        fitted = fit_standardisation(images.images[position].astype(np.int16) for position in chosen)
        return PixelScaling((fitted.mean_hu,), (fitted.sd_hu,))

    def network_input(self, images: Tensor, scaling: PixelScaling, draw: ImageDraw | None) -> Tensor:
        """See `ImageKind`; one channel."""
        seen = images
        if draw is not None:
            transforms = drawn_transforms(draw, images.ndim - 1, LARGEST_SHIFT_MM)
            seen = transformed(images, transforms, AIR_HU)
        return ((seen.to(torch.float32) - scaling.mean[0]) / scaling.sd[0]).unsqueeze(1)

    def _seen(self, cube_zyx: NDArray[np.int16]) -> NDArray[np.int16]:
        """The images (M, *axes) of one cube (64, 64, 64)."""
        return cube_zyx[None]


# DEVIATION: row B's reference trained on 14,926 images of 844 patients, by its abstract; how planes were chosen, the
# paper does not say. Here six planes about the nodule's centre are images of their own, so that every patient counts
# alike, and a patient's probability is their mean.
class AxialImages(CubeImages):
    """Axial planes about the centre of each patient's largest nodule, each an image of its own."""

    words = f"{PLANES} axial planes about the centre of the largest nodule"

    def _seen(self, cube_zyx: NDArray[np.int16]) -> NDArray[np.int16]:
        """The planes (6, 64, 64) of one cube."""
        first = CUBE_SAMPLES // 2 - PLANES * PLANE_STEP // 2
        return cube_zyx[first : first + PLANES * PLANE_STEP : PLANE_STEP]
