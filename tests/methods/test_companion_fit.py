"""The companion on the clinical values: the system `clinical-logistic` on the model's folds, and what it shows."""

import json
from dataclasses import replace

import numpy as np
import pytest

import radiogene as rg
from methods.image_patients import CLINICAL, IMAGE_SYSTEM, image_patients
from radiogene.cli.app import main
from radiogene.decision.calibration import CalibrationKind
from radiogene.errors import WeightsError
from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.evaluation.comparison import PAIRED_T
from radiogene.evaluation.held_out import INNER_VALIDATION, HeldOutPredictions
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.companion_fit import fitted_companion
from radiogene.methods.method import FitContext
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.registry import method_named
from radiogene.methods.trained_model import fit_model, load_trained_model
from radiogene.model.recalibration import calibrate_model
from radiogene.prediction.model_evaluation import evaluate_model
from radiogene.prediction.predictor import Predictor
from radiogene.report.terminal_text import evaluation_text

SETTINGS = MethodSettings(clinical=CLINICAL, folds=4, seed=2)


def fitted(cohort, place, calibration=CalibrationKind.IDENTITY, entry=IMAGE_SYSTEM, settings=SETTINGS):
    return fit_model(entry, settings, cohort, FitContext(place / "state", place / "features"), calibration)


@pytest.fixture(scope="module")
def cohort():
    return image_patients(160, image_effect=1.5)


@pytest.fixture(scope="module")
def finished(cohort, tmp_path_factory):
    return fitted(cohort, tmp_path_factory.mktemp("companion"))


@pytest.fixture
def folder(finished, tmp_path):
    finished.write(tmp_path / "model")
    return tmp_path / "model"


def test_it_is_the_system_clinical_logistic_on_the_same_patients_and_folds(finished, cohort, tmp_path):
    alone = fitted(cohort, tmp_path, entry=method_named("clinical-logistic"))
    assert np.array_equal(alone.held_out.folds, finished.held_out.folds)
    assert np.array_equal(
        finished.companion.held_out.predictions.probabilities, alone.held_out.predictions.probabilities
    )
    companion = finished.companion.clinical_only.companion
    answers = np.column_stack([companion.probabilities(cohort.patients, gene) for gene in ("EGFR", "KRAS")])
    assert answers == pytest.approx(alone.model.method.predict_proba(cohort), abs=1e-12)


def test_an_image_with_an_effect_is_shown_to_add_and_one_without_is_not(finished, tmp_path):
    egfr = finished.companion.clinical_only.companion.genes["EGFR"].added
    assert egfr.is_shown
    assert egfr.auc.value > 0.1
    assert egfr.log_likelihood.interval.low > 0
    without = fitted(image_patients(160, image_effect=0.0, seed=5), tmp_path)
    egfr = without.companion.clinical_only.companion.genes["EGFR"].added
    assert not egfr.is_shown
    assert egfr.auc.interval.low <= 0


def test_what_a_fold_is_told_does_not_depend_on_the_labels_of_its_patients(finished, cohort):
    held_out = finished.held_out
    own = held_out.folds == 0
    labels = held_out.predictions.labels.copy()
    labels[own] = 1 - labels[own]

    def turned(predictions):
        return Predictions(predictions.patient_ids, predictions.genes, predictions.probabilities, labels)

    run = held_out.runs[0]
    leaked = replace(
        held_out, predictions=turned(held_out.predictions), runs=(replace(run, predictions=turned(run.predictions)),)
    )
    again = fitted_companion(IMAGE_SYSTEM, CLINICAL, cohort, leaked, CalibrationKind.IDENTITY)
    before, after = (each.held_out.predictions.probabilities for each in (finished.companion, again))
    assert np.array_equal(before[own], after[own])
    assert not np.array_equal(before[~own], after[~own])


