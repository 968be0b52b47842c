"""DICOM segmentations by highdicom, in the style of the old writers, and damaged ones."""

import os
import zipfile
from dataclasses import replace
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEG2000Lossless,
    RLELossless,
    generate_uid,
)

from ct.nodule_objects import (
    CENTRE_IJK,
    GRIDS,
    anonymous,
    ball_on,
    centroid_of,
    ct_datasets,
    dicom_item,
    epad_seg,
    grid_of,
    highdicom_seg,
    saved,
    scan_on,
    slicer_seg,
)
from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.nodule.segmentation import read_segmentation
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import Scan, ScanOptions
from radiogene.errors import NoduleError

REAL_DATA = Path(os.environ.get("RADIOGENE_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
LUNGFCP = REAL_DATA / "ct_dicom_lungfcp" / "LungFCP-01-0001_CT.zip"
SEG_SAMPLE = REAL_DATA / "dicom_seg_example" / "seg_image_ct_binary.dcm"

RADIUS_MM = 6.1
BALL_ML = 4 / 3 * np.pi * RADIUS_MM**3 / 1000


@pytest.fixture(scope="module")
def scan() -> Scan:
    return scan_on(grid_of("axial"))


@pytest.fixture(scope="module")
def ball(scan: Scan) -> np.ndarray:
    return ball_on(scan.grid, scan.grid.to_lps_mm(CENTRE_IJK), RADIUS_MM)


def two_balls(scan: Scan) -> tuple[np.ndarray, np.ndarray]:
    """A large and a small ball, apart from each other."""
    large = ball_on(scan.grid, scan.grid.to_lps_mm([26, 15, 11]), 5)
    small = ball_on(scan.grid, scan.grid.to_lps_mm([8, 8, 4]), 3)
    return large, small


@pytest.mark.parametrize("name", GRIDS)
def test_a_sphere_written_by_highdicom_is_found_in_every_orientation(name, tmp_path):
    scan = scan_on(grid_of(name))
    centre = scan.grid.to_lps_mm(CENTRE_IJK)
    mask = ball_on(scan.grid, centre, RADIUS_MM)
    found = locate_nodule(saved(highdicom_seg(scan, mask), tmp_path / "seg.dcm"), scan)
    assert found.kind == "dicom-seg"
    assert found.segment == "1 (Nodule)"
    np.testing.assert_allclose(found.centre_lps_mm, centroid_of(scan.grid, mask), atol=1e-5)
    np.testing.assert_allclose(found.centre_lps_mm, centre, atol=1e-5)
    assert found.volume_ml == pytest.approx(BALL_ML, rel=0.06)
    assert found.body is not None
    assert found.body.mask_kji.sum() == mask.sum()
    np.testing.assert_allclose(centroid_of(found.body.grid, found.body.mask_kji), centre, atol=1e-5)
    assert (found.extent_mm > 2 * RADIUS_MM - 4).all()
    assert (found.extent_mm < 2 * RADIUS_MM + 4).all()


def test_the_extent_counts_whole_voxels(scan, tmp_path):
    mask = np.zeros(scan.grid.shape_ijk[::-1], bool)
    mask[4:6, 3:8, 10:20] = True
    found = locate_nodule(saved(highdicom_seg(scan, mask), tmp_path / "seg.dcm"), scan)
    np.testing.assert_allclose(found.extent_mm, [10 * 0.8, 5 * 0.8, 2 * 2.0], atol=1e-6)
    assert found.volume_ml == pytest.approx(100 * 0.8 * 0.8 * 2 / 1000)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("BINARY", {"omit_empty_frames": False}),
        ("BINARY", {"transfer_syntax_uid": JPEG2000Lossless}),
        ("FRACTIONAL", {"fractional_type": "OCCUPANCY"}),
        ("FRACTIONAL", {"fractional_type": "PROBABILITY", "max_fractional_value": 100}),
        ("FRACTIONAL", {"fractional_type": "OCCUPANCY", "transfer_syntax_uid": RLELossless}),
        ("LABELMAP", {}),
        ("LABELMAP", {"transfer_syntax_uid": RLELossless}),
    ],
)
def test_every_encoding_gives_the_same_nodule(scan, ball, kind, options, tmp_path):
    found = locate_nodule(saved(highdicom_seg(scan, ball, kind=kind, **options), tmp_path / "seg.dcm"), scan)
    np.testing.assert_allclose(found.centre_lps_mm, centroid_of(scan.grid, ball), atol=1e-5)
    assert found.body.mask_kji.sum() == ball.sum()


