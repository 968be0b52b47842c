"""NRRD and MetaImage volumes, read by SimpleITK once their headers are known to say where they lie."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name its documentation uses

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.volume.compressed_stream import refuse_corrupt_stream
from radiogene.ct.volume.volume_in_file import VolumeInFile
from radiogene.errors import GeometryError, SeriesError

LONGEST_HEADER_BYTES = 65536

NRRD_SUFFIXES = (".nrrd", ".nhdr")

NRRD_SPACES = frozenset(
    {
        *("left-posterior-superior", "lps"),
        *("right-anterior-superior", "ras"),
        *("left-anterior-superior", "las"),
    }
)
"""Patient frames of NRRD that SimpleITK turns into LPS; other frames it takes for LPS without a word."""

NRRD_MILLIMETRES = frozenset({"mm", "millimeter", "millimeters", "millimetre", "millimetres"})

SINGLE_BYTE_TYPES = frozenset({sitk.sitkUInt8, sitk.sitkInt8})
WIDE_TYPES = frozenset(
    {
        *(sitk.sitkInt16, sitk.sitkUInt16, sitk.sitkInt32, sitk.sitkUInt32, sitk.sitkInt64, sitk.sitkUInt64),
        *(sitk.sitkFloat32, sitk.sitkFloat64),
    }
)


def read_itk_volume(path: Path) -> VolumeInFile:
    """The volume of a .nrrd, .nhdr, .mha or .mhd file, its grid in LPS mm.

    Raises:
        SeriesError: truncated, unreadable, or not a single 3D volume of numbers of 16 bits and more.
        GeometryError: the header does not say where the volume lies in the patient.
    """
    refuse_unplaced(path)
    refuse_corrupt_stream(path)
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        _refuse_types(reader, path)
        size = list(reader.GetSize())
        if len(size) < 3 or max(size[3:], default=1) > 1:
            raise SeriesError(
                f"{path} has dimensions {size}; expected one 3D volume. Extract the volume that is meant."
            )
        if len(size) > 3:
            reader.SetExtractSize(size[:3] + [0] * (len(size) - 3))
        image = reader.Execute()
    except RuntimeError as error:
        last = str(error).strip().splitlines()[-1]
        raise SeriesError(f"{path} cannot be read ({last}); it is truncated or corrupt: restore the file.") from error
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    columns, rows, slices = image.GetSize()
    return VolumeInFile(VoxelGrid(affine, (columns, rows, slices)), sitk.GetArrayFromImage(image))


def _refuse_types(reader: sitk.ImageFileReader, path: Path) -> None:
    """Refuses vectors, complex numbers and bytes."""
    kind = sitk.GetPixelIDValueAsString(reader.GetPixelIDValue())
    if reader.GetPixelIDValue() in SINGLE_BYTE_TYPES:
        raise SeriesError(f"{path} has pixels of 8 bits ({kind}), which cannot be HU; give the CT in 16 bits or more.")
    if reader.GetNumberOfComponents() != 1 or reader.GetPixelIDValue() not in WIDE_TYPES:
        raise SeriesError(f"{path} has pixels of type {kind}; expected one real number of 16 bits or more each.")


def refuse_unplaced(path: Path) -> None:
    """Refuses a header without frame, directions or spacing, for which SimpleITK would assume some."""
    fields = _text_fields(path)
    if path.suffix.lower() in NRRD_SUFFIXES:
        if fields.get("space", "").lower() not in NRRD_SPACES:
            raise GeometryError(
                f"{path} has NRRD space '{fields.get('space', '')}'; expected left-posterior-superior, "
                "right-anterior-superior or left-anterior-superior. Convert it from DICOM again."
            )
        _refuse_nrrd_axes(fields, path)
        wanted: list[tuple[str, ...]] = [("space directions",), ("space origin",)]
    else:
        wanted = [
            ("elementspacing", "elementsize"),
            ("offset", "position", "origin"),
            ("transformmatrix", "rotation", "orientation"),
        ]
    for names in wanted:
        if not any(name in fields for name in names):
            raise GeometryError(
                f"{path} has no '{names[0]}' in its header: it does not say where the volume lies in the patient. "
                "Convert it from DICOM again."
            )


def _refuse_nrrd_axes(fields: dict[str, str], path: Path) -> None:
    """Refuses axes for which SimpleITK would make a direction up, and units that it would take for mm.

    Args:
        fields: of the header.
        path: the file, for messages.
    """
    directions = fields.get("space directions", "").lower()
    if "none" in directions and directions.count("(") < len("xyz"):
        raise GeometryError(
            f"{path} has space directions '{fields['space directions']}': an axis has no direction, so the header does "
            "not say where the volume lies in the patient. Convert it from DICOM again."
        )
    units = [unit.strip() for unit in fields.get("space units", "").replace('"', " ").split()]
    other = [unit for unit in units if unit.lower() not in NRRD_MILLIMETRES]
    if other:
        raise GeometryError(f"{path} states its lengths in {other[0]}; expected millimetres (mm). Convert it.")


def _text_fields(path: Path) -> dict[str, str]:
    """The lines `name: value` (NRRD) or `name = value` (MetaImage) of a text header, names in small letters."""
    separator = b":" if path.suffix.lower() in NRRD_SUFFIXES else b"="
    fields = {}
    try:
        with path.open("rb") as file:
            for line in file.read(LONGEST_HEADER_BYTES).split(b"\n"):
                name, found, value = line.strip().partition(separator)
                name_text = name.strip().decode("ascii", "replace").lower()
                if found:
                    fields[name_text] = value.strip().decode("ascii", "replace")
                if not line.strip() or name_text == "elementdatafile":
                    break
    except OSError as error:
        raise SeriesError(f"{path} cannot be read: {error.strerror}.") from error
    return fields
