"""The whole slice that a nodule lies in, turned as radiologists hang it, with the nodule's outline."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.contact_sheet import direction_letters
from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.location import Nodule
from radiogene.ct.scan import Scan

HANGING: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = (
    ((1, 1), (2, -1)),
    ((0, 1), (2, -1)),
    ((0, 1), (1, 1)),
)
"""By the axis across a slice (x sagittal, y coronal, z axial): axis and sign in which columns and then rows grow."""

PLANES = ("sagittal", "coronal", "axial")

SMALLEST_LETTER_SHARE = 0.2
"""Of a unit vector: a smaller component gets no letter, so that a slice of a tilted gantry has one letter a side."""


@dataclass(frozen=True, eq=False)
class WholeSlice:
    """A slice of a scan as it hangs: the patient's right on the reader's left, the front or the head above.

    Attributes:
        image_hu: (rows, columns) float32 HU.
        outline: (rows, columns) bool, the pixels of the slice inside the nodule's segment; None for a point.
        centre_rc: row and column of the nodule's centre, continuous, whole numbers at the centres of pixels.
        pixel_mm: height and width of a pixel.
        plane: "axial", "coronal" or "sagittal", whichever lies nearest.
        number: of the slice in the scan's grid, counted from 0.
        right_letters, bottom_letters: where columns and rows lead: "L", "P", "LH", ...
        off_slice_mm: how far the nodule's centre lies from the middle of the slice, at most half its thickness.
    """

    image_hu: NDArray[np.float32]
    outline: NDArray[np.bool_] | None
    centre_rc: tuple[float, float]
    pixel_mm: tuple[float, float]
    plane: str
    number: int
    right_letters: str
    bottom_letters: str
    off_slice_mm: float

    @property
    def size_mm(self) -> tuple[float, float]:
        """Height and width of the image."""
        rows, columns = self.image_hu.shape
        return rows * self.pixel_mm[0], columns * self.pixel_mm[1]


def whole_slice(scan: Scan, nodule: Nodule) -> WholeSlice:
    """The slice of the scan that lies nearest to the nodule's centre, read anew.

    Args:
        scan: with the nodule.
        nodule: inside it.

    Raises:
        SeriesError: the slice cannot be read.
    """
    column, row, depth = (float(n) for n in scan.grid.to_index_ijk(nodule.centre_lps_mm))
    number = int(np.clip(np.rint(depth), 0, scan.grid.shape_ijk[2] - 1))
    directions = scan.grid.directions_lps.T
    spacing = scan.grid.spacing_mm
    stored = WholeSlice(
        image_hu=scan.read_slices(number, number + 1)[0],
        outline=pixels_inside(scan.grid, nodule, number),
        centre_rc=(row, column),
        pixel_mm=(float(spacing[1]), float(spacing[0])),
        plane="",
        number=number,
        right_letters="",
        bottom_letters="",
        off_slice_mm=abs(depth - number) * float(spacing[2]),
    )
    return _hung(stored, directions[0], directions[1])


def pixels_inside(grid: VoxelGrid, nodule: Nodule, number: int) -> NDArray[np.bool_] | None:
    """Which pixels (rows, columns) of a slice lie inside the nodule's segment; None for a point.

    Args:
        grid: of the scan.
        nodule: with its segment.
        number: of the slice, counted from 0.
    """
    if nodule.body is None or nodule.extent_mm is None:
        return None
    columns, rows, _ = grid.shape_ijk
    inside = np.zeros((rows, columns), dtype=bool)
    reach_mm = float(np.linalg.norm(nodule.extent_mm))
    middle = grid.to_index_ijk(nodule.centre_lps_mm)
    if abs(middle[2] - number) * grid.spacing_mm[2] > reach_mm:
        return inside
    reach = np.ceil(reach_mm / grid.spacing_mm[:2]).astype(int) + 1
    first = np.maximum(np.rint(middle[:2]).astype(int) - reach, 0)
    stop = np.minimum(np.rint(middle[:2]).astype(int) + reach + 1, (columns, rows))
    j, i = np.meshgrid(np.arange(first[1], stop[1]), np.arange(first[0], stop[0]), indexing="ij")
    points = grid.to_lps_mm(np.stack([i, j, np.full(i.shape, number)], axis=-1))
    inside[first[1] : stop[1], first[0] : stop[0]] = nodule.body.contains(points)
    return inside


def _hung(stored: WholeSlice, i: NDArray[np.float64], j: NDArray[np.float64]) -> WholeSlice:
    """The slice turned as it hangs.

    Args:
        stored: rows and columns as in the file.
        i: (3,) unit vector in LPS along which columns are counted.
        j: (3,) the same for rows.
    """
    across = int(np.argmax(np.abs(np.cross(i, j))))
    (right, right_sign), (down, down_sign) = HANGING[across]
    if abs(i[right]) + abs(j[down]) < abs(j[right]) + abs(i[down]):
        stored, i, j = _transposed(stored), j, i
    if i[right] * right_sign < 0:
        stored, i = _mirrored(stored, 1), -i
    if j[down] * down_sign < 0:
        stored, j = _mirrored(stored, 0), -j
    return replace(stored, plane=PLANES[across], right_letters=_letters(i), bottom_letters=_letters(j))


def _transposed(image: WholeSlice) -> WholeSlice:
    row, column = image.centre_rc
    height, width = image.pixel_mm
    outline = None if image.outline is None else image.outline.T
    return replace(image, image_hu=image.image_hu.T, outline=outline, centre_rc=(column, row), pixel_mm=(width, height))


def _mirrored(image: WholeSlice, axis: int) -> WholeSlice:
    centre = list(image.centre_rc)
    centre[axis] = image.image_hu.shape[axis] - 1 - centre[axis]
    outline = None if image.outline is None else np.flip(image.outline, axis)
    return replace(image, image_hu=np.flip(image.image_hu, axis), outline=outline, centre_rc=(centre[0], centre[1]))


def _letters(direction: NDArray[np.float64]) -> str:
    """Where a unit vector (3,) in LPS leads, the largest component first."""
    letters = ""
    for axis in np.argsort(-np.abs(direction)):
        if abs(direction[axis]) >= SMALLEST_LETTER_SHARE:
            step = 1 if direction[axis] > 0 else -1
            letters += direction_letters((step * int(axis == 0), step * int(axis == 1), step * int(axis == 2)))
    return letters