def test_big_endian_words_are_unpacked_in_their_order(scan, ball, tmp_path):
    dataset = epad_seg(scan, ball)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    words = np.frombuffer(dataset.PixelData, np.uint8).reshape(-1, 2)[:, ::-1]
    dataset.PixelData = words.tobytes()
    dataset["PixelData"].VR = "OW"
    path = tmp_path / "seg.dcm"
    pydicom.dcmwrite(path, dataset, implicit_vr=False, little_endian=False)
    found = locate_nodule(str(path), scan)
    np.testing.assert_allclose(found.centre_lps_mm, centroid_of(scan.grid, ball), atol=1e-5)


def test_probabilities_are_refused(scan, ball, tmp_path):
    soft = ball * 0.6
    path = saved(
        highdicom_seg(scan, soft.astype(np.float32), kind="FRACTIONAL", fractional_type="PROBABILITY"),
        tmp_path / "seg.dcm",
    )
    with pytest.raises(NoduleError, match=r"fractions \(probability\).*threshold"):
        locate_nodule(path, scan)


@pytest.mark.parametrize("kind", ["BINARY", "LABELMAP"])
def test_several_segments_are_listed_and_chosen_by_number_or_label(scan, kind, tmp_path):
    large, small = two_balls(scan)
    dataset = highdicom_seg(scan, np.stack([small, large], axis=-1), ("Nodule 1", "Nodule 2"), kind)
    path = saved(dataset, tmp_path / "seg.dcm")
    with pytest.raises(NoduleError) as refusal:
        locate_nodule(path, scan)
    message = str(refusal.value)
    small_ml, large_ml = (m.sum() * 0.8 * 0.8 * 2 / 1000 for m in (small, large))
    for number, label, volume in ((1, "Nodule 1", small_ml), (2, "Nodule 2", large_ml)):
        assert f"{number} ({label}): {volume:.3g} ml, centre (" in message
    assert "`segment`" in message
    for wanted in ("2", "Nodule 2", "nodule 2", "2.1", "Nodule 2.1"):
        found = locate_nodule(path, scan, segment=wanted)
        np.testing.assert_allclose(found.centre_lps_mm, centroid_of(scan.grid, large), atol=1e-5)
    assert found.segment == "2.1 (Nodule 2)"
    assert any("segment 2 (Nodule 2) of 2" in decision for decision in found.decisions)


@pytest.mark.parametrize("wanted", [None, "1", "Nodule"])
def test_separate_components_are_listed_by_falling_volume_and_chosen(scan, wanted, tmp_path):
    large, small = two_balls(scan)
    path = saved(highdicom_seg(scan, large | small), tmp_path / "seg.dcm")
    with pytest.raises(NoduleError, match=r"(?s)2 separate components.*\n  1\.1: .*\n  1\.2: "):
        locate_nodule(path, scan, segment=wanted)
    for choice, mask in ((".1", large), ("1.2", small), ("Nodule.2", small)):
        found = locate_nodule(path, scan, segment=choice)
        np.testing.assert_allclose(found.centre_lps_mm, centroid_of(scan.grid, mask), atol=1e-5)
        assert found.body.mask_kji.sum() == mask.sum()
    assert any("component 2 of 2" in decision for decision in found.decisions)
    with pytest.raises(NoduleError, match="no component 3"):
        locate_nodule(path, scan, segment="1.3")


def test_a_plane_without_frames_keeps_components_apart(scan, tmp_path):
    mask = np.zeros(scan.grid.shape_ijk[::-1], bool)
    mask[4:7, 5:9, 5:9] = mask[8:10, 5:9, 5:9] = True
    path = saved(highdicom_seg(scan, mask, omit_empty_frames=True), tmp_path / "seg.dcm")
    with pytest.raises(NoduleError, match="2 separate components"):
        locate_nodule(path, scan)
    assert locate_nodule(path, scan, segment=".2").body.mask_kji.shape == (2, 4, 4)


