"""The cube against analytic fields and against resampling of the whole volume."""

import numpy as np
import pytest
from scipy import ndimage

from radiogene.ct import resampling
from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.parallel_axes import axis_matrix, parallel_axes
from radiogene.ct.resampling import resample_cube, sample_offsets_mm, sample_points_lps_mm
from radiogene.ct.scan import Scan


def rotation(degrees: float, axis: str) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return {
        "x": np.array([[1, 0, 0], [0, c, -s], [0, s, c]]),
        "y": np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]),
        "z": np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]),
    }[axis]


def grid_around_origin(directions: np.ndarray, spacing, shape) -> VoxelGrid:
    affine = np.eye(4)
    affine[:3, :3] = directions * np.asarray(spacing)
    affine[:3, 3] = -affine[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    return VoxelGrid(affine, tuple(shape))


TILT = np.array([[1, 0, 0], [0, 1, 0.3], [0, 0, 1]]) / np.array([1, 1, np.hypot(0.3, 1)])
GRIDS = {
    "axial": grid_around_origin(np.eye(3), (0.8, 0.8, 1.25), (120, 120, 80)),
    "non-square": grid_around_origin(np.eye(3), (0.7, 1.1, 2.0), (140, 90, 50)),
    "flipped": grid_around_origin(np.diag([-1.0, -1.0, 1.0]), (0.8, 0.8, 2.0), (120, 120, 50)),
    "oblique": grid_around_origin(rotation(25, "x") @ rotation(15, "z"), (0.9, 0.9, 1.5), (150, 150, 110)),
    "sagittal": grid_around_origin(np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], float), (0.9, 0.9, 2.0), (110, 110, 50)),
    "tilted": grid_around_origin(TILT, (0.9, 0.9, 2.0), (120, 150, 50)),
}


def scan_of(grid: VoxelGrid, field) -> Scan:
    columns, rows, slices = grid.shape_ijk
    k, j, i = np.meshgrid(np.arange(slices), np.arange(rows), np.arange(columns), indexing="ij")
    volume = field(grid.to_lps_mm(np.stack([i, j, k], axis=-1))).astype(np.float32)
    return Scan(grid, lambda first, stop: volume[first:stop], source="test")


@pytest.mark.parametrize("name", GRIDS)
def test_a_linear_ramp_is_reproduced_at_every_sample_of_every_geometry(name):
    centre = np.array([1.3, -2.1, 0.7])
    cube = resample_cube(scan_of(GRIDS[name], lambda p: p @ [3.0, -2.0, 5.0] - 100), centre)
    expected = sample_points_lps_mm(centre) @ np.array([3.0, -2.0, 5.0]) - 100
    # A spline under mirror boundary bends a ramp near the scan's faces; all samples here are further away than that.
    index = GRIDS[name].to_index_ijk(sample_points_lps_mm(centre))
    away = ((index > 8) & (index < np.asarray(GRIDS[name].shape_ijk) - 9)).all(axis=-1)
    assert away.mean() > 0.5
    np.testing.assert_allclose(cube.cube_zyx[away], expected[away], atol=0.02)


@pytest.mark.parametrize("name", GRIDS)
def test_a_sphere_at_a_known_patient_position_lands_in_the_cubes_middle(name):
    centre = np.array([4.0, -3.0, 5.5])

    def ball(points):
        return -1000.0 + 1040.0 / (1 + np.exp(2.0 * (np.linalg.norm(points - centre, axis=-1) - 9.0)))

    cube = resample_cube(scan_of(GRIDS[name], ball), centre).cube_zyx + 1000.0
    offsets = np.arange(64) - 31.5
    weights = cube.clip(min=20) - 20
    centroid = [float((weights.sum(axis=tuple({0, 1, 2} - {a})) * offsets).sum() / weights.sum()) for a in range(3)]
    np.testing.assert_allclose(centroid, 0.0, atol=0.1)


def test_axes_grow_to_head_back_and_left():
    middle = slice(16, 48)
    for axis, position in ((0, 2), (1, 1), (2, 0)):
        scan = scan_of(GRIDS["flipped"], lambda points, axis=axis: points[..., axis])
        cube = resample_cube(scan, np.zeros(3)).cube_zyx[middle, middle, middle]
        np.testing.assert_allclose(np.diff(cube, axis=position), 1.0, atol=1e-3)


@pytest.mark.parametrize("name", ["axial", "oblique", "tilted"])
@pytest.mark.parametrize("centre", [(0.0, 0.0, 0.0), (35.0, 30.0, 40.0)], ids=["middle", "at the edge"])
def test_the_cube_equals_whole_volume_resampling_at_every_inside_sample(name, centre):
    generator = np.random.default_rng(3)
    grid = GRIDS[name]
    volume = generator.choice([-1024.0, -850.0, 40.0, 1200.0, 3071.0], size=grid.shape_ijk[::-1]).astype(np.float32)
    cube = resample_cube(Scan(grid, lambda first, stop: volume[first:stop], "noise"), np.array(centre))
    index = grid.to_index_ijk(sample_points_lps_mm(np.array(centre)))
    whole = ndimage.map_coordinates(
        volume.astype(np.float64), np.moveaxis(index[..., ::-1], -1, 0), order=3, mode="mirror"
    )
    inside = grid.contains_index(index)
    assert np.abs(cube.cube_zyx - whole)[inside].max() < 0.5
    assert np.array_equal(cube.inside_zyx, inside)
    assert (cube.cube_zyx[~inside] == -1024).all()
    assert cube.share_outside == pytest.approx(1 - inside.mean())


