"""A NIfTI, NRRD or MHA mask as segments that can be chosen, placed by its own geometry."""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.choice import Segment
from radiogene.ct.nodule.mask import PlaneStack
from radiogene.ct.nodule.region import Components, Region
from radiogene.ct.volume.compressed_stream import open_perhaps_gzip, refuse_wrong_size
from radiogene.ct.volume.itk_volume import itk_reader, read_by_itk, refuse_unplaced
from radiogene.ct.volume.nifti_volume import (
    nifti_affine_lps_mm,
    nifti_pixel_bytes,
    nifti_scaling,
    nifti_shape_ijk,
    read_nifti_header,
    read_nifti_voxels,
)
from radiogene.ct.volume.nrrd_volume import names_of_labels, open_nrrd
from radiogene.ct.volume.volume_file import NIFTI_SUFFIXES, NRRD_SUFFIXES, VOLUME_SUFFIXES
from radiogene.errors import GeometryError, NoduleError, SeriesError

MASK_SUFFIXES = VOLUME_SUFFIXES

LARGEST_MASK_VOXELS = 2**31
"""More voxels than this are an error of the header or an attack on memory, not a mask of a CT."""

ROUNDING_OF_LABELS = 1e-3
"""Labels that a stored slope made of whole numbers differ from these by less."""

SAME_CORNER_VOXELS = 1.5
"""A mask of the scan's matrix has the scan's corners, also where its axes run the other way."""

MOST_LABELS = 64
"""A volume with more distinct values is an image, not a mask."""

EIGHT_BIT_MASKS = {2: "u1", 256: "i1"}
"""NIfTI datatype codes that a CT cannot have and a mask mostly has (nifti1.h)."""


@dataclass(frozen=True, eq=False)
class _Labels:
    """Values (slices, rows, columns) of a mask, their grid, and the names of labels where the file has some."""

    labels_kji: NDArray[np.generic]
    grid: VoxelGrid
    names: dict[int, str]


def read_mask(path: Path, scan_grid: VoxelGrid | None = None) -> tuple[Segment, ...]:
    """The labels of a mask volume as segments.

    Args:
        path: a NIfTI, NRRD or MetaImage file of whole numbers, 0 outside.
        scan_grid: of the scan that it marks a nodule of; None to take the file alone.

    Raises:
        NoduleError: the file cannot be read, is no mask, has fractions, says not where it lies in the patient, or lost
            its place.
    """
    name = path.name.lower()
    if name.endswith(NIFTI_SUFFIXES):
        read = _read_nifti_mask
    else:
        read = _read_nrrd_mask if name.endswith(NRRD_SUFFIXES) else _read_metaimage_mask
    try:
        mask = read(path)
    except (SeriesError, GeometryError) as error:
        raise NoduleError(f"The mask cannot be used: {error}") from error
    except (EOFError, OSError, RuntimeError, zlib.error) as error:
        raise NoduleError(f"{path} cannot be read as a mask volume: {_last_line(error)}") from error
    if scan_grid is not None:
        _refuse_lost_place(mask.grid, scan_grid, path)
    mask = replace(mask, labels_kji=_whole_labels(mask.labels_kji))
    values = _label_values(mask.labels_kji, path)
    return tuple(_segment(mask.labels_kji, value, mask.names.get(value, ""), mask.grid) for value in values)


def _segment(labels_kji: NDArray[np.generic], value: int, name: str, grid: VoxelGrid) -> Segment:
    """The voxels of one label as a segment."""
    return Segment(value, name, partial(_whole, labels_kji, value, grid), partial(_parts, labels_kji, value, grid))


def _whole(labels_kji: NDArray[np.generic], value: int, grid: VoxelGrid) -> Region | None:
    return PlaneStack.on_grid(labels_kji == value, grid).whole()


def _parts(labels_kji: NDArray[np.generic], value: int, grid: VoxelGrid) -> Components:
    return PlaneStack.on_grid(labels_kji == value, grid).components()


def _read_nifti_mask(path: Path) -> _Labels:
    """The mask in a NIfTI file, with the same care for its transforms as for a CT's."""
    with open_perhaps_gzip(path) as file:
        header = read_nifti_header(file, path)
        shape_ijk = nifti_shape_ijk(header, path)
        _refuse_size(shape_ijk, path)
        grid = VoxelGrid(nifti_affine_lps_mm(header, shape_ijk, path), shape_ijk)
        code = header.whole("datatype")
        if code not in EIGHT_BIT_MASKS:
            return _Labels(read_nifti_voxels(file, header, shape_ijk, path), grid, {})
        stored = np.frombuffer(
            nifti_pixel_bytes(file, header, math.prod(shape_ijk), path, is_ct=False), EIGHT_BIT_MASKS[code]
        )
    labels_kji = stored.reshape(shape_ijk[::-1])
    scaling = nifti_scaling(header, path)
    if scaling is None:
        return _Labels(labels_kji, grid, {})
    slope, intercept = scaling
    if intercept == 0 and len(np.unique(stored[stored != 0])) == 1:
        # One label, of which a writer's slope made a fraction.
        return _Labels(labels_kji, grid, {})
    return _Labels(labels_kji * np.float64(slope) + np.float64(intercept), grid, {})


