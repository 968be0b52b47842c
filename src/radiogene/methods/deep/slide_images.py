"""Tiles of a patient's slide as images, from the folder that the table's column `slides` names."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.errors import CohortError
from radiogene.methods.deep.grid_augmentation import drawn_transforms, transformed
from radiogene.methods.deep.patient_images import ImageDraw, ImageKind, PatientImages, PixelScaling
from radiogene.methods.table_columns import SLIDES_COLUMN
from radiogene.model.pretrained_folder import ImageScaling
from radiogene.storage.atomic_files import atomic_path
from radiogene.storage.regular_file import open_file, refuse_special
from radiogene.training.pretraining.image_file import LARGEST_FILE_BYTES, UnusableImageError, read_image
from radiogene.training.pretraining.image_scaling import CHANNELS, fit_image_scaling, scaled

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
"""Of files that are tiles; other files of the folder are passed over."""

MOST_TILES = 128
"""Of a patient; of more, so many are taken evenly in the order of their names, which bounds memory and time."""

FINGERPRINT_DIGITS = 24


# DEVIATION: row A's reference cuts tiles from whole slides and leaves out those that are mostly background. Here a
# folder's tiles are taken as they are, at most 128 of a patient; they are turned and flipped in training, because a
# slide has no up.
class SlideImages(ImageKind):
    """The tiles of each patient's slide.

    Args:
        size: pixels S along each side, to which every tile is scaled.
    """

    words = "the tiles of a slide"

    def __init__(self, size: int) -> None:
        self.size = size

    def read(self, cohort: PreparedCohort, place: Path | None) -> PatientImages:
        """See `ImageKind`; (P, S, S, 3) uint8 RGB.

        Raises:
            CohortError: no folder for relative paths, a patient without tiles, or a file that is no image.
        """
        files = [tile_files(cohort, row) for row in cohort.patients]
        nodules = np.array([cohort.largest_nodule(position) for position in range(len(cohort))], dtype=np.int64)
        owners = np.repeat(np.arange(len(cohort), dtype=np.int64), [len(found) for found in files])
        keys = np.concatenate(
            [nodule * MOST_TILES + np.arange(len(f)) for nodule, f in zip(nodules, files, strict=True)]
        )
        tiles = [file for found in files for file in found]
        fingerprint = _fingerprint(tiles, self.size)
        shape = (len(tiles), self.size, self.size, CHANNELS)
        if place is None:
            return PatientImages(np.stack(list(self._decoded(tiles))), owners, keys, fingerprint)
        path = place / f"tiles-{fingerprint[:FINGERPRINT_DIGITS]}.rgb"
        if not path.is_file():
            # Written, not mapped: a disk that is full must be an error, and behind a mapping it would be a crash.
            with atomic_path(path) as temporary, temporary.open("wb") as stream:
                for tile in self._decoded(tiles):
                    stream.write(tile.tobytes())
        refuse_special(path)
        mapped = np.memmap(path, dtype=np.uint8, mode="r", shape=shape)
        return PatientImages(np.asarray(mapped), owners, keys, fingerprint)

    def fit_scaling(self, images: PatientImages, chosen: NDArray[np.int64]) -> PixelScaling:
        """See `ImageKind`; three channels, from 0 to 1."""
        found = fit_image_scaling(images.images.view(np.uint8), chosen)
        return PixelScaling(found.mean, found.sd)

    def network_input(self, images: Tensor, scaling: PixelScaling, draw: ImageDraw | None) -> Tensor:
        """See `ImageKind`; three channels."""
        seen = images if draw is None else transformed(images, drawn_transforms(draw, 2, 0), 0)
        (red, green, blue), (sd_red, sd_green, sd_blue) = scaling.mean, scaling.sd
        ready = scaled(seen, ImageScaling((red, green, blue), (sd_red, sd_green, sd_blue)))
        return ready.contiguous(memory_format=torch.channels_last)

    def _decoded(self, tiles: list[Path]) -> Iterator[NDArray[np.uint8]]:
        for tile in tiles:
            try:
                yield read_image(tile, self.size)
            except UnusableImageError as error:
                raise CohortError(
                    f"{tile}: found no usable tile ({error}); wanted an image. Copy the file again, or take it out of "
                    "the folder."
                ) from error


def tile_files(cohort: PreparedCohort, row: PatientRow) -> list[Path]:
    """The files of a patient's tiles, by name, at most `MOST_TILES`.

    Raises:
        CohortError: a relative folder in a cohort without one to start from, no folder, or one that holds no tile.
    """
    named = row.extra.get(SLIDES_COLUMN, "").strip()
    if not named:
        raise CohortError(f"Patient {row.patient_id}: the column {SLIDES_COLUMN} names no folder of tiles.")
    if cohort.files is None and not Path(named).is_absolute():
        raise CohortError(
            f"Patient {row.patient_id}: the tiles lie in {named!r}, and nothing says from which folder on. Give the "
            "folder of the cohort's table."
        )
    folder = Path(named) if cohort.files is None else cohort.files / named
    found = sorted(file for file in folder.glob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    if not found:
        raise CohortError(
            f"Patient {row.patient_id}: found no tile in {folder}; wanted files with {', '.join(SUFFIXES)}. Check the "
            f"column {SLIDES_COLUMN}."
        )
    if len(found) <= MOST_TILES:
        return found
    return [found[number * len(found) // MOST_TILES] for number in range(MOST_TILES)]


def _fingerprint(tiles: list[Path], size: int) -> str:
    """SHA-256 (hex) of the files' contents in their order, and of the size they are scaled to."""
    whole = hashlib.sha256(str(size).encode())
    for tile in tiles:
        with open_file(tile) as stream:
            # What is larger is refused when it is decoded; until then nothing of it is needed.
            whole.update(hashlib.sha256(stream.read(LARGEST_FILE_BYTES + 1)).digest())
    return whole.hexdigest()
