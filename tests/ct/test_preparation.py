"""From DICOM files in every geometry to the cube and the nine views, against values computed by hand."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest

from ct.dicom_writers import ramp_hu
from ct.test_series_geometry import GEOMETRIES
from radiogene.ct.geometry import Frame
from radiogene.ct.nine_views import NINE_VIEWS, cut_views
from radiogene.ct.open_scan import open_scan
from radiogene.ct.preparation import PreparationSettings, prepare_nodule, stored_cube
from radiogene.ct.scan import ScanOptions
from radiogene.errors import SeriesError
from radiogene.storage.typed_json import to_json

FIELD_MM = 112.0
"""The cube's 64 mm and enough on each side that the spline's mirror boundary bends no sample of the ramp."""

OFFSETS_MM = np.arange(64) - 31.5
QUANTISATION_HU = 0.5
"""Stored whole numbers and the B-spline's overshoot of their rounding."""


def gentle_ramp_hu(points_lps_mm):
    """A ramp that stays above -1024 HU, where values would be cut, in every field of view."""
    return ramp_hu(points_lps_mm) / 4 - 200.0


def large(name):
    """The geometry with a field of view that holds the cube."""
    series = GEOMETRIES[name]
    # An oblique stack needs more than the cube's side on each of its own axes.
    field_mm = 1.6 * FIELD_MM if name == "oblique" else FIELD_MM
    return replace(
        series,
        rows=int(field_mm / series.between_rows_mm),
        columns=int(field_mm / series.between_columns_mm),
        slices=int(field_mm / series.slice_step_mm),
        slope=lambda k: 1.0,
        intercept=series.intercept if name == "slope and intercept by slice" else (lambda k: -1024.0),
        value_hu=gentle_ramp_hu,
        signed=True,
    )


@pytest.mark.parametrize("name", GEOMETRIES)
def test_cube_and_views_of_a_ramp_are_those_of_the_definition(name, tmp_path):
    large(name).write(tmp_path)
    grid = open_scan(tmp_path, ScanOptions()).grid
    middle = (np.asarray(grid.shape_ijk) - 1) / 2
    prepared = prepare_nodule(tmp_path, " ".join(map(str, middle)), frame=Frame.VOXEL)
    centre = np.array(prepared.report.centre_lps_mm)
    np.testing.assert_allclose(centre, grid.to_lps_mm(middle))
    assert prepared.report.share_outside == 0

    z, y, x = np.meshgrid(OFFSETS_MM, OFFSETS_MM, OFFSETS_MM, indexing="ij")
    expected = gentle_ramp_hu(np.stack([x, y, z], axis=-1) + centre)
    assert np.abs(prepared.cube_hu - expected).max() < QUANTISATION_HU + 0.3

    r, c = np.meshgrid(OFFSETS_MM, OFFSETS_MM, indexing="ij")
    for view, image in zip(NINE_VIEWS, cut_views(prepared.cube_hu), strict=True):
        row, column = np.array(view.row_direction), np.array(view.column_direction)
        by_hand = gentle_ramp_hu(r[..., None] * row + c[..., None] * column + centre)
        assert np.abs(image - by_hand).max() < QUANTISATION_HU + 0.3, view.name


def test_ras_and_lps_points_name_the_same_place(tmp_path):
    large("axial").write(tmp_path)
    grid = open_scan(tmp_path, ScanOptions()).grid
    x, y, z = grid.to_lps_mm((np.asarray(grid.shape_ijk) - 1) / 2).tolist()
    lps = prepare_nodule(tmp_path, f"{x} {y} {z}")
    ras = prepare_nodule(tmp_path, f"{-x} {-y} {z}", frame=Frame.RAS)
    np.testing.assert_array_equal(lps.cube_hu, ras.cube_hu)


def test_a_nodule_at_the_scans_end_is_padded_with_air_and_the_share_is_told(tmp_path):
    large("axial").write(tmp_path)
    grid = open_scan(tmp_path, ScanOptions()).grid
    columns, rows, _ = grid.shape_ijk
    prepared = prepare_nodule(tmp_path, f"{(columns - 1) / 2} {(rows - 1) / 2} 0", frame=Frame.VOXEL)
    # Half the cube and half a slice: samples below -0.5 of the slice index are outside.
    assert prepared.report.share_outside == pytest.approx(31 / 64)
    assert (prepared.cube_hu[:31] == -1024).all()
    assert "outside the scan" in prepared.report.warnings[0]


def test_the_report_is_json_without_identifiers(tmp_path):
    series = large("axial")
    series.write(tmp_path)
    prepared = prepare_nodule(tmp_path, "20 20 20", frame=Frame.VOXEL)
    assert series.patient_id not in json.dumps(to_json(prepared.report), allow_nan=False)


def test_another_preparation_has_another_fingerprint():
    assert PreparationSettings().fingerprint() == PreparationSettings().fingerprint()
    assert replace(PreparationSettings(), version=2).fingerprint() != PreparationSettings().fingerprint()


def test_stored_cubes_are_rounded_and_bounded():
    cube = np.array([-1024.4, 0.5, 1.5, 1e9])
    assert stored_cube(cube).tolist() == [-1024, 0, 2, 32767]


def test_a_windowed_scan_may_be_looked_at_but_not_prepared(tmp_path):
    window = replace(large("axial"), value_hu=lambda points: gentle_ramp_hu(points).clip(-160, 240))
    window.write(tmp_path)
    with pytest.raises(SeriesError, match=r"0\.0% of the slices .* where a chest CT shows lung"):
        prepare_nodule(tmp_path, "50 50 25", frame=Frame.VOXEL)
    assert prepare_nodule(tmp_path, "50 50 25", frame=Frame.VOXEL, require_air=False).cube_hu.max() <= 300


def test_pipes_are_passed_over_and_an_empty_file_without_suffix_is_a_damaged_slice(tmp_path):
    series = replace(large("axial"), file_name=lambda k: f"f{k:05d}")
    series.write(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert open_scan(tmp_path, ScanOptions()).grid.shape_ijk[2] == series.slices
    (tmp_path / "f00000").write_bytes(b"")
    with pytest.raises(SeriesError, match="f00000"):
        open_scan(tmp_path, ScanOptions())
