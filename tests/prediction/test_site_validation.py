"""Leave-one-site-out: each site is told by a system that has seen the others alone."""

import json

import numpy as np
import pytest

import radiogene as rg
from radiogene.errors import CohortError

COLUMNS = "patient_id,site,age,sex,smoking,EGFR,KRAS"


def line(patient, site, smokes, egfr):
    return f"{patient},{site},{50 + len(patient) % 7},female,{'yes' if smokes else 'no'},{egfr},{1 - egfr}"


@pytest.fixture
def three_sites(tmp_path):
    """Never smoking means EGFR at sites A, B and E; at site C it is the other way round; D has two patients."""
    rng, lines = np.random.default_rng(5), [COLUMNS]
    for site, count in (("A", 40), ("B", 40), ("C", 30), ("D", 2), ("E", 40), ("", 3)):
        for number in range(count):
            smokes = bool(number % 2)
            right = rng.random() < 0.9
            egfr = int(smokes != right) if site != "C" else int(smokes == right)
            lines.append(line(f"{site}{number}", site, smokes, egfr))
    table = tmp_path / "sites.csv"
    table.write_text("\n".join([*lines, ""]))
    return table


def test_a_site_that_is_otherwise_is_told_wrongly_by_the_others(three_sites, tmp_path):
    settings = {"folds": 3, "clinical": ["smoking"], "genes": ["EGFR"]}
    rg.train(
        rg.patient_table(three_sites),
        tmp_path / "model",
        method="clinical-logistic",
        settings=settings,
        leave_one_site_out=True,
    )
    found = json.loads((tmp_path / "model" / "manifest.json").read_text())["left_out_sites"]
    assert found["without_site"] == 3
    sites = {site["site"]: site for site in found["sites"]}
    assert [sites[name]["trained_on"] for name in "ABCDE"] == [115, 115, 125, 153, 115]
    areas = {name: sites[name]["genes"]["EGFR"]["auc"] for name in "ABCDE"}
    # C is told by A, B and E, which say the opposite; each of them is told by the two others against C.
    assert min(areas[name]["value"] for name in "ABE") > 0.7
    assert areas["C"]["value"] < 0.3
    assert areas["C"]["interval"]["high"] < 0.5
    assert areas["D"]["interval"] is None
    assert "at least 10 of each are needed" in areas["D"]["reason"] or areas["D"]["value"] is None
    card = (tmp_path / "model" / "card.md").read_text()
    assert "Leave-one-site-out: fitted and thresholds set on the other sites alone" in card
    assert "| C | 125 | EGFR | 30 |" in card
    assert "3 patients of no named site were fitted on in every turn." in card


def test_the_model_itself_is_the_same_with_and_without(three_sites, tmp_path):
    settings = {"folds": 3, "clinical": ["smoking"], "genes": ["EGFR"]}
    for name, asked in (("with", True), ("without", False)):
        rg.train(
            rg.patient_table(three_sites),
            tmp_path / name,
            method="clinical-logistic",
            settings=settings,
            leave_one_site_out=asked,
        )
    for file in ("decision.json", "settings.json", "out_of_fold.csv"):
        assert (tmp_path / "with" / file).read_bytes() == (tmp_path / "without" / file).read_bytes()
    answers = [rg.load_model(tmp_path / name).predict(smoking="never")["EGFR"] for name in ("with", "without")]
    assert answers[0] == answers[1]


def test_a_site_that_cannot_be_told_from_the_others_has_the_reason_and_no_figures(tmp_path):
    """Two patients at A have a mutation, and none of the three that a fold needs at B."""
    rows = [line(f"A{n}", "A", bool(n % 2), n % 2) for n in range(30)]
    rows += [line(f"B{n}", "B", bool(n % 2), int(n < 2)) for n in range(30)]
    table = tmp_path / "two.csv"
    table.write_text("\n".join([COLUMNS, *rows, ""]))
    settings = {"folds": 3, "clinical": ["age", "smoking"], "genes": ["EGFR"]}
    rg.train(
        rg.patient_table(table),
        tmp_path / "model",
        method="clinical-logistic",
        settings=settings,
        leave_one_site_out=True,
    )
    found = json.loads((tmp_path / "model" / "manifest.json").read_text())["left_out_sites"]["sites"]
    assert [site["site"] for site in found] == ["A", "B"]
    assert "EGFR" in found[0]["reason"]
    assert found[0]["genes"] == {}
    assert "| A | 30 | no figures: " in (tmp_path / "model" / "card.md").read_text()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["P1,A,60,female,no,1,0", "P2,A,61,female,no,0,1"], "Found the site 'A' alone in the column site"),
        (["P1,,60,female,no,1,0"], "Found no site in the column site"),
    ],
)
def test_one_site_cannot_be_left_out(lines, message, tmp_path):
    table = tmp_path / "one.csv"
    table.write_text("\n".join([COLUMNS, *lines, ""]))
    with pytest.raises(CohortError, match=message):
        rg.train(rg.patient_table(table), tmp_path / "model", method="clinical-logistic", leave_one_site_out=True)
    assert not (tmp_path / "model").exists()


def test_a_patient_of_two_sites_is_refused(tmp_path):
    table = tmp_path / "two.csv"
    table.write_text("patient_id,ct,nodule,site,EGFR\nP1,a,1 2 3,A,1\nP1,a,4 5 6,B,1\nP2,b,1 2 3,B,0\n")
    with pytest.raises(CohortError, match="Patient 'P1' is of the sites 'A' and 'B'"):
        rg.train(rg.patient_table(table), tmp_path / "model", method="clinical-logistic", leave_one_site_out=True)


def test_a_network_is_left_out_by_site_too(few_store, tmp_path):
    """The synthetic patients are all of one site: the refusal comes before any training."""
    with pytest.raises(CohortError, match="Found the site 'A' alone"):
        rg.train(few_store, tmp_path / "model", settings={"preset": "tiny"}, leave_one_site_out=True)
