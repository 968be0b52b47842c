"""Reading a DICOM object that marks a nodule, tolerantly, and finding the one in a folder."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.uid import UID, RTStructureSetStorage, SegmentationStorage

from radiogene.ct.series.deflated_file import LARGEST_OBJECT_BYTES, inflated_copy
from radiogene.errors import NoduleError
from radiogene.storage.regular_file import open_file

LABEL_MAP_SEGMENTATION_STORAGE = UID("1.2.840.10008.5.1.4.1.1.66.7")
"""DICOM PS3.4 B.5: Label Map Segmentation Storage, too new for the dictionary in use."""

SEGMENTATIONS = (SegmentationStorage, LABEL_MAP_SEGMENTATION_STORAGE)
NODULE_OBJECTS = (*SEGMENTATIONS, RTStructureSetStorage)

DAMAGED_VALUE = (
    BytesLengthException,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    OverflowError,
    NotImplementedError,
    RecursionError,
    struct.error,
    zlib.error,
)
"""What pydicom raises on a value whose bytes cannot be what they should be."""

UNREADABLE = (*DAMAGED_VALUE, KeyError, AttributeError)
"""What pydicom and its decoders raise on damaged files."""


def read_dicom(path: Path, *, headers_only: bool = False, unmarked: bool = False) -> Dataset | None:
    """The DICOM object in a file; None where the file is not DICOM.

    Args:
        path: the file.
        headers_only: leave out the pixel data.
        unmarked: also try files without the DICM prefix, as some old writers made them.

    Raises:
        NoduleError: the file is DICOM but damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with open_file(path) as file:
                dataset = dcmread(_not_deflated(file), stop_before_pixels=headers_only, force=unmarked)
        except InvalidDicomError:
            return None
        except UNREADABLE as error:
            if unmarked:
                return None
            raise NoduleError(f"{path} cannot be read as DICOM: {error}. Get the file again.") from error
    return dataset if not unmarked or "SOPClassUID" in dataset else None


def _not_deflated(file: BinaryIO) -> BinaryIO:
    """The file, or a copy of it that is not deflated.

    Raises:
        EOFError: it is larger than any marking.
    """
    copy = inflated_copy(file, LARGEST_OBJECT_BYTES + 1)
    if copy is not None and len(copy.getbuffer()) > LARGEST_OBJECT_BYTES:
        raise EOFError(f"it holds more than {LARGEST_OBJECT_BYTES:,} bytes")
    return copy or file


def only_nodule_object(folder: Path) -> Path:
    """The one DICOM SEG or RTSTRUCT file in a folder and its subfolders.

    Raises:
        NoduleError: there is none, or more than one.
    """
    paths = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        dataset = read_dicom(path, headers_only=True)
        if dataset is not None and dataset.get("SOPClassUID") in NODULE_OBJECTS:
            paths.append(path)
    if len(paths) == 1:
        return paths[0]
    if not paths:
        raise NoduleError(
            f"The folder {folder} holds no DICOM SEG or RTSTRUCT: one was expected. Give a point, or the path of a "
            "SEG, an RTSTRUCT or a NIfTI, NRRD or MHA mask."
        )
    names = ", ".join(str(path.relative_to(folder)) for path in paths[:10])
    raise NoduleError(
        f"The folder {folder} holds {len(paths)} DICOM SEG or RTSTRUCT objects ({names}): one was expected. "
        "Give the path of the one that marks the nodule."
    )


def first_item(dataset: Dataset, keyword: str) -> Dataset | None:
    """The first item of a sequence; None where the sequence is absent or empty."""
    sequence = dataset.get(keyword)
    return sequence[0] if sequence else None


def numbers_of(dataset: Dataset | None, keyword: str, count: int, where: str) -> NDArray[np.float64] | None:
    """The `count` numbers of an attribute; None where it is absent or empty.

    Raises:
        NoduleError: the attribute holds something else.
    """
    value = None if dataset is None else dataset.get(keyword)
    if value is None or value == "":
        return None
    try:
        numbers = np.atleast_1d(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise NoduleError(f"{where}: {keyword} holds {value!r} where numbers are expected.") from error
    if numbers.size == 0:
        return None
    if numbers.shape != (count,) or not np.isfinite(numbers).all():
        raise NoduleError(f"{where}: {keyword} holds {numbers.tolist()} where {count} numbers are expected.")
    return numbers


@contextmanager
def parsing_dicom(path: Path) -> Iterator[None]:
    """Turns a damaged value, which shows only when it is looked at, into a refusal.

    pydicom's remarks on oddly written values are kept back: what matters of them is checked here.

    Raises:
        NoduleError: a value of the file cannot be parsed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except AttributeError as error:
            raise NoduleError(
                f"{path} ends before its image begins, or lacks what describes it. Get the file again."
            ) from error
        except DAMAGED_VALUE as error:
            raise NoduleError(f"{path} holds a damaged value: {error}. Get the file again.") from error
