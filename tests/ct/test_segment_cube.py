"""The segment beside its cube: a sphere on any grid, by voxels, by uneven planes and by contours."""

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK

from ct.nodule_objects import (
    GRIDS,
    Roi,
    ball_on,
    epad_seg,
    grid_of,
    highdicom_seg,
    saved,
    scan_on,
    structure_set,
)
from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.contours import even_odd_moments, inside_even_odd
from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.nodule.mask import PlaneStack
from radiogene.ct.preparation import segment_cube
from radiogene.ct.resampling import sample_points_lps_mm
from radiogene.ct.scan import Scan

RADIUS_MM = 9.0
VOLUME_MM3 = 4 / 3 * np.pi * RADIUS_MM**3
SHAPE_IJK = (51, 47, 26)
CENTRE_IJK = (24.3, 22.6, 12.4)


def tilted_grid() -> VoxelGrid:
    """Slices sheared against each other, as a tilted gantry leaves them."""
    affine = grid_of("axial", SHAPE_IJK).affine_lps_mm.copy()
    affine[1, 2] = 2.0 * np.tan(np.radians(15))
    return VoxelGrid(affine, SHAPE_IJK)


def sphere_grid(name: str) -> VoxelGrid:
    return tilted_grid() if name == "tilted" else grid_of(name, SHAPE_IJK)


def mask_file(path, grid: VoxelGrid, mask_kji: np.ndarray) -> str:
    """The mask as NRRD on a grid without shear."""
    image = SimpleITK.GetImageFromArray(mask_kji.astype(np.uint8))
    image.SetOrigin(grid.affine_lps_mm[:3, 3].tolist())
    image.SetSpacing(grid.spacing_mm.tolist())
    image.SetDirection(grid.directions_lps.ravel().tolist())
    SimpleITK.WriteImage(image, str(path))
    return str(path)


def rings(scan: Scan, centre: np.ndarray) -> list[np.ndarray]:
    """Where the sphere meets the scan's slices, as contours."""
    directions, depth_mm = scan.grid.directions_lps, scan.grid.spacing_mm[2]
    angles = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles), np.zeros(90)], axis=1)
    first = scan.grid.to_index_ijk(centre)[2] % 1 * depth_mm
    heights = np.arange(-6, 7) * depth_mm - first
    return [
        centre + (np.sqrt(RADIUS_MM**2 - z**2) * circle + np.array([0, 0, z])) @ directions.T
        for z in heights
        if abs(z) < RADIUS_MM
    ]


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def check_sphere(segment: np.ndarray, cube_centre: np.ndarray, sphere_centre: np.ndarray) -> None:
    points = sample_points_lps_mm(cube_centre)
    np.testing.assert_allclose(points[segment].mean(axis=0), sphere_centre, atol=0.5)
    assert segment.sum() == pytest.approx(VOLUME_MM3, rel=0.06)
    assert dice(segment, np.linalg.norm(points - sphere_centre, axis=-1) <= RADIUS_MM) > 0.93


@pytest.mark.parametrize("name", [*GRIDS, "tilted"])
def test_a_sphere_of_voxels_is_sampled_in_every_orientation(name):
    grid = sphere_grid(name)
    centre = grid.to_lps_mm(CENTRE_IJK)
    body = PlaneStack.on_grid(ball_on(grid, centre, RADIUS_MM), grid).whole().body
    check_sphere(body.contains(sample_points_lps_mm(centre)), centre, centre)


@pytest.mark.parametrize("name", ["axial", "feet-up", "oblique"])
def test_segmentation_contours_and_mask_of_one_sphere_agree(name, tmp_path):
    scan = scan_on(grid_of(name, SHAPE_IJK))
    centre = scan.grid.to_lps_mm(CENTRE_IJK)
    ball = ball_on(scan.grid, centre, RADIUS_MM)
    files = (
        saved(highdicom_seg(scan, ball), tmp_path / "seg.dcm"),
        mask_file(tmp_path / "mask.nrrd", scan.grid, ball),
        saved(structure_set(scan, [Roi("GTV", rings(scan, centre))]), tmp_path / "rt.dcm"),
    )
    segments = []
    for file in files:
        nodule = locate_nodule(file, scan)
        check_sphere(segment_cube(nodule), nodule.centre_lps_mm, centre)
        points = sample_points_lps_mm(nodule.centre_lps_mm)
        np.testing.assert_allclose(points[segment_cube(nodule)].mean(axis=0), nodule.centre_lps_mm, atol=0.5)
        assert segment_cube(nodule).sum() / 1000 == pytest.approx(nodule.volume_ml, rel=0.04)
        # All three on the samples of one cube.
        segments.append(segment_cube(replace(nodule, centre_lps_mm=centre)))
    assert dice(segments[0], segments[1]) == 1.0
    assert dice(segments[0], segments[2]) > 0.95


def test_a_point_has_no_segment():
    scan = scan_on(grid_of())
    centre = scan.grid.to_lps_mm([20, 13, 9])
    assert segment_cube(locate_nodule(" ".join(map(str, centre)), scan)) is None


