"""Real runs of cheap fits: each once, resumed, alone in failing, and never on shared patients."""

import json
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from radiogene.api.experiments import experiment_settings
from radiogene.cohort.identity.duplicates import DuplicateCount, cohort_scans
from radiogene.cohort.identity.site_key import site_key
from radiogene.decision.calibration import CalibrationKind
from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.evaluation.ledger import LEDGER_FILE, read_ledger
from radiogene.experiments.cohorts import ExperimentPlaces, counted_duplicates
from radiogene.experiments.experiment import Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.fit_file import read_outcome
from radiogene.experiments.fit_run import FITS_FOLDER, FitGuards, run_fit, shuffled_labels
from radiogene.experiments.planned_fit import FitFailure, FitResult
from radiogene.experiments.rows import mmdl, repeats_of, system
from radiogene.experiments.run import run_experiments
from radiogene.experiments.run_manifest import run_manifest
from radiogene.methods.trained_model import load_trained_model
from radiogene.prediction.predictor import Predictor
from radiogene.report.evidence.methods_text import methods_text
from radiogene.training.fitting.run_options import RunOptions

RUN = RunOptions(accelerator="cpu", progress=False)
GUARDS = FitGuards(("0" * 16,))
SETTINGS = ExperimentSettings(preset="tiny", folds=0, nested_folds=3)
CLINICAL, LOGISTIC = system(SETTINGS, "clinical"), system(SETTINGS, "clinical-logistic")
WITHOUT_COLUMN = replace(CLINICAL, settings=replace(CLINICAL.settings, clinical=("no such column",)))


def experiment(*fits) -> Experiment:
    return Experiment("table3", "cheap", lambda settings, done: list(fits), lambda evidence: Shown())


@pytest.fixture
def places(two_places, tmp_path) -> ExperimentPlaces:
    return ExperimentPlaces(*two_places, tmp_path / "out")


def results_of(places) -> dict[str, float]:
    return {file.parent.name: file.stat().st_mtime_ns for file in (places.out / FITS_FOLDER).glob("*/result.json")}


def test_a_fit_is_computed_once_and_a_failing_one_loses_no_other(places):
    run = run_experiments([experiment(CLINICAL, WITHOUT_COLUMN, CLINICAL), experiment(LOGISTIC)], SETTINGS, places)
    assert [failure.fit for failure in run.failures] == [WITHOUT_COLUMN]
    assert "no such column" in run.failures[0].reason
    assert {fit for fit, outcome in run.evidence.outcomes.items() if isinstance(outcome, FitResult)} == {
        CLINICAL,
        LOGISTIC,
    }
    before = results_of(places)
    assert len(before) == 2

    again = run_experiments([experiment(CLINICAL, WITHOUT_COLUMN), experiment(LOGISTIC)], SETTINGS, places)
    assert results_of(places) == before  # nothing finished was computed again
    assert len(again.failures) == 1  # the failure was tried again


def test_what_a_fit_left_is_on_disk_as_it_was_returned(places):
    run = run_experiments([experiment(CLINICAL)], SETTINGS, places)
    returned = run.evidence.result(CLINICAL)
    (folder,) = (places.out / FITS_FOLDER).iterdir()
    read = read_outcome(folder)
    assert read.fit == CLINICAL
    assert np.array_equal(read.external.probabilities, returned.external.probabilities)
    assert np.array_equal(read.held_out.folds, returned.held_out.folds)
    assert np.array_equal(read.held_out.predictions.probabilities, returned.held_out.predictions.probabilities)
    assert read.held_out.set_on == returned.held_out.set_on == "out-of-fold"
    assert read.decision.to_json() == returned.decision.to_json()
    assert not (folder / "state").exists()


def test_the_fitted_system_answers_as_the_fit_recorded(places):
    run = run_experiments([experiment(CLINICAL)], SETTINGS, places)
    result = run.evidence.result(CLINICAL)
    predictor = Predictor.from_folder(places.out / result.model)
    answers = predictor.predict_store(run.evidence.external)
    assert np.array_equal(answers.predictions.probabilities, result.external.probabilities)
    assert load_trained_model(places.out / result.model).decision == result.decision


