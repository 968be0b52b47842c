"""The fits of an experiment: each freezes its decision, and only then asks about external patients; in parallel."""

import shutil
import time
import traceback
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.decision.calibration import CalibrationKind, IdentityCalibration
from radiogene.decision.decision import Decision, GeneDecision, ModelKind
from radiogene.errors import RadiogeneError, SettingsError
from radiogene.evaluation.class_counts import refuse_few_of_a_class
from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.evaluation.evaluation import evaluate_predictions
from radiogene.evaluation.ledger import LEDGER_FILE, append_to_ledger, ledger_entry
from radiogene.evaluation.permutation_check import shuffled
from radiogene.evaluation.predictions import Predictions
from radiogene.experiments.cohorts import ExperimentPlaces
from radiogene.experiments.experiment_settings import GENES
from radiogene.experiments.fit_file import read_outcome, write_outcome
from radiogene.experiments.planned_fit import FitFailure, FitResult, Outcome, PlannedFit
from radiogene.methods.inputs import available, columns_given, refuse_without_images
from radiogene.methods.method import FitContext, MethodEntry
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.registry import method_named
from radiogene.methods.trained_model import fit_model
from radiogene.model.model_folder import read_model_folder
from radiogene.parallel.dask_worker import missing_here
from radiogene.parallel.workers import Workers, in_parallel
from radiogene.prediction.predictor import Predictor
from radiogene.storage.folder_lock import locked_folder
from radiogene.storage.typed_json import JsonObject
from radiogene.training.fitting.run_options import RunOptions

FITS_FOLDER = "fits"
FEATURES_FOLDER = "features"
MODEL_FOLDER = "model"
STATE_FOLDER = "state"

FEWEST_IN_A_ROW = 5
"""Mutants, and wild types, below which a table has no row of a system: a threshold on four mutants is chance."""


@dataclass(frozen=True)
class FitGuards:
    """What was checked of both cohorts before the first fit, and holds for all.

    Attributes:
        external_scans: by which ledgers know the external cohort.
        allow_duplicates: whether two patients may be one.
        protocol: SHA-256 of the protocol that the experiment follows; empty where there is none.
    """

    external_scans: tuple[str, ...]
    allow_duplicates: bool = False
    protocol: str = ""


def run_fit(
    fit: PlannedFit,
    key: str,
    places: ExperimentPlaces,
    calibration: CalibrationKind,
    run: RunOptions,
    guards: FitGuards,
) -> Outcome:
    """What the fit left; it is on disk when this returns.

    Args:
        fit: what to fit.
        key: names its folder.
        places: of the cohorts and the experiment.
        calibration: of its probabilities.
        run: how networks are trained here.
        guards: what was checked of both cohorts.
    """
    for path in (places.out, *places.training.places, *places.external.places):
        if missing := missing_here(path):
            return FitFailure(fit, missing, 0.0)
    folder = places.out / FITS_FOLDER / key
    with locked_folder(folder):
        # A worker that ended before it could say so may have finished the fit.
        found = read_outcome(folder)
        if isinstance(found, FitResult):
            return found
        return _run(fit, key, places, calibration, run, guards)


def _run(
    fit: PlannedFit,
    key: str,
    places: ExperimentPlaces,
    calibration: CalibrationKind,
    run: RunOptions,
    guards: FitGuards,
) -> Outcome:
    """See `run_fit`."""
    folder = places.out / FITS_FOLDER / key
    started = time.monotonic()
    try:
        outcome: Outcome = _fitted(fit, key, places, calibration, run, guards, started)
    except RadiogeneError as error:
        outcome = FitFailure(fit, str(error), _since(started))
    except Exception as error:  # noqa: BLE001 - a defect in one system must not lose the other fits; it is recorded
        (folder / "traceback.txt").write_text(traceback.format_exc(), encoding="utf-8")
        outcome = FitFailure(fit, f"{type(error).__name__}: {error} (a defect; see traceback.txt)", _since(started))
    write_outcome(folder, outcome)
    if isinstance(outcome, FitResult) and fit.asks_external:
        _enter_in_ledger(outcome, places.out, guards)
    return outcome


def _enter_in_ledger(result: FitResult, out: Path, guards: FitGuards) -> None:
    """Adds the evaluation of the external cohort that this fit is to the experiment's ledger."""
    report = evaluate_predictions(result.external, result.decision.thresholds())
    choices = {"fit": result.fit.to_json(), "decision": result.decision.to_json()}
    weights = read_model_folder(out / result.model).weights_sha256
    entry = ledger_entry(
        method_named(result.fit.method).title, weights, guards.external_scans, choices, report, protocol=guards.protocol
    )
    append_to_ledger(out / LEDGER_FILE, entry)