def _read_nrrd_mask(path: Path) -> _Labels:
    """The mask in an NRRD file."""
    mask = open_nrrd(path)
    if mask.components != 1:
        raise _layers(path, mask.grid.shape_ijk, mask.components)
    _refuse_size(mask.grid.shape_ijk, path)
    return _Labels(mask.voxels_zyx(), mask.grid, names_of_labels(mask.fields))


def _read_metaimage_mask(path: Path) -> _Labels:
    """The mask in a MetaImage file."""
    refuse_unplaced(path)
    refuse_wrong_size(path, is_ct=False)
    reader = itk_reader(path)
    reader.ReadImageInformation()
    size = reader.GetSize()
    if len(size) < 3 or max(size[3:], default=1) > 1 or reader.GetNumberOfComponents() != 1:
        raise _layers(path, size, reader.GetNumberOfComponents())
    _refuse_size(size, path)
    volume = read_by_itk(reader)
    return _Labels(volume.volume_zyx, volume.grid, {})


def _layers(path: Path, size: Sequence[int], components: int) -> NoduleError:
    """The refusal of a file with several masks in it."""
    return NoduleError(
        f"{path} has size {' x '.join(map(str, size))} with {components} values a voxel: a mask of three dimensions "
        "and one value was expected. Save overlapping segments as one file each."
    )


def _refuse_size(size: Sequence[int], path: Path) -> None:
    if math.prod(size) > LARGEST_MASK_VOXELS:
        raise NoduleError(
            f"{path} claims {' x '.join(map(str, size))} voxels: at most {LARGEST_MASK_VOXELS} were expected. "
            "The header is damaged."
        )


def _whole_labels(labels_kji: NDArray[np.generic]) -> NDArray[np.generic]:
    """The values with the rounding of a stored slope taken away, where all of them are whole but for it."""
    if labels_kji.dtype.kind != "f":
        return labels_kji
    whole = np.rint(labels_kji.astype(np.float64))
    with np.errstate(invalid="ignore"):
        off = np.abs(labels_kji - whole)
    return np.asarray(whole if 0 < off.max(initial=0.0) <= ROUNDING_OF_LABELS else labels_kji)


def _refuse_lost_place(mask: VoxelGrid, scan: VoxelGrid, path: Path) -> None:
    """Refuse a mask that was saved without the geometry of the scan.

    Raises:
        NoduleError: it has the scan's matrix and lies elsewhere, or has a spacing of 1 and begins at 0.
    """
    apart_mm = _corners_apart_mm(mask, scan)
    largest_mm = SAME_CORNER_VOXELS * float(scan.spacing_mm.max())
    same_matrix = sorted(mask.shape_ijk) == sorted(scan.shape_ijk)
    # One that lies wholly elsewhere is refused for its nodule, which is outside the scan.
    reaches_in = bool(scan.contains_index(scan.to_index_ijk(mask.to_lps_mm((np.array(mask.shape_ijk) - 1) / 2))))
    by_default = reaches_in and np.allclose(np.abs(mask.affine_lps_mm), np.eye(4), atol=1e-6)
    if not (same_matrix or by_default) or apart_mm <= largest_mm:
        return
    size = " x ".join(map(str, mask.shape_ijk))
    what = (
        f"has a spacing of 1 mm and begins at 0 ({size} voxels), as files without geometry do"
        if by_default
        else f"has the scan's {size} voxels, but its corners lie up to {apart_mm:.0f} mm from the scan's"
    )
    raise NoduleError(
        f"{path} {what}: it was saved without the place of the scan it was made on, and would mark another place. Save "
        "it again with the scan's spacing, origin and directions (`CopyInformation`, the scan's affine), or give the "
        "nodule as a point."
    )


def _corners_apart_mm(mask: VoxelGrid, scan: VoxelGrid) -> float:
    """How far the farthest corner of a mask's grid is from the nearest corner of the scan's."""
    one, other = (grid.to_lps_mm(list(product(*[(0, count - 1) for count in grid.shape_ijk]))) for grid in (mask, scan))
    return float(np.linalg.norm(one[:, None] - other[None], axis=-1).min(axis=1).max())


def _label_values(labels_kji: NDArray[np.generic], path: Path) -> list[int]:
    """The distinct values of a mask (slices, rows, columns) but 0.

    Raises:
        NoduleError: there are none, too many, negative ones or fractions.
    """
    labels: NDArray[np.generic] = np.unique(labels_kji[:0])
    for plane_ji in labels_kji:
        labels = np.union1d(labels, plane_ji[plane_ji != 0])
        values = labels.astype(np.float64)
        if not (np.isfinite(values) & (values == np.rint(values))).all():
            raise NoduleError(
                f"{path} holds fractions such as {values[values != np.rint(values)][0]:.4g}: a mask of whole numbers "
                "was expected, not a probability map. Choose a threshold, save the mask, and give that."
            )
        if len(values) > MOST_LABELS or values.min(initial=0.0) < 0:
            odd = "negative values" if values.min() < 0 else f"more than {MOST_LABELS} distinct values"
            raise NoduleError(
                f"{path} holds {odd}: "
                "that is an image, not a mask. Expected 0 outside and a whole number for each segment."
            )
    if not len(labels):
        raise NoduleError(f"{path} marks no nodule: all its voxels are 0.")
    return [int(value) for value in labels.astype(np.float64)]


def _last_line(error: BaseException) -> str:
    """The end of an error's message, which in SimpleITK's is the reason."""
    return (str(error).strip() or type(error).__name__).splitlines()[-1]
