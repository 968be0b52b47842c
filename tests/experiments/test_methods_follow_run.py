"""The methods text and the checklists say what ran: against finished fits, and against what a training is given."""

from dataclasses import replace

import numpy as np
import pytest

from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.decision.calibration import CalibrationKind
from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.experiments.assembly import evidence_report
from radiogene.experiments.cohorts import ExperimentPlaces
from radiogene.experiments.experiment import Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import FitResult
from radiogene.experiments.rows import PAPERS_OWN, mmdl, repeats_of, system
from radiogene.experiments.run import ExperimentRun, run_experiments
from radiogene.experiments.run_manifest import run_manifest
from radiogene.experiments.supplement import missing_values
from radiogene.experiments.table_plan import TRAINING, BlockPlan, RowPlan, TablePlan, build_table
from radiogene.methods.nine_view.training_settings import training_settings
from radiogene.methods.tabular.learner import INNER_FOLDS
from radiogene.report.evidence.checklists.checklist import Status
from radiogene.report.evidence.checklists.probast_ai import PROBAST_AI
from radiogene.report.evidence.checklists.stard_ai import STARD_AI
from radiogene.report.evidence.checklists.tripod_ai import TRIPOD_AI
from radiogene.report.evidence.evidence_table import TRAINING_COLUMNS
from radiogene.report.evidence.methods_text import methods_text
from radiogene.storage.library_versions import library_versions

CHEAP = [
    ExperimentSettings(preset="tiny", nested_folds=4, repeats=1),
    ExperimentSettings(preset="tiny", nested_folds=3, repeats=2, seed=4, calibration=CalibrationKind.TEMPERATURE),
]


def table_of_training(settings: ExperimentSettings) -> Experiment:
    """The clinical models in the training cohort, against the logistic one, as Table 2 compares with MMDL."""
    logistic, forest = system(settings, "clinical-logistic"), system(settings, "clinical")
    rows = (RowPlan("Clinical model", forest), RowPlan("Logistic", logistic))
    blocks = (BlockPlan("EGFR", "EGFR", rows, logistic),)
    plan = TablePlan("table2", "t", TRAINING_COLUMNS, blocks, TRAINING, (), settings.repeats)
    return Experiment(
        "table2", "t", lambda given, done: plan.fits, lambda evidence: Shown(tables=(build_table(plan, evidence),))
    )


@pytest.mark.parametrize("settings", CHEAP, ids=["once", "twice, calibrated"])
def test_every_claim_of_systems_without_a_network_is_that_of_their_fits(settings, two_places, tmp_path):
    run = run_experiments(
        [table_of_training(settings)], settings, ExperimentPlaces(*two_places, tmp_path / "out"), workers=1
    )
    assert not run.failures
    tables = run.shown["table2"].tables
    text = methods_text(run_manifest(run), tables)
    results = [outcome for outcome in run.evidence.outcomes.values() if isinstance(outcome, FitResult)]

    (folds,) = {int(np.unique(result.held_out.folds).size) for result in results}
    assert f"{folds} outer and {INNER_FOLDS} inner folds" in text
    seeds = sorted({one.seed for result in results for one in result.held_out.runs})
    if len(seeds) > 1:
        assert f"repeated with the {len(seeds)} seeds {seeds[0]} and {seeds[1]}" in text
    else:
        assert "was repeated" not in text
    assert f"fitted with the seed {min(seeds)}." in text
    asked = [result for result in results if result.fit.asks_external]
    (set_on,) = {result.held_out.set_on for result in asked}
    assert f"Youden's rule on {set_on} predictions" in text
    (kind,) = {rule.calibration.kind for result in asked for rule in result.decision.genes.values()}
    assert ("one temperature per gene" in text) is (kind is CalibrationKind.TEMPERATURE)
    assert ("not recalibrated" in text) is (kind is CalibrationKind.IDENTITY)
    for method in {m.interval.method for row in tables[0].blocks[0].rows for m in row.measures.values() if m.interval}:
        assert method in text
    made = run.evidence.training.source.preparation
    assert f"a cube of {made.cube_samples * made.sample_mm:g} mm" in text
    for name, version in library_versions().items():
        assert f"{name} {version}" in text
    assert "called by what the other folds set" in text
    # No network was fitted, and no features were eliminated.
    for word in ("Networks", "preset", "epochs", "random weights", "eliminat", "views", "32-true", "McNemar"):
        assert word not in text, word


def test_a_report_without_a_fit_says_nothing_of_fits(two_places, tmp_path):
    settings = CHEAP[0]
    run = run_experiments(
        [Experiment("table1", "t", lambda given, done: [], lambda evidence: Shown())],
        settings,
        ExperimentPlaces(*two_places, tmp_path / "out"),
        workers=1,
    )
    text = methods_text(run_manifest(run))
    for word in ("Systems", "Networks", "splits", "Thresholds", "frozen", "resamples", "recalibrated"):
        assert word not in text, word
    assert "a cube of" in text