def _fitted(
    fit: PlannedFit,
    key: str,
    places: ExperimentPlaces,
    calibration: CalibrationKind,
    run: RunOptions,
    guards: FitGuards,
    started: float,
) -> FitResult:
    folder = places.out / FITS_FOLDER / key
    training, external = places.training.opened(GENES), places.external.opened(GENES)
    entry = method_named(fit.method)
    # Only networks on nine views can cut their batches and compute their maps again.
    options = run if entry.backbone else replace(run, accumulate=1, recompute=False)
    context = FitContext(state=folder / STATE_FOLDER, features=places.out / FEATURES_FOLDER, run=options)
    for cohort in (training, external):
        refuse_without_images(entry, cohort)
    _refuse_few(entry, fit.settings, training)
    if not fit.asks_external:
        return _held_out_alone(fit, training, external, context, started)
    finished = fit_model(entry, fit.settings, training, context, calibration, allow_duplicates=guards.allow_duplicates)
    if finished is None:
        raise SettingsError("A fit of an experiment is run by one process: start it without torchrun.")
    finished.write(folder / MODEL_FOLDER)
    shutil.rmtree(context.state, ignore_errors=True)
    answers = _answered(Predictor(finished.model), external, guards)
    left_out = {"training": sum(finished.left_out.values()), "external": len(external) - len(answers.patient_ids)}
    return FitResult(
        fit=fit,
        decision=finished.model.decision,
        held_out=finished.held_out,
        external=answers,
        left_out=left_out,
        notes=(*finished.model.method.notes, *_left_out_notes(finished.left_out)),
        seconds=_since(started),
        model=(Path(FITS_FOLDER) / key / MODEL_FOLDER).as_posix(),
    )


def _refuse_few(entry: MethodEntry, settings: MethodSettings, training: PreparedCohort) -> None:
    """Refuses a row on fewer than five mutants or wild types that have what its system needs, before it is fitted."""
    present = available(entry, training, columns_given(entry, settings.clinical)).present
    chosen = training.at(present.nonzero()[0])
    if len(chosen):
        labels = patient_label_table(chosen, settings.genes)
        refuse_few_of_a_class(labels, settings.genes, FEWEST_IN_A_ROW, f"training cohort of {entry.title}")


def _answered(predictor: Predictor, external: PreparedCohort, guards: FitGuards) -> Predictions:
    """The predictions for the external patients that have what the system needs; of nobody where none has."""
    if not available(predictor.model.entry, external, predictor.facts.columns).present.any():
        return _nobody(predictor.facts.genes)
    return predictor.predict_store(external, include_training_cases=guards.allow_duplicates).predictions


def _nobody(genes: tuple[str, ...]) -> Predictions:
    return Predictions((), genes, np.empty((0, len(genes))), np.empty((0, len(genes)), dtype=np.int8))


def _held_out_alone(
    fit: PlannedFit, training: PreparedCohort, external: PreparedCohort, context: FitContext, started: float
) -> FitResult:
    """What a system says of patients it had not seen: with labels shuffled among those with what it needs, or again.

    Nothing is decided on such predictions, which may all be equal, and no external patient is asked about.
    """
    entry, genes = method_named(fit.method), fit.settings.genes
    present = available(entry, training, columns_given(entry, fit.settings.clinical)).present
    chosen = training.at(present.nonzero()[0])
    labels = (
        patient_label_table(chosen, genes) if fit.shuffled is None else shuffled_labels(chosen, genes, fit.shuffled)
    )
    held_out = entry.make(fit.settings, context).fit(chosen, labels).held_out
    shutil.rmtree(context.state, ignore_errors=True)
    return FitResult(
        fit=fit,
        decision=_undecided(genes, labels),
        held_out=held_out,
        external=_nobody(genes),
        left_out={"training": len(training) - len(chosen), "external": len(external)},
        notes=(),
        seconds=_since(started),
        model="",
    )


def _undecided(genes: tuple[str, ...], labels: NDArray[np.int8]) -> Decision:
    """Thresholds of one half, for a fit whose calls nobody looks at."""
    rules = {}
    for column, gene in enumerate(genes):
        known = labels[labels[:, column] >= 0, column]
        rules[gene] = GeneDecision(
            0.5, IdentityCalibration(), "nothing: no patient is called", len(known), int(known.sum())
        )
    return Decision(ModelKind.REFIT, rules)


def shuffled_labels(cohort: PreparedCohort, genes: tuple[str, ...], seed: int) -> NDArray[np.int8]:
    """The labels (N, G) in another order among patients known for the same genes; both genes stay together.

    Args:
        cohort: N patients.
        genes: G names.
        seed: of the order.
    """
    return shuffled(patient_label_table(cohort, genes), np.random.default_rng(seed))


def _left_out_notes(left_out: dict[str, int]) -> tuple[str, ...]:
    return tuple(f"{count} training patients left out: {reason}" for reason, count in left_out.items())


def _since(started: float) -> float:
    return round(time.monotonic() - started, 1)


@dataclass(frozen=True)
class FitRuns:
    """Where and how the fits of an experiment run.

    Attributes:
        places: of the cohorts and the experiment.
        context: what decides every fit's result beside its settings.
        guards: what was checked of both cohorts.
        run_options: how networks are trained.
        calibration: of every system.
        workers: who runs them; each computes with one thread where there are several.
    """

    places: ExperimentPlaces
    context: JsonObject
    guards: FitGuards
    run_options: RunOptions
    calibration: CalibrationKind = CalibrationKind.IDENTITY
    workers: Workers = 1

    def finished(self, fits: Iterable[PlannedFit]) -> dict[PlannedFit, FitResult]:
        """The results that stand on disk; failures are no results, they are tried again."""
        outcomes = {fit: read_outcome(self.places.out / FITS_FOLDER / fit.key(self.context)) for fit in fits}
        return {fit: outcome for fit, outcome in outcomes.items() if isinstance(outcome, FitResult)}

    def run(self, fits: Sequence[PlannedFit]) -> Generator[Outcome, None, None]:
        """What each fit left, in the order in which they end.

        Args:
            fits: different ones, in the order in which they should start.
        """
        tasks = (
            (fit, fit.key(self.context), self.places, self.calibration, self.run_options, self.guards) for fit in fits
        )
        return in_parallel(run_fit, tasks, self.workers, ordered=False)