def test_every_look_at_external_patients_stands_in_the_ledger(places):
    run_experiments([experiment(CLINICAL, LOGISTIC, replace(CLINICAL, shuffled=1))], SETTINGS, places)
    entries = read_ledger(places.out / LEDGER_FILE)
    assert sorted(entry.system for entry in entries) == ["Clinical features", "Clinical model"]


@pytest.mark.long
def test_workers_change_nothing(places, tmp_path):
    one = run_experiments([experiment(CLINICAL, LOGISTIC)], SETTINGS, places)
    two = run_experiments([experiment(CLINICAL, LOGISTIC)], SETTINGS, replace(places, out=tmp_path / "two"), workers=2)
    for fit in (CLINICAL, LOGISTIC):
        assert np.array_equal(
            one.evidence.result(fit).external.probabilities, two.evidence.result(fit).external.probabilities
        )


def test_progress_counts_fits_and_estimates_what_is_left(places):
    told = []
    run_experiments([experiment(CLINICAL, LOGISTIC)], SETTINGS, places, told=told.append)
    assert [(progress.done, progress.known) for progress in told] == [(0, 2), (1, 2), (2, 2)]
    assert told[1].seconds_left > 0
    assert told[-1].seconds_left == 0


def test_another_experiment_in_the_folder_is_refused(places):
    run_experiments([experiment(CLINICAL)], SETTINGS, places)
    with pytest.raises(SettingsError, match="other settings"):
        run_experiments([experiment(CLINICAL)], replace(SETTINGS, seed=1), places)
    (places.out / "experiment.json").unlink()
    with pytest.raises(SettingsError, match="no experiment's folder"):
        run_experiments([experiment(CLINICAL)], SETTINGS, places)


def test_two_stores_with_the_same_patient_are_refused(places):
    shared = replace(places, external=places.training)
    with pytest.raises(CohortError, match="are in both cohorts"):
        run_experiments([experiment(CLINICAL)], SETTINGS, shared)


def test_fewer_than_five_mutants_make_an_empty_fit_with_the_reason(places):
    tiny = replace(places, training=places.external, external=places.training)
    run = run_experiments([experiment(CLINICAL)], SETTINGS, tiny)
    assert isinstance(run.evidence.outcomes[CLINICAL], FitFailure)
    assert "The training cohort of Clinical model has" in run.failures[0].reason
    assert "at least 5 of each are needed" in run.failures[0].reason


def test_shuffled_labels_keep_both_genes_of_a_patient_together(places):
    cohort = places.training.opened()
    labels = patient_label_table(cohort, ("EGFR", "KRAS"))
    shuffled = shuffled_labels(cohort, ("EGFR", "KRAS"), 3)
    assert not np.array_equal(shuffled, labels)
    assert np.array_equal(shuffled == -1, labels == -1)
    assert sorted(map(tuple, shuffled.tolist())) == sorted(map(tuple, labels.tolist()))
    assert np.array_equal(shuffled, shuffled_labels(cohort, ("EGFR", "KRAS"), 3))


def test_a_fit_with_shuffled_labels_never_sees_external_patients(places):
    outcome = run_fit(
        replace(CLINICAL, shuffled=0), "key", places, CalibrationKind.IDENTITY, RUN, FitGuards(("0" * 16,))
    )
    assert outcome.external.patient_ids == ()
    assert not (places.out / FITS_FOLDER / "key" / "model").exists()


def test_a_defect_is_recorded_with_its_traceback(places):
    broken = replace(CLINICAL, settings=replace(CLINICAL.settings, folds=-1))
    outcome = run_fit(broken, "key", places, CalibrationKind.IDENTITY, RUN, GUARDS)
    assert isinstance(outcome, FitFailure)
    assert json.loads((places.out / FITS_FOLDER / "key" / "failure.json").read_text())["reason"] == outcome.reason


def test_memory_is_saved_in_networks_on_nine_views_alone(places, monkeypatch):
    asked = {}

    def fit_model(entry, settings, cohort, context, calibration, *, allow_duplicates):
        asked[entry.name] = (context.run.accumulate, context.run.recompute)
        raise SettingsError("not fitted in this test")

    monkeypatch.setattr("radiogene.experiments.fit_run.fit_model", fit_model)
    settings = replace(SETTINGS, accumulate=2, recompute=True)
    run_experiments([experiment(*(system(settings, name) for name in ("mmdl", "cnn-3d")))], settings, places)
    assert asked == {"mmdl": (2, True), "cnn-3d": (1, False)}


