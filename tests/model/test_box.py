"""The models that travel with the package: whole, small, without patients' rows, and made by the script beside them."""

import csv
import json

import pytest

import boxed_models as script
import radiogene as rg
from radiogene.errors import WeightsError
from radiogene.model.about import About
from radiogene.model.box import BOX, boxed_models, model_place
from radiogene.model.model_folder import read_model_folder
from radiogene.model.release import ROWS_OF_PATIENTS, release_model

LARGEST_BYTES = 10_000_000
CASE = {"age": 63, "sex": "female", "smoking": "never"}


@pytest.mark.parametrize("name", boxed_models())
def test_a_boxed_model_is_whole_and_says_what_it_is_not(name):
    folder = read_model_folder(BOX / name)
    assert folder.about is not None
    assert folder.about.name == name
    assert folder.about.warning in (BOX / name / "card.md").read_text(encoding="utf-8")
    assert all(sentence in (BOX / name / "card.md").read_text(encoding="utf-8") for sentence in folder.about.limits)
    assert folder.known_scans.patients == folder.known_scans.series == ()
    assert not [file for file in (BOX / name).iterdir() if file.name in ROWS_OF_PATIENTS or file.suffix == ".csv"]


def test_the_box_is_small():
    assert sum(file.stat().st_size for file in BOX.rglob("*")) < LARGEST_BYTES


def test_public_clinical_answers_from_the_first_minute_and_warns_first():
    model = rg.load_model("public-clinical")
    answer = model.predict(**CASE)
    assert answer["EGFR"].probability == pytest.approx(0.453, abs=0.001)
    assert answer["KRAS"].probability == pytest.approx(0.120, abs=0.001)
    assert answer.warnings[0].startswith("public-clinical reads no image")
    # Who has never smoked is more often an EGFR mutant, and less often a KRAS mutant, than who does.
    smoker = model.predict(**{**CASE, "smoking": "current"})
    assert smoker["EGFR"].probability < answer["EGFR"].probability
    assert smoker["KRAS"].probability > answer["KRAS"].probability
    at_site = rg.load_model("public-clinical", answers={"prevalence": {"EGFR": 0.45}}).predict(**CASE)
    assert at_site["EGFR"].probability > answer["EGFR"].probability


def test_ones_own_folder_of_that_name_goes_first_and_an_unknown_name_lists_the_box(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert model_place("public-clinical") == BOX / "public-clinical"
    (tmp_path / "public-clinical").mkdir()
    assert model_place("public-clinical").resolve() == tmp_path / "public-clinical"
    with pytest.raises(WeightsError, match="travels with the package: public-clinical"):
        rg.load_model("public-klinical")


def test_a_released_model_answers_the_same_and_has_no_line_per_patient(tmp_path):
    table = tmp_path / "patients.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["patient_id", "age", "sex", "smoking", "EGFR"])
        for n in range(60):
            never = (n * 7) % 3 == 0
            mutant = int(never) if n % 5 else int(not never)
            writer.writerow([f"SECRET-{n}", 40 + n % 40, ("female", "male")[n % 2], ("yes", "never")[never], mutant])
    model = rg.train(
        rg.patient_table(table),
        tmp_path / "model",
        method="clinical-logistic",
        settings={"clinical": ["age", "sex", "smoking"], "folds": 3, "genes": ["EGFR"]},
        tell=lambda words: None,
    )
    about = About("made", "a made one", "It is made.", ("made data",), "none", ("It knows nothing.",), "a test")
    release_model(model.path, tmp_path / "released", about, "None.")
    released = rg.load_model(tmp_path / "released")
    assert released.predict(**CASE)["EGFR"].probability == model.predict(**CASE)["EGFR"].probability
    assert released.predict(**CASE).warnings[0] == "It is made."
    assert (tmp_path / "model" / "out_of_fold.csv").exists()
    assert not (tmp_path / "released" / "out_of_fold.csv").exists()
    assert json.loads((tmp_path / "released" / "training_scans.json").read_text())["patients"] == []
    for file in (tmp_path / "released").iterdir():
        assert b"SECRET" not in file.read_bytes()
    (tmp_path / "released" / "about.json").write_text("{}")
    with pytest.raises(WeightsError, match=r"about\.json is not the file that training wrote"):
        rg.load_model(tmp_path / "released")


@pytest.mark.real_data
def test_the_script_makes_the_same_model_from_the_public_tables(real_data, tmp_path):
    made = rg.load_model(script.public_clinical(real_data, tmp_path / "box"))
    for case in (CASE, {"age": 80, "sex": "male", "smoking": "current"}, {}):
        for gene in ("EGFR", "KRAS"):
            expected = rg.load_model("public-clinical").predict(**case)[gene].probability
            assert made.predict(**case)[gene].probability == pytest.approx(expected, abs=1e-6)
