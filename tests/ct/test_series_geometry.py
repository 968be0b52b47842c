"""The linear ramp in LPS through every geometry a CT series can have: each voxel shows the value of its place."""

import random
from dataclasses import replace

import numpy as np
import pytest

from ct.dicom_writers import AXIAL, CORONAL, FLIPPED, SAGITTAL, SyntheticSeries, rotated
from ct.scan_checks import assert_covers, assert_shows_ramp
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import ScanOptions

STORED_STEP_HU = 0.05
TOLERANCE_HU = STORED_STEP_HU / 2 + 1e-3

GEOMETRIES = {
    "axial": SyntheticSeries(),
    "sagittal": SyntheticSeries(directions=SAGITTAL, slices=34),
    "coronal": SyntheticSeries(directions=CORONAL, slices=34),
    "oblique": SyntheticSeries(directions=rotated((20.0, -35.0, 50.0))),
    "flipped": SyntheticSeries(directions=FLIPPED),
    "turned by 90 degrees": SyntheticSeries(directions=((0.0, 1.0, 0.0), (-1.0, 0.0, 0.0))),
    "written from head to feet": SyntheticSeries(step_lps_mm=(0.0, 0.0, -2.0), origin_lps_mm=(-20.0, -15.0, 40.0)),
    "feet first, prone": SyntheticSeries(directions=((-1.0, 0.0, 0.0), (0.0, -1.0, 0.0))),
    "tilted gantry": SyntheticSeries(directions=rotated((18.0, 0.0, 0.0)), step_lps_mm=(0.0, 0.0, 2.0)),
    "non-square": SyntheticSeries(between_rows_mm=1.5, between_columns_mm=0.625),
    "thin overlapping": SyntheticSeries(slice_step_mm=0.7, slices=95),
    "slope and intercept by slice": SyntheticSeries(
        slope=lambda k: (0.05, 0.04, 0.03)[k % 3], intercept=lambda k: 10.0 * (k % 5)
    ),
    "twelve bits, unsigned": SyntheticSeries(
        signed=False, bits_stored=12, slope=lambda _: 1.0, intercept=lambda _: -1024.0
    ),
}


@pytest.mark.parametrize("name", GEOMETRIES)
def test_ramp_is_where_the_grid_says(name, tmp_path):
    series = GEOMETRIES[name]
    series.write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    assert_covers(scan, series)
    assert_shows_ramp(scan, 0.51 if series.bits_stored == 12 else TOLERANCE_HU)
    assert scan.series_uid == series.series_uid
    assert scan.frame_of_reference_uid == series.frame_uid
    assert scan.patient_id == "SYNTHETIC-1"
    assert not any("SYNTHETIC-1" in str(said) for said in (*scan.decisions, *scan.facts.values(), scan.source))


def test_in_plane_spacing_is_rows_then_columns(tmp_path):
    GEOMETRIES["non-square"].write(tmp_path)
    assert open_scan(tmp_path, ScanOptions()).grid.spacing_mm == pytest.approx([0.625, 1.5, 2.0])


def test_tilt_is_a_shear_and_is_said(tmp_path):
    GEOMETRIES["tilted gantry"].write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    rows, columns, slices = scan.grid.directions_lps.T
    assert slices == pytest.approx([0, 0, 1])
    assert np.degrees(np.arccos(np.cross(rows, columns) @ slices)) == pytest.approx(18.0)
    assert any("18.0 degrees" in decision for decision in scan.decisions)


def test_names_order_folders_and_suffixes_do_not_matter(tmp_path):
    series = SyntheticSeries()
    series.write(tmp_path / "plain")
    names = [f"IM{number}" for number in random.Random(1).sample(range(9999), series.slices)]
    shuffled = replace(series, file_name=lambda k: f"{'deep/er' if k % 2 else 'other'}/{names[k]}")
    for folder in ("deep/er", "other"):
        (tmp_path / "shuffled" / folder).mkdir(parents=True)
    shuffled.write(tmp_path / "shuffled")
    (tmp_path / "shuffled" / "LIESMICH.txt").write_text("no DICOM")
    (tmp_path / "shuffled" / "._0001.dcm").write_bytes(b"left by another system")
    (tmp_path / "shuffled" / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(300))
    plain, other = (open_scan(tmp_path / name, ScanOptions()) for name in ("plain", "shuffled"))
    np.testing.assert_array_equal(plain.read_volume(), other.read_volume())
    np.testing.assert_array_equal(plain.grid.affine_lps_mm, other.grid.affine_lps_mm)


def test_part_of_the_slices_is_part_of_the_volume(tmp_path):
    SyntheticSeries().write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    np.testing.assert_array_equal(scan.read_slices(7, 19), scan.read_volume()[7:19])
    assert scan.read_slices(5, 5).shape == (0, 14, 18)
    with pytest.raises(IndexError):
        scan.read_slices(30, 41)


def test_only_the_slices_asked_for_are_opened(tmp_path):
    paths = SyntheticSeries().write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    for k in (0, 9, 20, 39):
        paths[k].unlink()
    assert scan.read_slices(10, 20).shape == (10, 14, 18)


def test_sop_uids_follow_the_grid(tmp_path):
    seen = {}
    series = SyntheticSeries(
        step_lps_mm=(0.0, 0.0, -2.0), edit=lambda dataset, k: seen.update({k: str(dataset.SOPInstanceUID)})
    )
    series.write(tmp_path)
    assert open_scan(tmp_path, ScanOptions()).slice_sop_uids == tuple(seen[k] for k in reversed(range(40)))


def test_facts_come_from_the_header(tmp_path):
    SyntheticSeries().write(tmp_path)
    facts = open_scan(tmp_path, ScanOptions()).facts
    assert facts == {
        "manufacturer": "radiogene synthetic",
        "model": None,
        "kernel": "SYN",
        "kvp": 120.0,
        "slice_thickness_mm": 5.0,
        "transfer_syntax": "Explicit VR Little Endian",
        "files": 40,
        "slices": 40,
    }


def test_rounded_positions_within_one_percent_are_even(tmp_path):
    jitter = np.random.default_rng(0).uniform(-0.002, 0.002, 40)
    series = SyntheticSeries(depths=np.arange(40) + jitter)
    series.write(tmp_path)
    assert open_scan(tmp_path, ScanOptions()).grid.shape_ijk[2] == 40


def test_an_even_step_written_with_two_decimals_is_even(tmp_path):
    """0.625 mm becomes 0.62 and 0.63 mm: 0.8% off what was meant, though 1.6% apart from each other."""
    places_mm = np.round(np.arange(120) * 0.625 + 1e-9, 2)
    assert set(np.round(np.diff(places_mm), 2)) == {0.62, 0.63}
    series = SyntheticSeries(depths=places_mm, slice_step_mm=1.0, slices=120)
    series.write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    assert scan.grid.spacing_mm[2] == pytest.approx(0.625, abs=1e-3)
    assert scan.decisions == ()


def test_bare_data_sets_without_preamble_are_read(tmp_path):
    series = SyntheticSeries(directions=AXIAL)
    for path in series.write(tmp_path):
        path.write_bytes(_without_meta(path.read_bytes()))
    assert_shows_ramp(open_scan(tmp_path, ScanOptions()), TOLERANCE_HU)


def _without_meta(part10: bytes) -> bytes:
    """A Part 10 file without preamble and meta group, as older tools write it."""
    group_length = int.from_bytes(part10[140:144], "little")
    return part10[144 + group_length :]