def test_overshoot_is_not_clipped():
    def step(points):
        return np.where(points[..., 0] > 0, 1000.0, -1000.0)

    cube = resample_cube(scan_of(GRIDS["axial"], step), np.zeros(3)).cube_zyx
    assert cube.max() > 1020
    assert cube.min() < -1020


def test_only_the_neighbourhood_of_the_nodule_is_read():
    grid = grid_around_origin(np.eye(3), (1.0, 1.0, 1.0), (80, 80, 400))
    asked = []

    def read(first, stop):
        asked.append((first, stop))
        return np.full((stop - first, 80, 80), -500, np.float32)

    resample_cube(Scan(grid, read, "long"), np.zeros(3))
    assert len(asked) == 1
    assert asked[0][1] - asked[0][0] <= 64 + 2 * 13


@pytest.mark.parametrize("origin_lps_mm", [(0.3, 0.7, -0.1), (-120.1, 33.3, 0.6), (0.0, 0.0, 0.0)])
def test_samples_on_the_border_are_inside_however_the_origin_is_rounded(origin_lps_mm):
    """Voxels of 1 mm: a cube around index 31 begins at -0.5 on every axis, one around 38 ends at 69.5 of 70 voxels."""
    origin = np.array(origin_lps_mm)
    affine = np.eye(4)
    affine[:3, 3] = origin
    scan = scan_of(VoxelGrid(affine, (70, 70, 70)), lambda p: p[..., 0])
    assert resample_cube(scan, origin + 31.0).share_outside == 0
    assert resample_cube(scan, origin + 38.0).share_outside == 0
    assert resample_cube(scan, origin + 30.99).share_outside == pytest.approx(1 - (63 / 64) ** 3)


PARALLEL = {
    **{name: GRIDS[name] for name in ("axial", "non-square", "flipped", "sagittal")},
    "coronal, all axes reversed": grid_around_origin(
        np.array([[-1, 0, 0], [0, 0, -1], [0, -1, 0]], float), (1.1, 0.7, 1.3), (70, 130, 60)
    ),
    "thick slices": grid_around_origin(np.eye(3), (0.9, 0.9, 30.0), (100, 100, 3)),
    "one slice": grid_around_origin(np.eye(3), (0.9, 0.9, 50.0), (100, 100, 1)),
}


@pytest.mark.parametrize("name", PARALLEL)
@pytest.mark.parametrize("centre", [(0.0, 0.0, 0.0), (17.3, -21.9, 11.2), (-38.0, 40.0, 25.0)])
def test_one_matrix_per_axis_equals_point_by_point(name, centre, monkeypatch):
    grid = PARALLEL[name]
    noise = np.random.default_rng(1).normal(-400, 600, grid.shape_ijk[::-1]).astype(np.float32)
    scan = Scan(grid, lambda first, stop: noise[first:stop], "noise")
    assert parallel_axes(grid, np.array(centre), sample_offsets_mm()) is not None
    fast = resample_cube(scan, np.array(centre))
    monkeypatch.setattr(resampling, "parallel_axes", lambda *_: None)
    slow = resample_cube(scan, np.array(centre))
    np.testing.assert_allclose(fast.cube_zyx, slow.cube_zyx, atol=2e-3)
    np.testing.assert_array_equal(fast.inside_zyx, slow.inside_zyx)
    np.testing.assert_array_equal(fast.read.probe_kji, slow.read.probe_kji)


@pytest.mark.parametrize("name", ["oblique", "tilted"])
def test_axes_that_are_not_the_patients_go_point_by_point(name):
    assert parallel_axes(GRIDS[name], np.zeros(3), sample_offsets_mm()) is None


def test_directions_that_are_off_by_less_than_any_sample_feels_count_as_parallel():
    almost = grid_around_origin(rotation(1e-8, "z"), (0.8, 0.8, 1.25), (120, 120, 80))
    assert parallel_axes(almost, np.zeros(3), sample_offsets_mm()) is not None
    a_voxel_in_ten_thousand = grid_around_origin(rotation(1e-4, "z"), (0.8, 0.8, 1.25), (120, 120, 80))
    assert parallel_axes(a_voxel_in_ten_thousand, np.zeros(3), sample_offsets_mm()) is None


@pytest.mark.parametrize("voxels", [1, 2, 3, 4, 5, 40])
def test_an_axis_matrix_is_scipys_spline(voxels):
    values = np.random.default_rng(2).normal(size=voxels)
    index = np.linspace(-0.5, voxels - 0.5, 83)
    expected = ndimage.map_coordinates(values, index[None], order=3, mode="mirror")
    np.testing.assert_allclose(axis_matrix(index, voxels) @ values, expected, atol=1e-9)
