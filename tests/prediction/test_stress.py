"""Stress of a model: levels by hand, training cases refused before anything is changed, and the page."""

import json

import numpy as np
import pytest

import radiogene as rg
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.ct.acquisition_changes import Change
from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.ledger import read_ledger
from radiogene.prediction.predictor import Predictor
from radiogene.prediction.stress import ChangedSource, stress_model

FEW = {Change.HU_SHIFT: (0.0, 300.0)}


@pytest.fixture(scope="module")
def predictor(trained_model):
    return Predictor.from_folder(trained_model)


@pytest.fixture(scope="module")
def result(predictor, synthetic_patients):
    return stress_model(predictor, synthetic_patients, FEW, include_training_cases=True)


def test_a_change_of_nothing_moves_nothing_and_one_of_something_moves(result):
    first, nothing, much = result.levels[:3]
    assert first.change == "as they are"
    for gene, own in nothing.genes.items():
        assert own.movement.value == 0.0
        assert own.calls_changed.value == 0.0
        assert own.auc == first.genes[gene].auc
        assert own.auc_difference.value == 0.0
        assert much.genes[gene].movement.value > 0.0


def test_figures_are_those_of_the_changed_cubes_and_gated(result, predictor, synthetic_patients):
    changed = PreparedCohort(
        ChangedSource(synthetic_patients.source, Change.HU_SHIFT, 300.0), synthetic_patients.nodules
    )
    before, after = (
        predictor.predict_store(cohort, include_training_cases=True).predictions
        for cohort in (synthetic_patients, changed)
    )
    for column, gene in enumerate(before.genes):
        own = result.levels[2].genes[gene]
        expected = np.abs(after.probabilities[:, column] - before.probabilities[:, column]).mean()
        assert own.movement.value == pytest.approx(expected)
        labels = before.labels[:, column]
        few = min((labels == 1).sum(), (labels == 0).sum()) < 10
        assert (own.movement.interval is None) == few
        assert (own.auc.interval is None) == few


def test_every_clinical_value_is_tried_as_unknown(result):
    assert [level.change for level in result.levels[3:]] == ["age unknown", "sex unknown", "smoking unknown"]
    assert any(own.movement.value > 0 for level in result.levels[3:] for own in level.genes.values())


def test_training_cases_are_refused_although_changed_cubes_are_others(predictor, synthetic_patients):
    with pytest.raises(CohortError, match="training cases"):
        stress_model(predictor, synthetic_patients, FEW)


def test_the_page_its_numbers_and_the_ledger(trained_model, synthetic_store, tmp_path, own_state):
    result = rg.stress(
        trained_model,
        synthetic_store.path,
        out=tmp_path / "out",
        amounts={"noise": [40.0]},
        ledger=tmp_path / "ledger.jsonl",
        include_training_cases=True,
    )
    page = (tmp_path / "out" / "stress.html").read_text(encoding="utf-8")
    assert "SYNTHETIC" in page
    assert "Includes training cases" in page
    assert "noise 40.0 HU" in page
    assert json.loads((tmp_path / "out" / "stress.json").read_text())["patients"] == result.patients
    assert len(read_ledger(tmp_path / "ledger.jsonl")) == 1
    with pytest.raises(SettingsError, match="`amounts` of 'dose'"):
        rg.stress(trained_model, synthetic_store.path, amounts={"dose": [1.0]})