def test_a_mask_on_a_finer_grid_is_placed_by_its_own_geometry(scan, tmp_path):
    fine = VoxelGrid(
        np.diag([0.4, 0.4, 1.0, 1.0]) + np.array([[0, 0, 0, -25], [0, 0, 0, 20], [0, 0, 0, -195], [0, 0, 0, 0.0]]),
        (40, 42, 20),
    )
    centre = np.array([-17.3, 28.1, -185.2])
    mask = ball_on(fine, centre, 4)
    volume = hd.Volume.from_components(
        mask.astype(np.uint8),
        spacing=[1.0, 0.4, 0.4],
        coordinate_system="PATIENT",
        position=fine.affine_lps_mm[:3, 3].tolist(),
        direction=np.eye(3)[:, ::-1],
        frame_of_reference_uid=scan.frame_of_reference_uid,
    )
    found = locate_nodule(saved(highdicom_seg(scan, volume), tmp_path / "seg.dcm"), scan)
    np.testing.assert_allclose(found.centre_lps_mm, centroid_of(fine, mask), atol=1e-4)
    np.testing.assert_allclose(found.body.grid.spacing_mm, [0.4, 0.4, 1.0])


@pytest.mark.parametrize("style", [slicer_seg, epad_seg])
@pytest.mark.parametrize("name", ["axial", "feet-up", "oblique"])
def test_the_old_writers_of_nsclc_radiogenomics_are_read(style, name, tmp_path):
    scan = scan_on(grid_of(name))
    mask = ball_on(scan.grid, scan.grid.to_lps_mm(CENTRE_IJK), RADIUS_MM)
    found = locate_nodule(saved(style(scan, mask), tmp_path / "seg.dcm"), scan)
    np.testing.assert_allclose(found.centre_lps_mm, centroid_of(scan.grid, mask), atol=1e-5)
    assert found.body.mask_kji.sum() == mask.sum()
    assert found.volume_ml == pytest.approx(BALL_ML, rel=0.06)


def test_the_strict_reader_refuses_what_is_read_here(scan, ball, tmp_path):
    path = saved(epad_seg(scan, ball), tmp_path / "seg.dcm")
    with pytest.raises((AttributeError, ValueError, KeyError)):
        hd.seg.segread(path)
    assert locate_nodule(path, scan).body.mask_kji.sum() == ball.sum()


def _without_positions(dataset, scan):
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        del frame.PlanePositionSequence


def _all_at_zero(dataset, scan):
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        frame.PlanePositionSequence[0].ImagePositionPatient = [0, 0, 0]


def _without_orientation(dataset, scan):
    del dataset.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence


def _without_spacing(dataset, scan):
    del dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence


def _without_geometry(dataset, scan):
    _without_positions(dataset, scan)
    _without_orientation(dataset, scan)
    _without_spacing(dataset, scan)


def _orientation_per_frame(dataset, scan):
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        frame.PlaneOrientationSequence = dataset.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence
    _without_orientation(dataset, scan)


def _without_thickness(dataset, scan):
    del dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SliceThickness


def _misleading_thickness(dataset, scan):
    dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SliceThickness = 1.0


def _without_frame_of_reference(dataset, scan):
    del dataset.FrameOfReferenceUID


def _without_pixel_description(dataset, scan):
    for keyword in ("SamplesPerPixel", "PixelRepresentation", "PhotometricInterpretation", "SegmentationType"):
        delattr(dataset, keyword)


def _without_segments(dataset, scan):
    del dataset.SegmentSequence


def _without_patient(dataset, scan):
    del dataset.PatientID


def _wrong_frame_count(dataset, scan):
    dataset.NumberOfFrames = 3


def _eight_bits(dataset, scan):
    bits = np.unpackbits(np.frombuffer(dataset.PixelData, np.uint8), bitorder="little")
    count = dataset.Rows * dataset.Columns * int(dataset.NumberOfFrames)
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelData = bits[:count].tobytes()