def test_the_folder_keeps_it_hashed_and_nameless_and_the_answer_says_it(finished, folder, cohort):
    again = load_trained_model(folder)
    assert again.clinical_only == finished.companion.clinical_only
    hashes = json.loads((folder / "manifest.json").read_text())["sha256"]
    assert {"clinical_only.json", "clinical_only.csv"} <= set(hashes)
    cases = [line.split(",")[:4] for line in (folder / "clinical_only.csv").read_text().splitlines()]
    assert cases == [line.split(",")[:4] for line in (folder / "out_of_fold.csv").read_text().splitlines()]
    for file in folder.iterdir():
        assert b"P0-0" not in file.read_bytes(), file.name
    card = (folder / "card.md").read_text()
    assert "What the image adds to a logistic regression on age, sex, smoking alone" in card
    assert "| EGFR | +0." in card
    content = json.loads((folder / "clinical_only.json").read_text())
    content["companion"]["genes"]["EGFR"]["log_odds"]["intercept"] = 3.0
    (folder / "clinical_only.json").write_text(json.dumps(content))
    with pytest.raises(WeightsError, match=r"clinical_only\.json is not the file that training wrote"):
        load_trained_model(folder)


def test_a_calibration_calibrates_both(folder):
    before = load_trained_model(folder).clinical_only.companion
    changed = calibrate_model(folder, CalibrationKind.TEMPERATURE)
    after = load_trained_model(folder).clinical_only.companion
    assert after == changed.clinical_only.companion
    assert after.encoder == before.encoder
    assert after.genes["EGFR"].calibration.kind is CalibrationKind.TEMPERATURE
    assert after.genes["EGFR"].added.auc == before.genes["EGFR"].added.auc
    assert after.genes["EGFR"].added.log_likelihood != before.genes["EGFR"].added.log_likelihood
    calibrate_model(folder, CalibrationKind.IDENTITY)
    assert load_trained_model(folder).clinical_only.companion == before


@pytest.mark.long
def test_another_cohort_shows_what_the_image_adds_there(finished, cohort, monkeypatch):
    external = image_patients(400, image_effect=1.5, seed=8)
    # The stand-in for an image is a column, whose system knows of no preparation.
    monkeypatch.setattr(type(external.source), "preparation_hash", finished.model.facts.preparation_hash)
    evaluation = evaluate_model(Predictor(replace(finished.model, entry=IMAGE_SYSTEM)), external)
    added = evaluation.image_adds["EGFR"]
    assert (added.patients, added.is_shown) == (400, True)
    assert added.auc.interval.method == PAIRED_T
    content = evaluation.to_json()
    assert content["image_adds"]["EGFR"]["shown"] is True
    assert content["image_adds_reason"] is None
    assert "EGFR, image against clinical values alone: AUC 0." in evaluation_text(evaluation)
    none = evaluate_model(Predictor(finished.model), image_patients(300, image_effect=0.0, seed=9))
    assert not none.image_adds["EGFR"].is_shown
    assert "not shown to add anything" in evaluation_text(none)


def test_a_system_without_an_image_without_folds_or_without_values_says_why(finished, cohort, tmp_path):
    clinical = fitted(cohort, tmp_path, entry=method_named("clinical-logistic"))
    assert clinical.companion.held_out is None
    assert "reads no image" in clinical.companion.clinical_only.reason
    one_part = HeldOutPredictions(finished.held_out.predictions, INNER_VALIDATION)
    found = fitted_companion(IMAGE_SYSTEM, CLINICAL, cohort, one_part, CalibrationKind.IDENTITY)
    assert "train it with `radiogene train --folds 5`" in found.clinical_only.reason
    rows = [replace(row, age_years=None, sex=None, smoking=None) for row in cohort.patients]
    unknown = type(cohort).of(type(cohort.source)(rows))
    found = fitted_companion(IMAGE_SYSTEM, (), unknown, finished.held_out, CalibrationKind.IDENTITY)
    assert "no companion on age, sex, smoking can be fitted: All 3 features" in found.clinical_only.reason


def test_an_image_only_system_is_compared_with_age_sex_and_smoking(finished, cohort):
    found = fitted_companion(IMAGE_SYSTEM, ("SUVmax",), cohort, finished.held_out, CalibrationKind.IDENTITY)
    assert found.clinical_only.companion.encoder.columns == CLINICAL


