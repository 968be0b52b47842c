"""A folder with one subfolder of images per class, as a list of its files."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from radiogene.errors import SettingsError
from radiogene.storage.checked_files import sha256_of

FEWEST_CLASSES = 2


@dataclass(frozen=True)
class ImageFile:
    """A file of a class's folder.

    Attributes:
        name: relative to the folder of all classes: CLASS/FILE.
        label: number of its class.
        sha256: of its bytes; empty where it is no file.
    """

    name: str
    label: int
    sha256: str


@dataclass(frozen=True)
class ImageFolder:
    """All files of a folder of classes.

    Attributes:
        path: of the folder.
        classes: names of the subfolders, sorted; a label is a position in them.
        files: sorted by name within each class.
    """

    path: Path
    classes: tuple[str, ...]
    files: tuple[ImageFile, ...]

    @property
    def sha256(self) -> str:
        """A digest of all names and all bytes; it decides whether an unfinished pretraining may go on."""
        text = json.dumps([[file.name, file.sha256] for file in self.files])
        return hashlib.sha256(text.encode()).hexdigest()

    def repeated(self) -> dict[str, str]:
        """By name, the files with the same bytes as an earlier one, which they name; with two classes, all of them.

        One image on both sides of the validation split would look like skill.
        """
        groups: dict[str, list[ImageFile]] = {}
        for file in self.files:
            if file.sha256:
                groups.setdefault(file.sha256, []).append(file)
        repeats: dict[str, str] = {}
        for group in groups.values():
            if len({file.label for file in group}) > 1:
                repeats |= {file.name: f"the same bytes stand under two classes: {group[0].name}" for file in group[1:]}
                repeats[group[0].name] = f"the same bytes stand under two classes: {group[-1].name}"
            else:
                repeats |= {file.name: f"the same bytes as {group[0].name}" for file in group[1:]}
        return repeats


def image_folder(path: Path) -> ImageFolder:
    """The files of a folder of classes; names that begin with a dot are passed over.

    Args:
        path: a folder with two or more subfolders; files beside these are no images of any class.

    Raises:
        SettingsError: no folder, or fewer than two subfolders.
    """
    if not path.is_dir():
        raise SettingsError(f"{path} is no folder. Give a folder with one subfolder of images per class.")
    folders = sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if len(folders) < FEWEST_CLASSES:
        raise SettingsError(
            f"{path} has {len(folders)} subfolders; expected one subfolder of images per class, at least "
            f"{FEWEST_CLASSES}, such as cat/ and dog/."
        )
    files = [
        ImageFile(f"{folder.name}/{entry.name}", label, sha256_of(entry) if entry.is_file() else "")
        for label, folder in enumerate(folders)
        for entry in sorted(folder.iterdir())
        if not entry.name.startswith(".")
    ]
    return ImageFolder(path, tuple(folder.name for folder in folders), tuple(files))