@pytest.mark.parametrize(
    "spoil",
    [
        _without_positions,
        _all_at_zero,
        _without_orientation,
        _without_spacing,
        _without_geometry,
        _orientation_per_frame,
        _without_thickness,
        _misleading_thickness,
        _without_frame_of_reference,
        _without_pixel_description,
        _without_segments,
        _without_patient,
        _wrong_frame_count,
        _eight_bits,
    ],
)
@pytest.mark.parametrize("style", [slicer_seg, epad_seg])
def test_each_defect_of_old_files_is_tolerated(scan, ball, style, spoil, tmp_path):
    dataset = style(scan, ball)
    spoil(dataset, scan)
    found = locate_nodule(saved(dataset, tmp_path / "seg.dcm"), scan)
    np.testing.assert_allclose(found.centre_lps_mm, centroid_of(scan.grid, ball), atol=1e-5)
    assert found.volume_ml == pytest.approx(ball.sum() * 0.8 * 0.8 * 2.0 / 1000)


def test_a_file_without_the_dicom_prefix_is_read(scan, ball, tmp_path):
    path = tmp_path / "seg"
    saved(epad_seg(scan, ball), path)
    path.write_bytes(path.read_bytes()[132:])
    np.testing.assert_allclose(locate_nodule(str(path), scan).centre_lps_mm, centroid_of(scan.grid, ball), atol=1e-5)