def test_labels_are_those_of_the_model(finished, cohort):
    assert np.array_equal(finished.companion.held_out.predictions.labels, patient_label_table(cohort, ("EGFR", "KRAS")))


def half_mutants():
    """Patients like those of the training, but for the share of mutants: as many of each kind."""
    drawn = image_patients(700, image_effect=1.5, seed=12)
    mutant = np.array([row.labels["EGFR"] == 1 for row in drawn.patients])
    wild_types = np.flatnonzero(~mutant)[: mutant.sum()]
    return drawn.at(np.sort(np.concatenate([np.flatnonzero(mutant), wild_types])))


@pytest.mark.long
def test_a_site_anchors_its_answers_and_estimates_its_prevalence_from_them(finished, folder, tmp_path):
    external, share = half_mutants(), 0.5
    site = tmp_path / "site.toml"
    site.write_text('operating_point = "sensitivity=0.9"\n[prevalence]\nEGFR = 0.5\n')
    plain, there = rg.load_model(folder), rg.load_model(folder, answers=site)
    table = tmp_path / "predictions.csv"
    for model, column in ((plain, ""), (there, ",EGFR_prevalence")):
        answers = model.predictor.predict_store(external).predictions
        cells = [f"{p[0]!r}{',0.5' if column else ''}" for p in answers.probabilities.tolist()]
        table.write_text("\n".join([f"EGFR_probability{column}", *cells]) + "\n")
        found = rg.estimate_prevalence(table, folder)["EGFR"]
        assert found.estimate.interval.low < share < found.estimate.interval.high
        assert found.training == pytest.approx(plain.decision.gene("EGFR").prevalence)
    assert found.estimate.value == pytest.approx(rg.estimate_prevalence(table, plain)["EGFR"].estimate.value)
    assert there.decision.gene("EGFR").threshold != plain.decision.gene("EGFR").threshold
    # The companion stands at the site's prevalence, too: the difference is that of the image alone.
    before = evaluate_model(plain.predictor, external).image_adds["EGFR"]
    after = evaluate_model(there.predictor, external).image_adds["EGFR"]
    assert after.auc.value == pytest.approx(before.auc.value, abs=1e-12)
    assert after.log_likelihood != before.log_likelihood


def test_the_command_prints_the_estimate_or_why_there_is_none(folder, tmp_path, capsys):
    said = rg.load_model(folder).predictor.predict_store(half_mutants()).predictions.probabilities[:, 0]
    table = tmp_path / "predictions.csv"
    table.write_text("EGFR_probability\n" + "".join(f"{p}\n" for p in said.tolist()))
    with pytest.raises(SystemExit) as ended:
        main(["prevalence", str(table), "--model", str(folder)])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "EGFR: 0." in shown
    assert "radiogene predict --prevalence EGFR=0." in shown
    table.write_text("EGFR_probability\n0.2\n0.3\n")
    with pytest.raises(SystemExit) as ended:
        main(["prevalence", str(table), "--model", str(folder), "--json"])
    assert ended.value.code == 13
    captured = capsys.readouterr()
    assert json.loads(captured.out)["EGFR"]["prevalence"]["value"] is None
    assert "No prevalence can be told. EGFR: 2 predictions are too few" in captured.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--prevalence", "EGFR"], "--prevalence: found 'EGFR'; wanted GENE=SHARE"),
        (["--prevalence", "EGFR=1"], "--prevalence 1 of EGFR; wanted a share above 0 and below 1"),
        (["--prevalence", "ALK=0.1"], "--prevalence of ALK; the model predicts EGFR, KRAS"),
        (["--operating-point", "best"], "--operating-point 'best'; wanted youden"),
        (["--level", "2"], "--level 2; wanted one above 0 and below 1"),
    ],
)
def test_the_command_refuses_settings_of_a_site_by_option(folder, tmp_path, capsys, words, message):
    with pytest.raises(SystemExit) as ended:
        main(["predict", "--model", str(folder), "--ct", str(tmp_path), "--nodule", "1 2 3", *words])
    assert ended.value.code == 3
    assert message in capsys.readouterr().err
