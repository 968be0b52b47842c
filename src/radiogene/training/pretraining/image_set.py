"""All images of a folder, decoded once into a file that is mapped into memory, and the files that gave none."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import TrainingError
from radiogene.storage.atomic_files import atomic_path, write_json
from radiogene.storage.json_text import parsed_json
from radiogene.storage.regular_file import read_file_text, refuse_special
from radiogene.training.pretraining.image_file import UnusableImageError, read_image
from radiogene.training.pretraining.image_folder import ImageFile, ImageFolder

Progress = Callable[[int, int], None]
"""Called with (files seen, all files)."""

FEWEST_IMAGES = 2
"""Of a class: one to train on, one to validate with."""

SHOWN = 3
"""Unusable files that a message names; the manifest names all."""


@dataclass(frozen=True, eq=False)
class ImageSet:
    """The usable images of a folder.

    Attributes:
        classes: names.
        pixels: (N, S, S, 3) uint8 RGB, mapped from a file: what is not looked at takes no memory.
        labels: (N,) positions in `classes`.
        unusable: by the file's name in the folder, why it gave no image.
    """

    classes: tuple[str, ...]
    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    unusable: dict[str, str]

    def remark(self) -> str:
        """One line on the files that gave no image; empty where all did."""
        return unusable_remark(self.unusable, len(self.labels) + len(self.unusable))


def unusable_remark(unusable: dict[str, str], files: int) -> str:
    """One line on the files that gave no image; empty where all did.

    Args:
        unusable: reasons by name.
        files: how many there are in all.
    """
    if not unusable:
        return ""
    named = [f"{name} ({reason})" for name, reason in list(unusable.items())[:SHOWN]]
    more = ", ..." if len(unusable) > SHOWN else ""
    return f"{len(unusable)} of {files} files give no image and are left out: {', '.join(named)}{more}"


def image_set(folder: ImageFolder, size: int, place: Path, progress: Progress | None = None) -> ImageSet:
    """The images of a folder, S x S; decoded where the place does not hold them yet.

    Args:
        folder: all files.
        size: S.
        place: of the decoded images, without a suffix; its folder is made.
        progress: of the decoding.

    Raises:
        TrainingError: a class keeps fewer than two images.
    """
    pixels_file, list_file = place.with_suffix(".rgb"), place.with_suffix(".json")
    _require_every_class(folder, {})
    # The list is written last: with it, the pixels are whole.
    if not list_file.is_file():
        with atomic_path(pixels_file) as temporary:
            unusable_files = _decode(folder, size, temporary, progress)
        write_json(list_file, unusable_files)
    unusable: dict[str, str] = parsed_json(read_file_text(list_file))
    _require_every_class(folder, unusable)
    labels = np.array([file.label for file in folder.files if file.name not in unusable], dtype=np.int64)
    refuse_special(pixels_file)
    pixels = np.memmap(pixels_file, dtype=np.uint8, mode="r", shape=(len(labels), size, size, 3))
    return ImageSet(folder.classes, pixels, labels, unusable)


def _decode(folder: ImageFolder, size: int, path: Path, progress: Progress | None) -> dict[str, str]:
    """Writes the images one after the other; returns why the other files are unusable, by name."""
    unusable = folder.repeated()
    # Written, not mapped: a disk that is full must be an error, and behind a mapping it would be a crash.
    with path.open("wb") as stream:
        for seen, file in enumerate(folder.files, start=1):
            if file.name not in unusable:
                try:
                    stream.write(_image(folder, file, size).tobytes())
                except UnusableImageError as error:
                    unusable[file.name] = str(error)
            if progress is not None:
                progress(seen, len(folder.files))
    return {file.name: unusable[file.name] for file in folder.files if file.name in unusable}


def _image(folder: ImageFolder, file: ImageFile, size: int) -> NDArray[np.uint8]:
    if not file.sha256:
        raise UnusableImageError("no file; images lie directly in the folder of their class")
    return read_image(folder.path / file.name, size)


def _require_every_class(folder: ImageFolder, unusable: dict[str, str]) -> None:
    for label, name in enumerate(folder.classes):
        count = sum(file.label == label and file.name not in unusable for file in folder.files)
        if count < FEWEST_IMAGES:
            raise TrainingError(
                f"The class {name!r} has {count} usable images; at least {FEWEST_IMAGES} are needed, one to train "
                f"on and one to validate with. {unusable_remark(unusable, len(folder.files))}".rstrip()
            )