def test_frames_in_any_order_are_read(scan, ball, tmp_path):
    dataset = epad_seg(scan, ball)
    order = np.random.default_rng(5).permutation(len(ball))
    dataset.PerFrameFunctionalGroupsSequence = [dataset.PerFrameFunctionalGroupsSequence[i] for i in order]
    packed = np.packbits(ball[order].ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + bytes(len(packed) % 2)
    found = locate_nodule(saved(dataset, tmp_path / "seg.dcm"), scan)
    np.testing.assert_allclose(found.centre_lps_mm, centroid_of(scan.grid, ball), atol=1e-5)
    assert found.body.mask_kji.sum() == ball.sum()


def test_a_tilted_gantry_keeps_its_shear(tmp_path):
    upright = grid_of("axial")
    affine = upright.affine_lps_mm.copy()
    affine[:3, 2] = [0, 2 * np.tan(np.radians(15)), 2]
    scan = scan_on(VoxelGrid(affine, upright.shape_ijk))
    mask = ball_on(scan.grid, scan.grid.to_lps_mm(CENTRE_IJK), RADIUS_MM)
    found = locate_nodule(saved(epad_seg(scan, mask), tmp_path / "seg.dcm"), scan)
    np.testing.assert_allclose(found.centre_lps_mm, centroid_of(scan.grid, mask), atol=1e-5)
    np.testing.assert_allclose(found.body.grid.affine_lps_mm[:3, :3], affine[:3, :3], atol=1e-6)
    assert found.volume_ml == pytest.approx(mask.sum() * 0.8 * 0.8 * 2 / 1000)


def test_uneven_frames_are_placed_one_by_one(scan, tmp_path):
    mask = np.zeros(scan.grid.shape_ijk[::-1], bool)
    mask[4:9, 5:9, 5:9] = True
    heights = np.array([0.0, 2.0, 4.5, 6.0, 8.0])
    dataset = epad_seg(scan, mask[4:9])
    dataset.NumberOfFrames = 5
    dataset.PerFrameFunctionalGroupsSequence = dataset.PerFrameFunctionalGroupsSequence[:5]
    for frame, height in zip(dataset.PerFrameFunctionalGroupsSequence, heights, strict=True):
        frame.PlanePositionSequence[0].ImagePositionPatient = [-31.25, 17.5, -195.0 + height]
        del frame.DerivationImageSequence
    found = locate_nodule(saved(dataset, tmp_path / "seg.dcm"), scan)
    expected = [-31.25 + 6.5 * 0.8, 17.5 + 6.5 * 0.8, -195.0 + heights.mean()]
    np.testing.assert_allclose(found.centre_lps_mm, expected, atol=1e-6)
    # Each frame reaches half the way to its neighbours: 8 mm and half a gap at both ends.
    z = np.array([-196.1, -195.9, -194.01, -193.99, -186.1, -185.9])
    np.testing.assert_array_equal(
        found.body.contains(np.stack([np.full(6, -26.05), np.full(6, 22.7), z], axis=-1)),
        [False, True, True, True, True, False],
    )
    assert found.volume_ml == pytest.approx(16 * 0.8 * 0.8 * 10.0 / 1000)
    assert any("unevenly spaced" in decision for decision in found.decisions)


def _patient(dataset, scan):
    dataset.PatientID = "SECRET-77"


def _other_frame(dataset, scan):
    dataset.FrameOfReferenceUID = "1.2.3.4.5"


def _own_frame_without_references(dataset, scan):
    dataset.FrameOfReferenceUID = dataset.SeriesInstanceUID
    del dataset.ReferencedSeriesSequence
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        del frame.DerivationImageSequence


def _no_frame_without_references(dataset, scan):
    _own_frame_without_references(dataset, scan)
    del dataset.FrameOfReferenceUID


def _empty(dataset, scan):
    dataset.PixelData = bytes(len(dataset.PixelData))


def _no_pixels(dataset, scan):
    del dataset.PixelData


def _cut_short(dataset, scan):
    dataset.PixelData = dataset.PixelData[: len(dataset.PixelData) // 4 * 2]


def _absurd(dataset, scan):
    dataset.Rows = dataset.Columns = 65535
    dataset.NumberOfFrames = 100000


def _two_orientations(dataset, scan):
    _orientation_per_frame(dataset, scan)
    frame = dataset.PerFrameFunctionalGroupsSequence[3]
    frame.PlaneOrientationSequence = [dicom_item(ImageOrientationPatient=[1, 0, 0, 0, 0, -1])]


def _moved(dataset, scan):
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        x, y, z = frame.PlanePositionSequence[0].ImagePositionPatient
        frame.PlanePositionSequence[0].ImagePositionPatient = [x, y, z - 6]


def _nowhere(dataset, scan):
    _without_positions(dataset, scan)
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        del frame.DerivationImageSequence


def _outside(dataset, scan):
    _own = dataset.PerFrameFunctionalGroupsSequence
    for frame in _own:
        x, y, z = frame.PlanePositionSequence[0].ImagePositionPatient
        frame.PlanePositionSequence[0].ImagePositionPatient = [x + 100, y, z]


def _letters(dataset, scan):
    dataset.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient = [1, 2]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_patient, "another patient"),
        (_other_frame, r"frame of reference 1\.2\.3\.4\.5, the scan series synthetic in "),
        (_own_frame_without_references, "lies in the frame of reference"),
        (_no_frame_without_references, "no Frame of Reference UID .* refers to no slice"),
        (_empty, "marks no nodule: its segment is empty"),
        (_no_pixels, "no pixel data"),
        (_cut_short, "cut short"),
        (_absurd, "header is damaged"),
        (_two_orientations, "one for all frames"),
        (_moved, "One of the two is wrong"),
        (_nowhere, "have no Image Position"),
        (_outside, r"outside the scan .* centroid of segment 1 \(Mass\) .* reaches x -31\.6 to -2\.0, y 17\.1 to"),
        (_letters, "3 numbers are expected"),
    ],
)
def test_what_cannot_be_trusted_is_refused(scan, ball, spoil, words, tmp_path):
    dataset = epad_seg(scan, ball)
    spoil(dataset, scan)
    with pytest.raises(NoduleError, match=words) as refusal:
        locate_nodule(saved(dataset, tmp_path / "seg.dcm"), scan)
    assert "SECRET" not in str(refusal.value)
    assert "SYNTHETIC-1" not in str(refusal.value)


def test_a_deflated_file_cut_short_is_refused(scan, ball, tmp_path):
    dataset = epad_seg(scan, ball)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    path = Path(saved(dataset, tmp_path / "seg.dcm"))
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(NoduleError, match=r"seg\.dcm cannot be read as DICOM"):
        locate_nodule(str(path), scan)
    with pytest.raises(NoduleError, match=r"seg\.dcm cannot be read as DICOM"):
        locate_nodule(str(tmp_path), scan)


def test_a_number_with_a_byte_too_few_is_refused(scan, ball, tmp_path):
    path = Path(saved(epad_seg(scan, ball), tmp_path / "seg.dcm"))
    content = path.read_bytes()
    rows = b"\x28\x00\x10\x00US\x02\x00"
    assert content.count(rows) == 1
    path.write_bytes(content.replace(rows, rows[:-2] + b"\x01\x00"))
    with pytest.raises(NoduleError, match=r"seg\.dcm"):
        locate_nodule(str(path), scan)


