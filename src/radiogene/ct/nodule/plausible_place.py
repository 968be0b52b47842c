"""Whether a marked place can be a nodule: not in air, in healthy lung, in bone, or beside the body, nor a whole chest.

The figures beside the limits are of 820 nodules of LIDC-IDRI with their masks (`lidc_nodule_vois`), 75 with 51 mm
around them (`lidc_nodule_cubes_51mm`), and the tumours of three CTs. `benchmarks/plausibility_of_real_scans.py`
measures them, how many real nodules would be refused (none), and how many places in air, bone and table are found.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.location import POINT, Nodule
from radiogene.ct.plausible_hu import WHOLE_CHEST_MM
from radiogene.ct.resampling import Neighbourhood, sample_offsets_mm

LARGEST_NODULE_MM = 150.0
"""A lung of an adult is 250 mm high. Real nodules: up to 58 mm; T4 begins at 70 mm."""

NEAR_MM = 5.0
DENSEST_SAMPLES = 20
LEAST_DENSE_HU = -720.0
"""The mean of the 20 densest cubic millimetres within 5 mm of a point. Real centres, faint ones too: above -664 HU."""

AIR_HU_LIMIT = -900.0
"""Below it, that mean is of air alone: outside the body, in an airway, or in a bulla."""

LEAST_MEAN_HU = -830.0
"""The mean within a mask. Real masks: above -796 HU; healthy lung is near -850."""

BONE_HU = 200.0
LONGEST_CALCIFIED_MM = 40.0
"""A body of more than 200 HU around a centre that is longer than this is bone, or a vessel full of contrast medium.
Of 75 real nodules, no centre lies in such a body at all."""

AT_CENTRE_MM = 1.5

HOLE_MM = 5.0
HOLE_CONTRAST_HU = 150.0
LARGEST_HOLE_SHARE = 0.5
"""Of the samples within 5 mm of the centroid: more of them left out than marked, and denser by 150 HU, and the mask is
the surroundings of a nodule. Real masks: none."""

TISSUE_HU = -400.0
RAYS = 24
LEAST_RAYS = 0.6
"""Share of the directions in the slice in which the body lies. In the lungs: nearly all; from the table: under half."""

SMALLEST_BODY_SHARE = 0.02
"""Of the pixels of a slice; with less tissue, nothing is said about what lies outside the body."""


@dataclass(frozen=True, eq=False)
class MarkedPlace:
    """A marked place with what the scan shows there.

    Attributes:
        nodule: the marking.
        cube_zyx: (64, 64, 64) HU around its centre, 1 mm apart.
        segment_zyx: (64, 64, 64) bool; None for a point.
        read: what the cube was made from.
        grid: of the scan.
    """

    nodule: Nodule
    cube_zyx: NDArray[np.floating]
    segment_zyx: NDArray[np.bool_] | None
    read: Neighbourhood
    grid: VoxelGrid

    def doubts(self) -> list[str]:
        """What speaks against a nodule there, each with its likely cause; empty for every real nodule at hand."""
        checks = (self._too_large, self._in_air, self._is_inverted, self._marks_air, self._outside_body, self._in_bone)
        return [found for check in checks if (found := check()) is not None]

    def _too_large(self) -> str | None:
        extent_mm = self.nodule.extent_mm
        if extent_mm is None or extent_mm.max() <= LARGEST_NODULE_MM:
            return None
        return (
            f"the marking is {extent_mm.max():.0f} mm wide, and no nodule is wider than {LARGEST_NODULE_MM:.0f} mm: it "
            "is inverted, marks the lungs or the body, or was saved with another spacing"
        )

    def _in_air(self) -> str | None:
        if self.nodule.kind != POINT:
            return None
        near = np.sort(self.cube_zyx[_distance_mm() <= NEAR_MM])
        densest = float(near[-DENSEST_SAMPLES:].mean())
        if densest >= LEAST_DENSE_HU:
            return None
        where = "air, outside the body or in an airway" if densest < AIR_HU_LIMIT else "healthy lung"
        return (
            f"the point lies in {where}: nothing within {NEAR_MM:g} mm is denser than about {densest:.0f} HU (the "
            f"faintest ground glass reaches {LEAST_DENSE_HU:g})"
        )

    def _marks_air(self) -> str | None:
        if self.segment_zyx is None or not self.segment_zyx.any():
            return None
        mean = float(self.cube_zyx[self.segment_zyx].mean())
        if mean >= LEAST_MEAN_HU:
            return None
        return (
            f"what is marked has {mean:.0f} HU on average, which is air or healthy lung (a nodule has at least "
            f"{LEAST_MEAN_HU:g}): the marking is of another scan, lost its place, or is inverted"
        )

    def _is_inverted(self) -> str | None:
        if self.segment_zyx is None:
            return None
        near = _distance_mm() <= HOLE_MM
        hole, marked = near & ~self.segment_zyx, self.segment_zyx
        if not marked.any() or hole.sum() < LARGEST_HOLE_SHARE * near.sum():
            return None
        inside, around = float(self.cube_zyx[hole].mean()), float(self.cube_zyx[marked].mean())
        surrounded = bool(ndimage.binary_fill_holes(marked)[hole].mean() > LARGEST_HOLE_SHARE)
        if inside - around < HOLE_CONTRAST_HU or not surrounded:
            return None
        return (
            f"the marking leaves out its own centre, which is denser ({inside:.0f} HU) than what it marks "
            f"({around:.0f} HU): it is inverted"
        )

    def _outside_body(self) -> str | None:
        index = self.grid.to_index_ijk(self.nodule.centre_lps_mm)
        slice_ji = self.read.probe_kji[
            int(np.clip(round(index[2]) - self.read.first_ijk[2], 0, len(self.read.probe_kji) - 1))
        ]
        step_i, step_j = self.read.probe_step_ij
        place, pixel_mm = np.array([index[1] / step_j, index[0] / step_i]), np.array([step_j, step_i])
        pixel_mm = pixel_mm * self.grid.spacing_mm[[1, 0]]
        if (np.array(slice_ji.shape) * pixel_mm).min() < WHOLE_CHEST_MM or _lies_in_body(slice_ji, place, pixel_mm):
            return None
        return "it lies outside the body, in the air around it, in the table or in what lies on it"

    def _in_bone(self) -> str | None:
        dense = ndimage.uniform_filter(np.asarray(self.cube_zyx, np.float32), 3) > BONE_HU
        labels, count = ndimage.label(dense)
        at_centre = np.unique(labels[_distance_mm() <= AT_CENTRE_MM])
        boxes = ndimage.find_objects(labels, count)
        lengths = [side.stop - side.start for label in at_centre[at_centre > 0] for side in boxes[label - 1]]
        if max(lengths, default=0) <= LONGEST_CALCIFIED_MM:
            return None
        return (
            f"it lies in a body of more than {BONE_HU:g} HU that is longer than {LONGEST_CALCIFIED_MM:.0f} mm: bone, "
            "or a vessel full of contrast medium"
        )


def _distance_mm() -> NDArray[np.float64]:
    """(64, 64, 64): how far each sample of a cube is from its centre."""
    z, y, x = np.meshgrid(*[sample_offsets_mm()] * 3, indexing="ij")
    return np.sqrt(z * z + y * y + x * x)


def _lies_in_body(slice_hu: NDArray[np.float32], place_ji: NDArray[np.float64], pixel_mm: NDArray[np.float64]) -> bool:
    """True where a place lies in the body that a slice shows, or has it around, or where no body can be told.

    Args:
        slice_hu: (rows, columns).
        place_ji: (2,) row and column.
        pixel_mm: (2,) distance of rows and of columns.
    """
    labels, count = ndimage.label(slice_hu > TISSUE_HU)
    if not count:
        return True
    sizes = np.bincount(labels.ravel())[1:]
    body = labels == int(sizes.argmax()) + 1
    if body.mean() < SMALLEST_BODY_SHARE:
        return True
    row, column = np.clip(np.rint(place_ji).astype(int), 0, np.array(body.shape) - 1)
    if ndimage.binary_dilation(ndimage.binary_fill_holes(body))[row, column]:
        return True
    # A lung that the field of view cuts is open to the image's border, and not filled.
    angles = np.arange(RAYS) * 2 * np.pi / RAYS
    steps = np.arange(1, sum(body.shape))[:, None] * pixel_mm.min()
    met = np.zeros(RAYS, dtype=bool)
    for axis_ji in [np.stack([np.sin(angles), np.cos(angles)])]:
        j = np.rint(place_ji[0] + steps * axis_ji[0] / pixel_mm[0]).astype(int)
        i = np.rint(place_ji[1] + steps * axis_ji[1] / pixel_mm[1]).astype(int)
        inside = (j >= 0) & (j < body.shape[0]) & (i >= 0) & (i < body.shape[1])
        met = (inside & body[j.clip(0, body.shape[0] - 1), i.clip(0, body.shape[1] - 1)]).any(axis=0)
    return bool(met.mean() >= LEAST_RAYS)