def run_of(settings, fits, made_result, two_places, tmp_path) -> ExperimentRun:
    """A run whose fits are made up: what is tested is what is said of their settings."""
    cohorts = [place.opened() for place in two_places]
    outcomes = {fit: made_result(fit, 1.0, folds=fit.settings.folds or None) for fit in fits}
    evidence = Evidence(settings, *cohorts, outcomes, tmp_path)
    shown = {"missing-values": missing_values.EXPERIMENT.show(replace(evidence, outcomes={}))}
    return ExperimentRun((), evidence, shown, (), {"training": "0" * 64, "external": "1" * 64})


NETWORKS = [
    ExperimentSettings(preset="tiny"),
    ExperimentSettings(
        preset="small",
        folds=4,
        augmentation=False,
        class_weighting=True,
        fields_mm=(48.0,),
        view_sampling="isotropic",
        per_image_standardisation=True,
        pretrained={PAPERS_OWN: "a-folder"},
        all_layers=replace(ExperimentSettings().all_layers, epochs=7),
    ),
    ExperimentSettings(preset="tiny", validation_share=0.3, depth_shift_mm=2.0),
]


@pytest.mark.parametrize("settings", NETWORKS, ids=["defaults", "all changed", "part held out"])
def test_every_claim_of_networks_is_what_their_training_is_given(settings, made_result, two_places, tmp_path):
    fit = mmdl(settings)
    text = methods_text(run_manifest(run_of(settings, [fit], made_result, two_places, tmp_path)))
    given = training_settings(PAPERS_OWN, fit.settings)
    assert f"at {given.sizes.image_size} x {given.sizes.image_size} pixels" in text
    assert f"Networks saw {len(given.view_names)} views of the nodule ({'; '.join(given.view_names)})" in text
    assert f"at most {given.schedule.all_layers.epochs} epochs" in text
    assert f"preset {given.preset}" in text
    assert ("Training views were not varied" in text) is not given.augmentation
    assert ("moves of the plane by at most 2 mm" in text) is (given.depth_shift_mm == 2.0)
    assert ("weighed mutants" in text) is given.class_weighting
    assert ("one scale on both axes" in text) is (given.view_sampling.value == "isotropic")
    assert ("each view by itself" in text) is given.per_image_standardisation
    assert ("from a pretrained network" in text) is (fit.settings.init != "random")
    if given.folds:
        assert f"cross-validation of {given.folds} folds" in text
    else:
        assert f"a validation part of {given.schedule.validation_share:.0%} of the training cohort" in text
    assert "MMDL was given age, sex and smoking." in text
    # No system without a network was fitted.
    assert "nested" not in text


def test_views_of_a_part_are_not_called_all(made_result, two_places, tmp_path):
    settings = ExperimentSettings(preset="tiny")
    fits = [mmdl(settings, views=(VIEW_NAMES[2],)), mmdl(settings, views=(VIEW_NAMES[0],))]
    text = methods_text(run_manifest(run_of(settings, fits, made_result, two_places, tmp_path)))
    shown = training_settings(PAPERS_OWN, replace(fits[0].settings, views=(VIEW_NAMES[0], VIEW_NAMES[2]))).view_names
    assert f"Networks saw {len(shown)} views of the nodule ({'; '.join(shown)})" in text
    assert "MMDL was given" not in text  # it is the whole MMDL of which that is said


def test_repeats_of_a_system_are_named_by_their_seeds(made_result, two_places, tmp_path):
    settings = ExperimentSettings(preset="tiny", folds=3, repeats=3, seed=5)
    fit = mmdl(settings)
    run = run_of(settings, [fit, *repeats_of(fit, 3)], made_result, two_places, tmp_path)
    assert "repeated with the 3 seeds 5, 6 and 7" in methods_text(run_manifest(run))


def test_checklists_are_filled_with_what_ran(made_result, two_places, tmp_path):
    settings = ExperimentSettings(preset="tiny")
    fits = [mmdl(settings), system(settings, "clinical-logistic")]
    run = run_of(settings, fits, made_result, two_places, tmp_path)
    report = evidence_report(run)
    external = run.evidence.external
    labels = patient_label_table(external, ("EGFR",))[:, 0]
    stard, tripod = ({item.number: item.fill(report) for item in of.items} for of in (STARD_AI, TRIPOD_AI))
    counts = f"EGFR {(labels == 1).sum()} mutants, {(labels == 0).sum()} wild types, {(labels < 0).sum()} unknown"
    assert counts in stard["24"].words
    without = sum(row.smoking is None for row in external.patients)
    for answer in (stard["20"], tripod["11"]):
        assert f"smoking {without} of {len(external)}" in answer.words
        assert f"EGFR {(labels < 0).sum()} of {len(external)} (external)" in answer.words
    for name, version in library_versions().items():
        assert f"{name} {version}" in stard["13"].words
    assert "frozen before external patients" in tripod["12f"].words
    # What was not run is left to the authors.
    for number in ("21", "23", "30"):
        assert stard[number].status is Status.AUTHORS
    assert stard["37"].status is Status.AUTHORS
    probast = {item.topic: item.fill(report) for item in PROBAST_AI.items}
    assert probast["Whether anything leaked from the patients held out"].status is Status.AUTHORS
    assert (
        "No patient is in both cohorts"
        in probast["Whether the patients are others than those of the development"].words
    )
