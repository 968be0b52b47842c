"""A CT in one volume file: NIfTI, NRRD or MetaImage."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.plausible_hu import HIGHEST_HU
from radiogene.ct.scan import WHOLE, Scan, Window, cleaned_hu
from radiogene.ct.series.dicom_series import NEEDED_LENGTH_MM, ROUNDING_MM
from radiogene.ct.volume.itk_volume import read_itk_volume
from radiogene.ct.volume.nifti_volume import read_nifti
from radiogene.ct.volume.nrrd_volume import read_nrrd
from radiogene.ct.volume.volume_in_file import VolumeInFile
from radiogene.errors import SeriesError

NIFTI_SUFFIXES = (".nii", ".nii.gz")
NRRD_SUFFIXES = (".nrrd", ".nhdr")
METAIMAGE_SUFFIXES = (".mha", ".mhd")
VOLUME_SUFFIXES = NIFTI_SUFFIXES + NRRD_SUFFIXES + METAIMAGE_SUFFIXES

LARGEST_AIR = -100.0
"""A chest contains air near -1000 HU; a volume whose minimum is above this is normalised, shifted or windowed."""


@dataclass(frozen=True, eq=False)
class VolumeReader:
    """Slices of a volume that is in memory in its own number type."""

    volume_zyx: NDArray[np.generic]

    def __call__(self, first: int, stop: int) -> NDArray[np.float32]:
        """Float32 HU (slices, rows, columns) of the slices first..stop-1.

        Raises:
            IndexError: the range is not within the volume.
        """
        return cleaned_hu(self.windows(first, stop, (WHOLE,))[0])

    def windows(self, first: int, stop: int, windows: Sequence[Window]) -> tuple[NDArray[np.float32], ...]:
        """Per window its part (slices, rows, columns) in HU of the slices first..stop-1, also what is below -1024.

        Raises:
            IndexError: the range is not within the volume.
        """
        if not 0 <= first <= stop <= len(self.volume_zyx):
            raise IndexError(f"Slices {first} to {stop} of a scan with {len(self.volume_zyx)} slices.")
        slab = self.volume_zyx[first:stop]
        return tuple(slab[:, rows, columns].astype(np.float32) for rows, columns in windows)


def is_volume_file(path: Path) -> bool:
    """True for a file whose name ends like NIfTI, NRRD or MetaImage."""
    return path.is_file() and path.name.lower().endswith(VOLUME_SUFFIXES)


def volume_scan(path: Path) -> Scan:
    """The scan in a volume file, whose voxels are known to be able to be HU.

    Args:
        path: a file for which `is_volume_file` is true.

    Raises:
        SeriesError: truncated, not one 3D volume, 8-bit, not finite, or without air.
        GeometryError: the file does not say, or says twice, where the volume lies.
    """
    volume = _read(path)
    grid, volume_zyx = volume.grid, volume.volume_zyx
    _refuse_not_hu(volume_zyx, path)
    decisions = []
    if not grid.is_right_handed:
        grid, volume_zyx = grid.with_slices_reversed(), volume_zyx[::-1]
        decisions.append(
            f"slices counted from the other end, so that their order is row x column direction: slice k of the file is "
            f"{grid.shape_ijk[2] - 1} - k for `frame` voxel"
        )
    length_mm = float(grid.spacing_mm[2]) * grid.shape_ijk[2]
    if length_mm < NEEDED_LENGTH_MM - ROUNDING_MM:
        decisions.append(f"the volume is only {length_mm:.1f} mm long; the cube needs {NEEDED_LENGTH_MM:g} mm")
    reader = VolumeReader(volume_zyx)
    return Scan(
        grid=grid,
        read_slices=reader,
        read_windows=reader.windows,
        source=path.name,
        decisions=tuple(decisions),
        facts={
            "format": "NIfTI" if path.name.lower().endswith(NIFTI_SUFFIXES) else path.suffix[1:].upper(),
            "number_type": str(volume_zyx.dtype),
            "files": 1,
            "slices": grid.shape_ijk[2],
        },
    )


def _read(path: Path) -> VolumeInFile:
    """The volume by the reader of its kind."""
    name = path.name.lower()
    if name.endswith(NIFTI_SUFFIXES):
        return read_nifti(path)
    return read_nrrd(path) if name.endswith(NRRD_SUFFIXES) else read_itk_volume(path)


def _refuse_not_hu(volume_zyx: NDArray[np.generic], path: Path) -> None:
    """Refuse values that are not finite, too large for a CT, or cannot show air."""
    least, most = float(np.min(volume_zyx)), float(np.max(volume_zyx))
    if not np.isfinite([least, most]).all():
        raise SeriesError(f"{path} has voxels that are NaN or infinite; expected HU everywhere. Convert it again.")
    if most > HIGHEST_HU:
        raise SeriesError(
            f"{path} has values up to {most:.6g}, and no CT in HU reaches {HIGHEST_HU:g}: negative numbers were "
            "written as positive ones, or a slope is wrong. Convert it from DICOM again."
        )
    if least > LARGEST_AIR:
        raise SeriesError(
            f"{path} has values from {least:g} to {most:g}; a CT of the chest in HU has air near -1000. It looks "
            "normalised, shifted or windowed: give the volume in Hounsfield units."
        )
