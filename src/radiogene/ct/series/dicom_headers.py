"""Reading the headers of all DICOM files under a folder, fast and without their pixels."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom.config import disable_value_validation

from radiogene.ct.series.dicom_file_header import read_file_header
from radiogene.ct.series.slice_header import DamagedFile, OtherObject, SliceHeader
from radiogene.errors import SeriesError
from radiogene.storage.regular_file import refuse_special, special_kind

LARGEST_FILE_COUNT = 20_000
"""Files under one folder beyond which it is a whole archive rather than one patient's studies."""


@dataclass(frozen=True)
class FolderContents:
    """The DICOM files under a folder.

    Attributes:
        slices: the headers of all CT slices that can be placed in the patient.
        others: DICOM objects that are not CT slices.
        damaged: files that should be CT slices and cannot be used.
        ignored: number of files that are not DICOM.
    """

    slices: tuple[SliceHeader, ...]
    others: tuple[OtherObject, ...]
    damaged: tuple[DamagedFile, ...]
    ignored: int


def read_headers(path: Path) -> FolderContents:
    """The headers of all DICOM files under a folder, at any depth, or of one file.

    Raises:
        SeriesError: the folder does not exist or holds an absurd number of files.
    """
    slices: list[SliceHeader] = []
    others: list[OtherObject] = []
    damaged: list[DamagedFile] = []
    ignored = 0
    # What pydicom would warn of is refused here where it matters, file by file.
    with disable_value_validation(), warnings.catch_warnings(action="ignore"):
        for file in files_under(path):
            content = read_file_header(file)
            if isinstance(content, list):
                slices.extend(content)
            elif isinstance(content, OtherObject):
                others.append(content)
            elif isinstance(content, DamagedFile):
                damaged.append(content)
            else:
                ignored += 1
    return FolderContents(tuple(slices), tuple(others), tuple(damaged), ignored)


def files_under(path: Path) -> list[Path]:
    """All files under a folder in order of their names, hidden ones left out; of a file, itself.

    Raises:
        SeriesError: nothing is there, or more than LARGEST_FILE_COUNT files.
    """
    refuse_special(path)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise SeriesError(f"{path}: no such file or folder; give a DICOM folder or a volume file.")
    files = []
    for file in _walk(path):
        files.append(Path(file))
        if len(files) > LARGEST_FILE_COUNT:
            raise SeriesError(
                f"{path}: more than {LARGEST_FILE_COUNT} files; give the folder of one patient or one series."
            )
    return sorted(files, key=lambda file: file.parts)


def _walk(path: Path) -> Iterator[str]:
    """Every file under a folder that is not hidden."""
    waiting = [str(path)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    # Pipes and devices would block the reader; a dangling link is kept, to be refused by name.
                    elif entry.is_file() or _is_dangling(entry):
                        yield entry.path
        except OSError:
            continue


def _is_dangling(entry: "os.DirEntry[str]") -> bool:
    """True for a link that leads nowhere; one that leads to a pipe or a device is passed over like these."""
    return entry.is_symlink() and not entry.is_dir() and special_kind(entry.path) is None