def test_a_slicer_file_of_another_series_is_refused(scan, ball, tmp_path):
    other = replace(scan, slice_sop_uids=tuple(generate_uid() for _ in scan.slice_sop_uids))
    with pytest.raises(NoduleError, match="frame of reference"):
        locate_nodule(saved(slicer_seg(scan, ball), tmp_path / "seg.dcm"), other)


def test_a_scan_without_frame_of_reference_is_refused_with_the_remedy(scan, ball, tmp_path):
    path = saved(highdicom_seg(scan, ball), tmp_path / "seg.dcm")
    with pytest.raises(NoduleError, match=r"Give the DICOM series.*NIfTI or NRRD mask.*point"):
        locate_nodule(path, anonymous(scan))


def test_an_empty_segment_beside_a_filled_one_is_no_choice(scan, ball, tmp_path):
    dataset = epad_seg(scan, ball)
    dataset.SegmentSequence.append(dicom_item(SegmentNumber=2, SegmentLabel="Forgotten"))
    path = saved(dataset, tmp_path / "seg.dcm")
    assert locate_nodule(path, scan).segment == "1 (Mass)"
    with pytest.raises(NoduleError, match=r"2 \(Forgotten\) .* is empty"):
        locate_nodule(path, scan, segment="Forgotten")


@pytest.mark.real_data
@pytest.mark.skipif(not SEG_SAMPLE.exists(), reason=f"{SEG_SAMPLE.name} is not in the folder of real data")
def test_the_real_sample_is_read_as_highdicom_reads_it():
    dataset = pydicom.dcmread(SEG_SAMPLE)
    (segment,) = read_segmentation(dataset, None, SEG_SAMPLE.name).segments
    region = segment.whole()
    assert segment.name == "1 (first segment)"
    assert region.body.mask_kji.sum() == 638
    volume = hd.seg.segread(SEG_SAMPLE).get_volume(combine_segments=True)
    expected = np.mean([volume.map_indices_to_reference(np.argwhere(volume.array > 0))], axis=1)[0]
    np.testing.assert_allclose(region.centre_lps_mm, expected, atol=1e-4)
    assert region.volume_ml == pytest.approx(638 * 0.488281**2 * 1.25 / 1000, rel=1e-4)


@pytest.mark.real_data
@pytest.mark.skipif(not LUNGFCP.exists(), reason=f"{LUNGFCP.name} is not in the folder of real data")
def test_segmentations_of_the_real_series_are_found_in_it(tmp_path):
    with zipfile.ZipFile(LUNGFCP) as archive:
        archive.extractall(tmp_path / "ct")
    scan = open_scan(tmp_path / "ct", ScanOptions())
    centre = scan.grid.to_lps_mm([150.3, 260.8, 60.2])
    near = scan.grid.cropped([130, 240, 45], [171, 281, 76])
    mask = np.zeros(scan.grid.shape_ijk[::-1], bool)
    mask[45:76, 240:281, 130:171] = ball_on(near, centre, RADIUS_MM)
    images = [pydicom.dcmread(path) for path in sorted((tmp_path / "ct").rglob("*.dcm"))]
    for image in images:
        image.PatientName, image.PatientBirthDate = "Anonymous^", ""
    images.sort(key=lambda image: image.ImagePositionPatient[2])
    written = highdicom_seg(scan, mask, source_images=images)
    for number, dataset in enumerate((written, slicer_seg(scan, mask), epad_seg(scan, mask))):
        found = locate_nodule(saved(dataset, tmp_path / f"{number}.dcm"), scan)
        np.testing.assert_allclose(found.centre_lps_mm, centroid_of(near, mask[45:76, 240:281, 130:171]), atol=1e-3)
        assert found.volume_ml == pytest.approx(BALL_ML, rel=0.03)


def test_the_synthetic_ct_is_what_the_scan_says(scan):
    positions = [image.ImagePositionPatient for image in ct_datasets(scan)]
    np.testing.assert_allclose(positions, scan.grid.to_lps_mm([[0, 0, k] for k in range(18)]))
