"""Cubes of phantom nodules anywhere in them, with their segments and without DICOM: to try explanations on."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from radiogene.ct.resampling import CUBE_MM, resample_cube, sample_points_lps_mm
from radiogene.ct.scan import Scan
from radiogene.phantom.patient import SyntheticPatient
from radiogene.phantom.scan_grid import ScanGrid, scan_grid
from radiogene.phantom.scan_volume import scan_volume_hu

LARGEST_SHIFT_MM = 16.0
"""Along each axis."""

AROUND_MM = CUBE_MM / 2 + LARGEST_SHIFT_MM + 2.0
"""Half the extent of what is scanned around a nodule."""

VOLUME_PURPOSE = 1


@dataclass(frozen=True, eq=False)
class NoduleScan:
    """A patient scanned around the first nodule alone, which takes a tenth of the time of a whole scan.

    Attributes:
        patient: who is scanned.
        scan: the part around the nodule; no other patient's noise is the same, nor that of the whole scan.
        grid: where its voxels lie.
        absent: whether the nodule was left out, so that lung alone is where it would be.
    """

    patient: SyntheticPatient
    scan: Scan
    grid: ScanGrid
    absent: bool

    def cube(self, shift_mm: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """The cube (64, 64, 64) HU whose centre lies `shift_mm` (3,) off the nodule's, and the nodule's body in it.

        Args:
            shift_mm: along (x, y, z), at most 16 mm on each axis.
        """
        centre_mm = self.patient.subject.nodules[0].centre_mm + np.asarray(shift_mm, dtype=np.float64)
        inside = self.patient.subject.nodules[0].contains(sample_points_lps_mm(centre_mm))
        cube_hu = resample_cube(self.scan, centre_mm + self.grid.offset_lps_mm).cube_zyx
        return cube_hu, np.zeros_like(inside) if self.absent else inside


def scan_nodule(patient: SyntheticPatient, *, absent: bool = False) -> NoduleScan:
    """The patient scanned around the first nodule.

    Args:
        patient: who is scanned.
        absent: leave the nodules out.
    """
    nodule = patient.subject.nodules[0]
    slices = int(np.ceil(2 * (AROUND_MM + 4.0) / patient.acquisition.slice_mm)) + 1
    acquisition = replace(patient.acquisition, slice_count=slices, share_below=0.5)
    whole = scan_grid(acquisition, nodule.centre_mm)
    middle = whole.grid.to_index_ijk(nodule.centre_mm + whole.offset_lps_mm)
    reach = np.ceil(AROUND_MM / whole.grid.spacing_mm)
    first = np.maximum(np.floor(middle - reach), 0).astype(int)
    stop = np.minimum(np.ceil(middle + reach).astype(int) + 1, whole.grid.shape_ijk)
    grid = ScanGrid(whole.grid.cropped(first, stop), whole.offset_lps_mm)
    subject = replace(patient.subject, nodules=()) if absent else patient.subject
    volume_hu = scan_volume_hu(subject, grid, acquisition, patient.rng(VOLUME_PURPOSE))
    scan = Scan(grid.grid, lambda start, end: volume_hu[start:end], patient.patient_id)
    return NoduleScan(patient, scan, grid, absent)


def shift_between_mm(shortest: float, longest: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """A shift (3,) in a random direction, its length uniform between two."""
    direction = rng.standard_normal(3)
    return np.asarray(direction / np.linalg.norm(direction) * rng.uniform(shortest, longest))