def test_a_batch_of_no_parts_is_refused():
    with pytest.raises(SettingsError, match="Found 0 `accumulate`; wanted 1 or more"):
        experiment_settings({"accumulate": 0})


KILLED_RUN = """
import sys
from pathlib import Path
from radiogene.cohort.cohort_place import CohortPlace
from radiogene.experiments.cohorts import ExperimentPlaces
from radiogene.experiments.experiment import Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.rows import system
from radiogene.experiments.run import run_experiments

settings = ExperimentSettings(preset="tiny", folds=0, nested_folds=3)
fits = [system(settings, name) for name in ("clinical", "clinical-logistic", "semantic-tree")]
places = ExperimentPlaces(*(CohortPlace((Path(store),)) for store in sys.argv[1:3]), Path(sys.argv[3]))
run_experiments([Experiment("table3", "", lambda *_: fits, lambda _: Shown())], settings, places)
"""


@pytest.mark.long
def test_a_run_that_was_killed_goes_on_without_repeating_finished_fits(places):
    command = [sys.executable, "-c", KILLED_RUN, str(places.training.stores[0]), str(places.external.stores[0])]
    with subprocess.Popen([*command, str(places.out)]) as running:
        while not results_of(places) and running.poll() is None:
            time.sleep(0.02)
        running.kill()
    before = results_of(places)
    assert before
    subprocess.run([*command, str(places.out)], check=True)
    after = results_of(places)
    assert len(after) == 3
    assert {key: after[key] for key in before} == before


def test_one_scan_under_two_identifiers_is_refused(places):
    training, external = (cohort_scans(place.opened(), site_key()) for place in (places.training, places.external))
    assert counted_duplicates(training, external, allowed=False) == DuplicateCount()
    both = replace(
        external,
        patients=(*external.patients, "another"),
        **{
            name: (*getattr(external, name), getattr(training, name)[3])
            for name in ("fingerprints", "outlines", "series", "dicom_patients", "synthetic")
        },
    )
    with pytest.raises(CohortError, match=f"'{training.patients[3]}' and 'another' .the same cube"):
        counted_duplicates(training, both, allowed=False)
    assert counted_duplicates(training, both, allowed=True) == DuplicateCount(allowed=True, between=1)


def test_a_repeated_cross_validation_never_sees_external_patients_and_leaves_no_system(places):
    repeat = repeats_of(CLINICAL, 2)[0]
    assert (repeat.settings.seed, repeat.held_out_only) == (CLINICAL.settings.seed + 1, True)
    run = run_experiments([experiment(CLINICAL, repeat)], SETTINGS, places)
    first, again = run.evidence.result(CLINICAL), run.evidence.result(repeat)
    assert again.external.patient_ids == ()
    assert again.held_out.runs[0].seed == 1
    assert again.held_out.predictions.patient_ids == first.held_out.predictions.patient_ids
    assert not np.array_equal(again.held_out.folds, first.held_out.folds)
    assert [entry.system for entry in read_ledger(places.out / LEDGER_FILE)] == ["Clinical model"]
    keys = {fit: fit.key({}) for fit in (CLINICAL, repeat, replace(CLINICAL, settings=repeat.settings))}
    assert len(set(keys.values())) == 3


def test_a_system_without_folds_has_no_repeats_and_a_network_repeats_its_folds_alone():
    assert repeats_of(mmdl(SETTINGS), 3) == ()
    folded = mmdl(replace(SETTINGS, folds=4))
    assert [fit.settings.keep for fit in repeats_of(folded, 3)] == ["ensemble", "ensemble"]
    assert [fit.settings.seed for fit in repeats_of(folded, 3)] == [1, 2]


def test_the_manifest_names_the_seeds_that_ran(places):
    repeats = repeats_of(CLINICAL, 3)
    run = run_experiments([experiment(CLINICAL, LOGISTIC, *repeats)], replace(SETTINGS, seeds=3), places)
    manifest = run_manifest(run)
    assert manifest["seeds"] == {"Clinical model": [0], "Clinical features": [0]}
    assert manifest["repeats"] == {"Clinical model": [0, 1, 2]}
    text = methods_text(manifest)
    assert "Systems were fitted with the seed 0." in text
    assert "repeated with the 3 seeds 0, 1 and 2" in text
