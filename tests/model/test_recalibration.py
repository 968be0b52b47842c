"""Calibrating a model folder: what changes, what stays, and that a refusal changes nothing."""

import json

import numpy as np
import pytest

from model.held_out_files import HEADER, folder_with_held_out, held_out_lines, sign
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.decision.calibration import CalibrationKind, fit_calibration
from radiogene.decision.decision import ModelKind
from radiogene.errors import TrainingError, WeightsError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.metrics import auc
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.model.recalibration import calibrate_model
from radiogene.prediction.predictor import Predictor
from radiogene.report.terminal_text import calibration_text

FEW = BootstrapSettings(resamples=200)


@pytest.fixture
def folder(trained_model, tmp_path):
    return folder_with_held_out(trained_model, tmp_path / "model", held_out_lines())


def content_of(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def predictions_of(folder, store):
    return (
        Predictor.from_folder(folder).predict_store(PreparedCohort.of(store), include_training_cases=True).predictions
    )


def test_predictions_are_calibrated_and_keep_their_order(folder, synthetic_store):
    raw = predictions_of(folder, synthetic_store)
    found = calibrate_model(folder, CalibrationKind.TEMPERATURE, FEW)
    after = predictions_of(folder, synthetic_store)
    for g, gene in enumerate(raw.genes):
        assert found.decision.gene(gene).calibration.temperature > 1.3
        expected = found.decision.gene(gene).calibration.apply(raw.probabilities[:, g])
        assert after.probabilities[:, g] == pytest.approx(expected, abs=1e-12)
        assert (after.probabilities[:, g] != raw.probabilities[:, g]).any()
        own = raw.labels[:, g]
        assert auc(own, after.probabilities[:, g]) == auc(own, raw.probabilities[:, g])


@pytest.mark.parametrize("kind", [CalibrationKind.TEMPERATURE, CalibrationKind.ISOTONIC])
def test_the_folder_holds_the_new_decision_and_its_figures_and_the_old_weights(folder, kind):
    before = content_of(folder)
    found = calibrate_model(folder, kind, FEW)
    model = read_nine_view_model(folder)
    assert model.folder.decision == found.decision
    assert model.folder.decision.model_kind is ModelKind.ENSEMBLE
    rule = model.folder.decision.gene("EGFR")
    unseen = found.held_out.predictions
    assert rule.calibration == fit_calibration(kind, unseen.labels[:, 0], unseen.probabilities[:, 0])
    assert (rule.set_on, rule.patients) == ("out-of-fold", 80)
    assert json.loads((folder / "calibration.json").read_text()) == json.loads(json.dumps(found.to_json()))
    assert model.folder.manifest["calibration"]["kind"] == kind.value
    after = content_of(folder)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"decision.json", "calibration.json", "card.md", "manifest.json"}
    card = after["card.md"].decode()
    assert f"| {kind.value} | out-of-fold |" in card
    assert "the mean of all members" in card
    sign(folder)
    assert json.loads((folder / "manifest.json").read_text())["sha256"] == model.folder.manifest["sha256"]


def test_the_figures_are_cross_fitted_and_say_that_overconfidence_went(folder):
    found = calibrate_model(folder, CalibrationKind.TEMPERATURE, FEW)
    egfr = found.figures["EGFR"]
    unseen = found.held_out
    labels, raw = unseen.predictions.labels[:, 0], unseen.predictions.probabilities[:, 0]
    crossed = np.empty(80)
    for fold in np.unique(unseen.folds):
        own = unseen.folds == fold
        crossed[own] = fit_calibration(CalibrationKind.TEMPERATURE, labels[~own], raw[~own]).apply(raw[own])
    assert egfr.before.brier.value == pytest.approx(np.mean((raw - labels) ** 2))
    assert egfr.after.brier.value == pytest.approx(np.mean((crossed - labels) ** 2))
    assert egfr.before.slope.value < 0.7
    assert abs(egfr.after.slope.value - 1) < abs(egfr.before.slope.value - 1)
    text = calibration_text(found)
    assert "EGFR: temperature" in text
    assert "cross-fitted over the folds of seed 4" in text
    assert text.count(" -> ") == 8


