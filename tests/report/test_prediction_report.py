import json
import re
from dataclasses import replace

import numpy as np
import pytest

from radiogene.errors import SettingsError
from radiogene.prediction.result import GeneResult
from radiogene.report.case_page import write_case_report
from radiogene.report.case_report import ReportedCase
from report.report_inputs import SERIES_UID, case, geometry, model, parsed


def written(folder, reported: ReportedCase) -> str:
    write_case_report(folder, reported)
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("report")
    written(path, case())
    return path


@pytest.fixture(scope="module")
def html(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


def test_says_what_was_found(html):
    text = parsed(html).text
    for words in (
        "Research software, not a medical device",
        "EGFR mutation 86.6%",
        "threshold 43.2%",
        "Call: mutant · 5 folds: spread 60.1% to 93.5%",
        "KRAS mutation 11.8%",
        "Call: wild type · single model: no spread",
        "Slice spacing 5.00 mm is beyond the training cases (0.8 to 2.5).",
        "-21.9, -120.5, -611.5 mm",
        "0.570 × 0.570 × 5.000 mm",
        "2.1% of the 64 mm cube",
        "Segment Neoplasm",
        "2 missing slices interpolated linearly",
        "MMDL, preset tiny",
        "SHA-256 0123456789ab",
        "age 63 years · sex female · smoking unknown",
    ):
        assert words in text
    weights = case().view_weights
    assert f"F,L+P {weights['EGFR']['F,L+P']:.1%} {weights['KRAS']['F,L+P']:.1%}" in text


def test_the_result_for_programs_is_the_result(folder):
    content = json.loads((folder / "prediction.json").read_text(encoding="utf-8"))
    assert content.pop("view_weights") == case().view_weights
    assert content == json.loads(json.dumps(case().result.to_json()))
    assert sorted(path.name for path in folder.iterdir()) == ["prediction.json", "report.html", "sha256.json"]


def test_the_page_stands_alone(html):
    page = parsed(html)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "iframe", "object", "a"}
    assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", html))
    sources = [attributes["src"] for _, attributes in page.elements if "src" in attributes]
    assert len(sources) == 3
    assert all(source.startswith("data:image/png;base64,iVBOR") for source in sources)


def test_nothing_names_the_patient_or_the_machine(html, folder):
    assert SERIES_UID not in html
    assert str(folder) not in html


def test_values_are_escaped(tmp_path):
    nodule = geometry(nodule=replace(geometry().nodule, segment="<script>alert(1)</script>"))
    html = written(tmp_path, case(nodule=nodule, warnings=('<img src="x">',)))
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert '<img src="x">' not in html
    assert "<script>alert(1)</script>" in parsed(html).text


@pytest.mark.parametrize(
    ("scan", "trained", "words"),
    [
        (True, True, "The scan is of no patient, and the model was trained on synthetic patients."),
        (False, True, "its probabilities mean nothing for a real patient"),
        (True, False, "The scan is of no patient."),
    ],
)
def test_what_is_synthetic_says_so_in_a_band_and_in_the_title(tmp_path, scan, trained, words):
    html = written(tmp_path, case(nodule=geometry(synthetic=scan), model=model(synthetic=trained)))
    assert '<div class="band">' in html
    assert words in parsed(html).text
    assert "<title>SYNTHETIC" in html


def test_a_real_scan_and_model_have_no_band(html):
    assert 'class="band"' not in html
    assert "SYNTHETIC" not in parsed(html).text


def test_the_bar_is_as_long_as_the_probability(html):
    styles = [attributes.get("style") or "" for _, attributes in parsed(html).elements]
    assert "width: 86.56%" in styles
    assert "left: 43.21%" in styles
    assert "left: 60.12%; width: 33.33%" in styles
    assert "width: 11.84%" in styles


def test_empty_maps_say_that_nothing_raises_the_probability(tmp_path):
    whole = case()
    empty = replace(whole, maps={**whole.maps, "KRAS": np.zeros((9, 8, 8), dtype=np.float32)})
    text = parsed(written(tmp_path, empty)).text
    assert "Nothing in these views raises the probability of KRAS mutation;" in text
    assert "Nothing in these views raises the probability of EGFR mutation;" not in text


def test_a_probability_of_exactly_0_or_1_can_be_shown(tmp_path):
    genes = {"EGFR": GeneResult(1.0, None, 1.0, "mutant"), "KRAS": GeneResult(0.0, None, 0.0, "mutant")}
    text = parsed(written(tmp_path, case(genes=genes))).text
    assert "EGFR mutation 100.0%" in text
    assert "KRAS mutation 0.0%" in text


def test_the_page_shows_what_stands_behind_an_answer(html, tmp_path):
    text = parsed(html).text
    assert "Clinical values alone 41.2%" in text
    assert "The image changes it by +45.3 points; not shown to add anything" in text
    assert "Answer at 90% undetermined, by 123 training patients" in text
    assert "Prevalence 45.0%, training 25.0%" in text
    assert "Both genes at once: EGFR only 83.5% · KRAS only 8.7% · both 3.1% · neither 4.7%" in text
    genes = dict.fromkeys(("EGFR", "KRAS"), GeneResult(0.3, None, 0.5, "wild type"))
    plain = parsed(written(tmp_path, case(genes=genes, joint=None))).text
    for words in ("Clinical values alone", "Answer at", "Prevalence", "Both genes"):
        assert words not in plain


def test_the_same_case_gives_the_same_bytes(html, tmp_path):
    assert written(tmp_path, case()) == html


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"views_vhw": np.zeros((8, 4, 4), dtype=np.float32)}, "expected 9 views"),
        ({"maps": {"EGFR": np.zeros((9, 4, 4))}}, r"Activation maps of \['EGFR'\]"),
        ({"maps": {gene: np.full((9, 4, 4), 2.0) for gene in ("EGFR", "KRAS")}}, "from 2 to 2: expected 9 maps"),
        ({"view_weights": {gene: {"axial": 1.0} for gene in ("EGFR", "KRAS")}}, "View weights of EGFR"),
    ],
)
def test_refuses_images_and_weights_that_do_not_fit(change, message):
    with pytest.raises(SettingsError, match=message):
        case(**change)
