"""Real axial CT slices of labelled patients, in Hounsfield units, from 8-bit images.

The images are of the whole (mostly PET-CT) scan, resampled to 128 slices; those that show the lungs were kept. Pixel
spacing, slice spacing, place in the patient and the tumour's slice are not known, and there is no mask.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from radiogene.ct.scan import AIR_HU
from radiogene.errors import CohortError

IMAGE_SIDE = 512
GREY_CENTRE, HU_CENTRE = 128.0, 128.0
GREY_PER_HU = 8 * (128 + 255) / (255 * (259 - 128))
"""p = f (HU - 128) + 128, cut to 0..255; f is about 0.09172, so one grey value is 11 HU."""

MARGIN = 64
"""Pixels cut off at each side: the middle 384 hold the chest, outside lie arms, table and air."""

LOWEST_SHARE, HIGHEST_SHARE = 0.25, 0.85
"""Of a patient's slices, counted from the feet: below lies mostly liver, above mostly shoulder."""


@dataclass(frozen=True, eq=False)
class SliceStack:
    """Slices of several patients, the same number of each.

    Attributes:
        hu: (N, S, S) int16, Hounsfield units, rows to the back.
        patient_ids: N identifiers.
        numbers: N slice numbers as the files have them.
    """

    hu: NDArray[np.int16]
    patient_ids: tuple[str, ...]
    numbers: tuple[int, ...]


def slice_files(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Per patient the images named by `index.csv`, from feet to head.

    Raises:
        CohortError: the index names an image that is not there.
    """
    found: dict[str, list[tuple[int, Path]]] = {}
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            path = folder / line["file"]
            if not path.is_file():
                raise CohortError(f"{folder / 'index.csv'} names {line['file']}, which is not there.")
            found.setdefault(line["Case ID"], []).append((int(line["slice"]), path))
    return {patient: tuple(path for _, path in sorted(files)) for patient, files in sorted(found.items())}


def evenly_chosen(count: int, wanted: int) -> tuple[int, ...]:
    """Positions of `wanted` slices, spread evenly over the lungs' part of `count` slices.

    Args:
        count: slices of a patient, from feet to head.
        wanted: how many.

    Raises:
        CohortError: fewer slices in that part than wanted.
    """
    positions = np.linspace(LOWEST_SHARE * (count - 1), HIGHEST_SHARE * (count - 1), wanted).round().astype(int)
    if len(set(positions.tolist())) < wanted:
        raise CohortError(f"{count} slices do not hold {wanted} different ones in the part that is looked at.")
    return tuple(positions.tolist())


def read_slices(files: Mapping[str, tuple[Path, ...]], wanted: int, size: int) -> SliceStack:
    """The chosen slices of every patient.

    Args:
        files: per patient, from feet to head.
        wanted: slices of each patient.
        size: pixels S along each side, of which each is a mean over a square of the image's.

    Raises:
        CohortError: an image of another size.
    """
    images, patients, numbers = [], [], []
    for patient, paths in files.items():
        for position in evenly_chosen(len(paths), wanted):
            images.append(_read(paths[position], size))
            patients.append(patient)
            numbers.append(int(paths[position].stem))
    return SliceStack(np.stack(images), tuple(patients), tuple(numbers))


def hounsfield(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Hounsfield units of grey values; grey 0, which is also outside the field of view, counts as air.

    Args:
        grey: uint8, any shape.
    """
    units = (grey.astype(np.float64) - GREY_CENTRE) / GREY_PER_HU + HU_CENTRE
    return np.maximum(units, AIR_HU)


def _read(path: Path, size: int) -> NDArray[np.int16]:
    """The middle of one image (S, S) in Hounsfield units."""
    with Image.open(path) as image:
        grey = np.asarray(image)
    if grey.shape != (IMAGE_SIDE, IMAGE_SIDE) or grey.dtype != np.uint8:
        raise CohortError(f"{path}: {grey.dtype} {grey.shape}; expected 8-bit grey, {IMAGE_SIDE} x {IMAGE_SIDE}.")
    middle = hounsfield(grey)[MARGIN:-MARGIN, MARGIN:-MARGIN]
    block, rest = divmod(len(middle), size)
    if rest:
        raise CohortError(f"{size} pixels: expected a divisor of {len(middle)}.")
    return middle.reshape(size, block, size, block).mean(axis=(1, 3)).round().astype(np.int16)