def test_identity_takes_a_calibration_away(folder):
    first = calibrate_model(folder, CalibrationKind.IDENTITY, FEW).decision
    calibrate_model(folder, CalibrationKind.ISOTONIC, FEW)
    again = calibrate_model(folder, CalibrationKind.IDENTITY, FEW)
    assert again.decision == first
    assert again.figures["EGFR"].before == again.figures["EGFR"].after


def test_a_refit_says_that_the_folds_models_set_it(trained_model, tmp_path):
    refit = folder_with_held_out(trained_model, tmp_path / "refit", held_out_lines(seeds=(4, 5)), "refit")
    found = calibrate_model(refit, CalibrationKind.TEMPERATURE, FEW)
    content = json.loads(json.dumps(found.to_json()))
    assert "not of the refit" in content["rests_on"]
    assert (content["cases"], content["seeds"], content["cross_fitted_over"]) == (80, [4, 5], "folds of seed 4")
    assert "(mean over 2 seeds)" in calibration_text(found)


def test_a_model_without_out_of_fold_predictions_names_the_command_that_makes_them(trained_model):
    before = content_of(trained_model)
    with pytest.raises(WeightsError, match="`radiogene train --store STORE --out MODEL --folds 5`"):
        calibrate_model(trained_model, CalibrationKind.TEMPERATURE, FEW)
    assert content_of(trained_model) == before


def reversed_labels(folder):
    turned = [line.replace(",1,", ",x,").replace(",0,0.", ",1,0.").replace(",x,", ",0,") for line in held_out_lines()]
    (folder / "out_of_fold.csv").write_text("\n".join([HEADER, *turned]) + "\n")
    sign(folder)


def cut_off(folder):
    (folder / "out_of_fold.csv").write_bytes((folder / "out_of_fold.csv").read_bytes()[:-9])


def edited(folder):
    cut_off(folder)
    sign(folder)


@pytest.mark.parametrize(
    ("damage", "error", "message"),
    [
        (cut_off, WeightsError, "out_of_fold.csv is not the file that training wrote"),
        (edited, WeightsError, "line 81 has no end"),
        (lambda folder: (folder / "out_of_fold.csv").unlink(), WeightsError, "has no out_of_fold.csv"),
        (lambda folder: (folder / "decision.json").write_text("{}"), WeightsError, "decision.json is not the file"),
        (reversed_labels, TrainingError, "EGFR, predictions of out-of-fold: no temperature"),
    ],
)
def test_a_refusal_leaves_the_folder_as_it_was(folder, damage, error, message):
    damage(folder)
    before = content_of(folder)
    with pytest.raises(error, match=message):
        calibrate_model(folder, CalibrationKind.TEMPERATURE, FEW)
    assert content_of(folder) == before
    assert list(folder.parent.iterdir()) == [folder]


def test_a_link_to_a_folder_stays_a_link(folder, tmp_path):
    link = tmp_path / "latest"
    link.symlink_to(folder)
    calibrate_model(link, CalibrationKind.TEMPERATURE, FEW)
    assert link.is_symlink()
    assert read_nine_view_model(link).folder.decision.gene("EGFR").calibration.kind is CalibrationKind.TEMPERATURE


def test_a_copy_that_shares_its_files_is_not_changed(folder, tmp_path):
    # Weights are hard links of the old folder's; nothing may be written through them.
    other = tmp_path / "other"
    other.mkdir()
    for file in folder.iterdir():
        (other / file.name).hardlink_to(file)
    before = content_of(other)
    calibrate_model(folder, CalibrationKind.TEMPERATURE, FEW)
    assert content_of(other) == before
    assert (folder / "model.safetensors").samefile(other / "model.safetensors")
