"""The whole slice hangs as radiologists read it, whatever the file's order; its crosshair is at the nodule."""

from itertools import permutations, product

import numpy as np
import pytest
from matplotlib.figure import Figure

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.location import MASK, POINT, Nodule
from radiogene.ct.scan import Scan
from radiogene.ct.whole_slice import whole_slice
from radiogene.report.slice_sheet import draw_slice, slice_sheet, slice_words

SPACING = np.array([0.8, 1.1, 2.5])
SHAPE = (60, 80, 20)
CENTRE = np.array([3.0, -7.0, 11.0])
BALL_MM = 6.0

ORIENTATIONS = [
    (axes, signs)
    for axes in permutations(range(3))
    for signs in product((1, -1), repeat=3)
    if np.linalg.det(np.eye(3)[list(axes)] * np.array(signs)[:, None]) > 0
]


class Ball:
    """All points within 6 mm of the centre."""

    def contains(self, points_lps_mm):
        return np.linalg.norm(points_lps_mm - CENTRE, axis=-1) < BALL_MM


def made_scan(axes, signs):
    """A volume of x + 1000 in LPS mm, its axes along these, whose middle is near the nodule."""
    directions = (np.eye(3)[list(axes)] * np.array(signs)[:, None]).T
    affine = np.eye(4)
    affine[:3, :3] = directions * SPACING
    affine[:3, 3] = CENTRE + 0.3 - affine[:3, :3] @ (np.array(SHAPE) / 2)
    grid = VoxelGrid(affine, SHAPE)

    def read(first, stop):
        k, j, i = np.meshgrid(np.arange(first, stop), np.arange(SHAPE[1]), np.arange(SHAPE[0]), indexing="ij")
        points = grid.to_lps_mm(np.stack([i, j, k], axis=-1))
        return (points @ np.array([1.0, 10.0, 100.0])).astype(np.float32)

    return Scan(grid, read, "made")


def ball():
    return Nodule(CENTRE, np.full(3, 2 * BALL_MM), 0.9, MASK, "1", Ball(), ())


@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS)
def test_every_orientation_hangs_the_same_way_and_the_crosshair_is_at_the_nodule(axes, signs):
    scan = made_scan(axes, signs)
    shown = whole_slice(scan, ball())
    across = axes[2]
    assert shown.plane == ("sagittal", "coronal", "axial")[across]
    assert (shown.right_letters, shown.bottom_letters) == (("P", "F"), ("L", "F"), ("L", "P"))[across]
    right, down = ((1, 2), (0, 2), (0, 1))[across]
    steps = np.array([1.0, 10.0, 100.0])
    # Columns lead to the patient's left or back, rows to the back or the feet: each by its own step.
    per_column = np.diff(shown.image_hu, axis=1) / shown.pixel_mm[1]
    per_row = np.diff(shown.image_hu, axis=0) / shown.pixel_mm[0]
    np.testing.assert_allclose(per_column, steps[right], rtol=1e-3)
    np.testing.assert_allclose(per_row, steps[down] * (-1 if down == 2 else 1), rtol=1e-3)
    # The value that the image has at the crosshair is that of the centre, moved into the slice.
    row, column = shown.centre_rc
    first = float(shown.image_hu[0, 0])
    value = first + column * shown.pixel_mm[1] * per_column[0, 0] + row * shown.pixel_mm[0] * per_row[0, 0]
    normal = scan.grid.directions_lps[:, 2]
    depth = float(scan.grid.to_index_ijk(CENTRE)[2])
    in_slice = CENTRE + normal * (shown.number - depth) * SPACING[2]
    assert value == pytest.approx(float(in_slice @ steps), abs=0.05)
    assert shown.off_slice_mm == pytest.approx(abs(shown.number - depth) * SPACING[2])
    # The outline is the disc around it.
    rows, columns = np.nonzero(shown.outline)
    assert rows.mean() == pytest.approx(row, abs=0.5)
    assert columns.mean() == pytest.approx(column, abs=0.5)
    radius = np.sqrt(BALL_MM**2 - shown.off_slice_mm**2)
    assert shown.outline.sum() * np.prod(shown.pixel_mm) == pytest.approx(np.pi * radius**2, rel=0.1)


def test_a_tilted_gantry_has_the_letters_of_its_main_directions():
    scan = made_scan((0, 1, 2), (1, 1, 1))
    affine = scan.grid.affine_lps_mm.copy()
    tilt = np.radians(10)
    affine[:3, 1] = np.array([0, np.cos(tilt), -np.sin(tilt)]) * SPACING[1]
    shown = whole_slice(Scan(VoxelGrid(affine, SHAPE), scan.read_slices, "tilted"), ball())
    assert (shown.plane, shown.right_letters, shown.bottom_letters) == ("axial", "L", "P")


def test_a_point_has_a_crosshair_alone_and_the_words_say_so():
    point = Nodule(CENTRE, None, None, POINT, None, None, ())
    shown = whole_slice(made_scan((0, 1, 2), (1, 1, 1)), point)
    assert shown.outline is None
    assert "marked by a point: no outline" in slice_words(shown)
    axes = Figure().add_subplot()
    draw_slice(axes, shown)
    crossing = [line.get_xydata().mean(axis=0) for line in axes.lines[:4]]
    row_mm, column_mm = ((n + 0.5) * size for n, size in zip(shown.centre_rc, shown.pixel_mm, strict=True))
    for x, y in crossing:
        assert x == pytest.approx(column_mm) or y == pytest.approx(row_mm)
    assert [text.get_text() for text in axes.texts] == ["L", "R", "P", "A", "50 mm"]


def test_the_sheet_has_the_slices_proportions():
    shown = whole_slice(made_scan((0, 1, 2), (1, 1, 1)), ball())
    width, height = slice_sheet(shown).get_size_inches()
    assert width / height == pytest.approx(60 * 0.8 / (80 * 1.1))
