"""The click: the range holds re-marked centres, no slice is read twice, and what cannot be asked says why."""

from dataclasses import replace

import numpy as np
import pytest

import radiogene as rg
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.open_scan import open_scan
from radiogene.ct.preparation import prepare_nodule, stored_cube
from radiogene.ct.resampling import resample_cube
from radiogene.ct.scan import ScanOptions
from radiogene.errors import SettingsError
from radiogene.prediction.click_answer import nearby_offsets_mm, with_click
from radiogene.prediction.predictor import Predictor


@pytest.fixture(scope="module")
def predictor(trained_model):
    return Predictor.from_folder(trained_model)


@pytest.fixture(scope="module")
def row(synthetic_cohort):
    return next(row for row in read_cohort(synthetic_cohort).rows if row.nodule.endswith("seg.dcm"))


@pytest.fixture(scope="module")
def scan(row):
    return open_scan(row.ct, ScanOptions())


@pytest.fixture(scope="module")
def point(row, scan):
    """The nodule as a point, made ready."""
    centre = locate_nodule(row.nodule, scan).centre_lps_mm
    return prepare_nodule(row.ct, " ".join(map(repr, centre.tolist())))


def test_nearby_centres_all_lie_as_far_off():
    offsets = nearby_offsets_mm(3.0)
    assert offsets.shape == (14, 3)
    np.testing.assert_allclose(np.linalg.norm(offsets, axis=1), 3.0)
    np.testing.assert_allclose(offsets.sum(axis=0), 0.0, atol=1e-12)


def test_a_nearby_cube_is_the_one_that_the_whole_scan_gives_and_reads_no_slice(point, scan):
    silent = replace(point.surroundings.scan, read_slices=None, read_windows=None)
    around = replace(point.surroundings, scan=silent)
    centre = np.asarray(point.nodule.centre_lps_mm)
    for offset in nearby_offsets_mm(3.0)[[0, 3, 8, 13]]:
        whole = resample_cube(scan, centre + offset)
        near = around.cube(centre + offset)
        assert np.abs(near.cube_zyx - whole.cube_zyx).max() < 0.5
        np.testing.assert_array_equal(near.inside_zyx, whole.inside_zyx)


@pytest.mark.parametrize("side", [-1, 1])
def test_a_centre_beyond_what_was_read_is_read_from_the_scan(point, scan, side):
    centre = np.asarray(point.nodule.centre_lps_mm) + np.array([side * 25.0, 0.0, 0.0])
    near, whole = point.surroundings.cube(centre), resample_cube(scan, centre)
    assert np.abs(near.cube_zyx - whole.cube_zyx).max() < 0.5
    np.testing.assert_array_equal(near.inside_zyx, whole.inside_zyx)


def test_the_range_is_that_of_the_answers_at_these_centres(predictor, point, row, scan):
    result = predictor.predict(point, row)
    clicked = with_click(predictor, result, point, row, 3.0)
    centre = np.asarray(point.nodule.centre_lps_mm)
    for gene, own in clicked.genes.items():
        each = [own.probability]
        for offset in nearby_offsets_mm(3.0):
            cube = resample_cube(scan, centre + offset).cube_zyx
            each.append(predictor.predict(replace(point, cube_hu=stored_cube(cube)), row).genes[gene].probability)
        assert (own.click.low, own.click.high) == pytest.approx((min(each), max(each)), abs=1e-3)
        calls = {p >= own.threshold for p in each}
        assert own.click.call_changes == (len(calls) == 2)
        assert own.click.radius_mm == 3.0
    assert clicked.warnings == result.warnings


def test_a_marked_nodule_and_a_nodule_without_its_scan_say_why(predictor, row, point):
    marked = prepare_nodule(row.ct, row.nodule)
    for prepared, why in ((marked, "as a marking"), (point.as_stored(), "give the scan itself")):
        result = with_click(predictor, predictor.predict(prepared, row), prepared, row, 3.0)
        assert all(own.click is None for own in result.genes.values())
        assert result.warnings[-1].startswith("`click` is not given")
        assert why in result.warnings[-1]


@pytest.mark.parametrize("radius", [0.0, -1.0, 10.5, float("nan")])
def test_a_radius_that_cannot_be_meant_is_refused(trained_model, row, radius):
    with pytest.raises(SettingsError, match="`stability`"):
        rg.load_model(trained_model).predict(row.ct, row.nodule, stability=radius)


def test_the_page_is_there_before_the_nearby_answers_and_holds_them_in_the_end(
    trained_model, point, row, tmp_path, monkeypatch
):
    prediction = rg.load_model(trained_model).answer(point, row)
    seen = []
    asked = Predictor.variant_probabilities

    def variant_probabilities(self, *arguments):
        seen.append((tmp_path / "report.html").read_text(encoding="utf-8"))
        return asked(self, *arguments)

    monkeypatch.setattr(Predictor, "variant_probabilities", variant_probabilities)
    prediction.save_report(tmp_path)
    (first,) = seen
    assert "mm elsewhere" not in first
    assert "Marked up to 3.0 mm elsewhere" in (tmp_path / "report.html").read_text(encoding="utf-8")
    prediction.save_report(tmp_path, stability=None)
    assert len(seen) == 1


def test_the_command_line_answers_at_nearby_centres(radiogene, trained_model, row, scan):
    centre = locate_nodule(row.nodule, scan).centre_lps_mm.tolist()
    words = ["predict", "--model", trained_model, "--ct", row.ct, "--nodule", *map(str, centre), "--stability", "2"]
    done = radiogene(*words)
    assert done.returncode == 0, done.stderr
    assert "EGFR   marked up to 2.0 mm elsewhere: " in done.stdout
    answered = radiogene(*words, "--json")
    import json

    click = json.loads(answered.stdout)["EGFR"]["click"]
    assert set(click) == {"radius_mm", "low", "high", "call_changes"}
    assert click["low"] <= click["high"]
