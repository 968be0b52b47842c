"""Fits run by a real cluster leave what they leave here."""

import json
from dataclasses import replace

import pytest

from radiogene.decision.calibration import CalibrationKind
from radiogene.experiments.cohorts import ExperimentPlaces
from radiogene.experiments.experiment import Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.fit_run import FITS_FOLDER, run_fit
from radiogene.experiments.planned_fit import FitFailure
from radiogene.experiments.rows import system
from radiogene.experiments.run import run_experiments
from radiogene.parallel.workers import in_parallel
from radiogene.prediction.predictor import Predictor
from radiogene.training.fitting.run_options import RunOptions

RUN = RunOptions(accelerator="cpu", progress=False)
SETTINGS = ExperimentSettings(preset="tiny", folds=0, nested_folds=3)
CLINICAL, LOGISTIC = system(SETTINGS, "clinical"), system(SETTINGS, "clinical-logistic")
WITHOUT_COLUMN = replace(CLINICAL, settings=replace(CLINICAL.settings, clinical=("no such column",)))


@pytest.mark.long
def test_fits_run_by_a_cluster_leave_what_they_leave_here(cluster, two_places, tmp_path):
    fits = [CLINICAL, LOGISTIC, WITHOUT_COLUMN]
    cheap = Experiment("table3", "cheap", lambda settings, done: fits, lambda evidence: Shown())
    left, answers = [], []
    for name, workers in (("here", 1), ("there", cluster)):
        places = ExperimentPlaces(*two_places, tmp_path / name)
        run = run_experiments([cheap], SETTINGS, places, workers=workers)
        assert [failure.fit for failure in run.failures] == [WITHOUT_COLUMN]
        left.append({path.parent.name: content_of(path) for path in places.out.glob(f"{FITS_FOLDER}/*/*.json")})
        models = [Predictor.from_folder(places.out / run.evidence.result(fit).model) for fit in (CLINICAL, LOGISTIC)]
        found = [model.predict_store(run.evidence.external).predictions for model in models]
        answers.append([predictions.probabilities.tolist() for predictions in found])
    assert len(left[0]) == 3
    assert left[0] == left[1]
    assert answers[0] == answers[1]


def content_of(path):
    """What a fit left, without the seconds that it took."""
    return {key: value for key, value in json.loads(path.read_text()).items() if key != "seconds"}


@pytest.mark.long
def test_a_fit_on_a_machine_that_does_not_see_the_experiment_fails_alone(cluster, two_places, tmp_path):
    places = ExperimentPlaces(*two_places, tmp_path / "elsewhere")
    arguments = (CLINICAL, "key", places, CalibrationKind.IDENTITY, RUN, "0" * 16)
    (outcome,) = in_parallel(run_fit, [arguments], cluster)
    assert isinstance(outcome, FitFailure)
    assert "does not see" in outcome.reason
    assert list(tmp_path.iterdir()) == []
