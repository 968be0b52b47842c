"""MetaImage volumes, read by SimpleITK once their headers are known to say where they lie."""

from pathlib import Path
from typing import Any

import numpy as np

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.volume.compressed_stream import refuse_wrong_size
from radiogene.ct.volume.volume_in_file import VolumeInFile
from radiogene.errors import GeometryError, SeriesError
from radiogene.storage.regular_file import open_file

LONGEST_HEADER_BYTES = 65536

PLACING_FIELDS = (
    ("elementspacing", "elementsize"),
    ("offset", "position", "origin"),
    ("transformmatrix", "rotation", "orientation"),
)
"""What a header must hold one of each, by names that mean the same."""

SINGLE_BYTE_TYPES = ("8-bit unsigned integer", "8-bit signed integer")
WIDE_TYPES = (
    *("16-bit signed integer", "16-bit unsigned integer", "32-bit signed integer", "32-bit unsigned integer"),
    *("64-bit signed integer", "64-bit unsigned integer", "32-bit float", "64-bit float"),
)
"""What SimpleITK calls its pixels of one number."""


def read_itk_volume(path: Path) -> VolumeInFile:
    """The volume of a .mha or .mhd file, its grid in LPS mm.

    Raises:
        SeriesError: truncated, unreadable, or not a single 3D volume of numbers of 16 bits and more; or SimpleITK is
            not installed.
        GeometryError: the header does not say where the volume lies in the patient.
    """
    refuse_unplaced(path)
    refuse_wrong_size(path)
    reader = itk_reader(path)
    try:
        reader.ReadImageInformation()
        _refuse_types(reader, path)
        size = list(reader.GetSize())
        if len(size) < 3 or max(size[3:], default=1) > 1:
            raise SeriesError(
                f"{path} has dimensions {size}; expected one 3D volume. Extract the volume that is meant."
            )
        return read_by_itk(reader)
    except RuntimeError as error:
        last = str(error).strip().splitlines()[-1]
        raise SeriesError(f"{path} cannot be read ({last}); it is truncated or corrupt: restore the file.") from error


def itk_reader(path: Path) -> Any:
    """SimpleITK's reader of a file that it has not opened yet.

    Raises:
        SeriesError: SimpleITK is not installed.
    """
    try:
        # 276 MB that only these files need.
        import SimpleITK
    except ImportError as error:
        raise SeriesError(
            f"{path} is a MetaImage, for which SimpleITK is needed, and that is not installed: "
            'pip install "radiogene[metaimage]", or convert the file to NIfTI or NRRD.'
        ) from error
    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(str(path))
    return reader


def read_by_itk(reader: Any) -> VolumeInFile:
    """The volume behind a reader whose header has been read; dimensions beyond the third have one element.

    Raises:
        RuntimeError: the file is truncated or corrupt.
    """
    import SimpleITK

    size = list(reader.GetSize())
    if len(size) > 3:
        reader.SetExtractSize(size[:3] + [0] * (len(size) - 3))
    image = reader.Execute()
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    columns, rows, slices = image.GetSize()
    return VolumeInFile(VoxelGrid(affine, (columns, rows, slices)), SimpleITK.GetArrayFromImage(image))


def _refuse_types(reader: Any, path: Path) -> None:
    """Refuse vectors, complex numbers and bytes."""
    import SimpleITK

    kind = SimpleITK.GetPixelIDValueAsString(reader.GetPixelIDValue())
    if kind in SINGLE_BYTE_TYPES:
        raise SeriesError(f"{path} has pixels of 8 bits ({kind}), which cannot be HU; give the CT in 16 bits or more.")
    if reader.GetNumberOfComponents() != 1 or kind not in WIDE_TYPES:
        raise SeriesError(f"{path} has pixels of type {kind}; expected one real number of 16 bits or more each.")


def refuse_unplaced(path: Path) -> None:
    """Refuse a header without directions, origin or spacing, for which SimpleITK would assume some."""
    fields = _text_fields(path)
    for names in PLACING_FIELDS:
        if not any(name in fields for name in names):
            raise GeometryError(
                f"{path} has no '{names[0]}' in its header: it does not say where the volume lies in the patient. "
                "Convert it from DICOM again."
            )


def _text_fields(path: Path) -> set[str]:
    """The names of the lines `name = value` of a text header, in small letters."""
    fields = set()
    try:
        with open_file(path) as file:
            for line in file.read(LONGEST_HEADER_BYTES).split(b"\n"):
                name, equals_sign, _ = line.strip().partition(b"=")
                name_text = name.strip().decode("ascii", "replace").lower()
                if equals_sign:
                    fields.add(name_text)
                if not line.strip() or name_text == "elementdatafile":
                    break
    except OSError as error:
        raise SeriesError(f"{path} cannot be read: {error.strerror}.") from error
    return fields