def test_only_the_chosen_component_is_sampled(tmp_path):
    scan = scan_on(grid_of("axial", SHAPE_IJK))
    centre = scan.grid.to_lps_mm(CENTRE_IJK)
    other = ball_on(scan.grid, centre + np.array([15.0, 0, 0]), 3.0)
    path = saved(highdicom_seg(scan, ball_on(scan.grid, centre, RADIUS_MM) | other), tmp_path / "seg.dcm")
    nodule = locate_nodule(path, scan, segment=".1")
    check_sphere(segment_cube(nodule), nodule.centre_lps_mm, centre)


def test_a_voxel_holds_the_samples_between_its_faces_and_on_the_lower_ones():
    affine = np.diag([2.0, 3.0, 4.0, 1.0])
    affine[:3, 3] = (0.1, 0.2, 0.3)
    mask = np.zeros((3, 3, 3), bool)
    mask[1, 1, 1] = True
    body = PlaneStack.on_grid(mask, VoxelGrid(affine, (3, 3, 3))).whole().body
    centre, half = np.array([2.1, 3.2, 4.3]), np.array([1.0, 1.5, 2.0])
    for axis in range(3):
        step = np.eye(3)[axis]
        for share, inside in ((-1.01, False), (-1.0, True), (0.99, True), (1.0, False), (1.01, False)):
            assert body.contains(centre + share * half * step) == inside, (axis, share)


def test_uneven_planes_fill_their_volume_up_to_half_the_way_to_each_other(tmp_path):
    scan = scan_on(grid_of("axial", SHAPE_IJK))
    heights = np.array([0.0, 1.1, 4.0, 6.0, 8.0, 20.0, 22.0])
    mask = np.zeros(scan.grid.shape_ijk[::-1], bool)
    mask[:7, 5:19, 5:19] = True
    dataset = epad_seg(scan, mask)
    dataset.NumberOfFrames = 7
    dataset.PerFrameFunctionalGroupsSequence = dataset.PerFrameFunctionalGroupsSequence[:7]
    for frame, height in zip(dataset.PerFrameFunctionalGroupsSequence, heights, strict=True):
        frame.PlanePositionSequence[0].ImagePositionPatient = [-31.25, 17.5, -195.0 + height]
        del frame.DerivationImageSequence
    dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SliceThickness = 1.0
    path = saved(dataset, tmp_path / "seg.dcm")
    nodule = locate_nodule(path, scan, segment=".1")
    z = np.arange(-3, 26, 0.01) + 0.005
    points = np.stack([np.full(len(z), -22.05), np.full(len(z), 26.7), z - 195.0], axis=-1)
    inside = z[nodule.body.contains(points)]
    # The median gap is 2 mm: the wide one separates; the first plane is as thick on both sides, the last reaches 1 mm.
    assert (inside[0], inside[-1]) == pytest.approx((-0.545, 8.995))
    np.testing.assert_allclose(np.diff(inside), 0.01)
    area_mm2 = (14 * 0.8) ** 2
    assert area_mm2 * len(inside) * 0.01 == pytest.approx(1000 * nodule.volume_ml)


def test_contours_have_holes_and_islands_and_reach_half_way_to_their_neighbours(tmp_path):
    scan = scan_on(grid_of("axial", SHAPE_IJK))

    def square(half: float, z: float) -> np.ndarray:
        x, y = -12.0, 35.0
        return np.array(
            [[x - half, y - half, z], [x + half, y - half, z], [x + half, y + half, z], [x - half, y + half, z]]
        )

    # The plane at -183 was left out: those beside it reach half-way, and the last as far up as down.
    planes = (-187.0, -185.0, -181.0)
    contours = [square(half, z) for z in planes for half in (8.0, 5.0, 2.0)]
    nodule = locate_nodule(saved(structure_set(scan, [Roi("GTV", contours)]), tmp_path / "rt.dcm"), scan, segment=".1")
    z, offset = np.meshgrid(np.arange(-189.5, -178, 1.0), np.arange(0.5, 10, 1.0), indexing="ij")
    found = nodule.body.contains(np.stack([-12.0 + offset, np.full(z.shape, 35.25), z], axis=-1))
    depth = np.isin(z, np.arange(-187.5, -179, 1.0))
    in_plane = (offset < 2) | ((offset > 5) & (offset < 8))
    np.testing.assert_array_equal(found, depth & in_plane)


def test_inside_by_the_even_odd_rule_is_the_area():
    generator = np.random.default_rng(5)
    star = generator.normal(0, 4, (17, 2))
    other = generator.normal(1, 2, (5, 2))
    points = generator.uniform(-12, 12, (200_000, 2))
    inside = inside_even_odd(points, [star, other])
    moments = even_odd_moments([star, other])
    assert inside.mean() * 24**2 == pytest.approx(moments.area_mm2, rel=0.03)
    np.testing.assert_allclose(points[inside].mean(axis=0), moments.first_uv_mm3 / moments.area_mm2, atol=0.1)
    assert not inside_even_odd(np.array([[100.0, 0.0], [0.0, 100.0]]), [star]).any()
