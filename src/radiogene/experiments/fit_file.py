"""A finished fit on disk: what it left as JSON, or the reason why it left nothing."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from radiogene.decision.decision import Decision
from radiogene.errors import SettingsError
from radiogene.evaluation.held_out import CrossValidation, HeldOutPredictions
from radiogene.evaluation.predictions import Predictions
from radiogene.experiments.planned_fit import FitFailure, FitResult, Outcome, PlannedFit
from radiogene.methods.registry import method_named
from radiogene.storage.atomic_files import write_json
from radiogene.storage.typed_json import MAY_BE_ABSENT, ArrayShape, from_json, read_typed_json, to_json

RESULT_FILE = "result.json"
FAILURE_FILE = "failure.json"


@dataclass(frozen=True)
class _Fit:
    """A `PlannedFit`, whose class of settings depends on the system."""

    method: str
    settings: dict[str, object]
    shuffled: int | None
    held_out_only: bool = field(default=False, metadata=MAY_BE_ABSENT)

    @classmethod
    def of(cls, fit: PlannedFit) -> "_Fit":
        return cls(fit.method, {**to_json(fit.settings)}, fit.shuffled, fit.held_out_only)

    def planned(self) -> PlannedFit:
        kind = method_named(self.method).settings
        settings = from_json(kind, self.settings, where=f"settings of {self.method}", error=SettingsError)
        return PlannedFit(self.method, settings, self.shuffled, self.held_out_only)


@dataclass(frozen=True)
class _Predictions:
    """`Predictions` as lists, because an array of nobody would lose its columns."""

    patient_ids: tuple[str, ...]
    genes: tuple[str, ...]
    probabilities: tuple[tuple[float, ...], ...]
    labels: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, predictions: Predictions) -> "_Predictions":
        probabilities = tuple(tuple(row) for row in predictions.probabilities.tolist())
        labels = tuple(tuple(row) for row in predictions.labels.tolist())
        return cls(predictions.patient_ids, predictions.genes, probabilities, labels)

    def predictions(self) -> Predictions:
        shape = (len(self.patient_ids), len(self.genes))
        return Predictions(
            self.patient_ids,
            self.genes,
            np.array(self.probabilities, dtype=np.float64).reshape(shape),
            np.array(self.labels, dtype=np.int8).reshape(shape),
        )


@dataclass(frozen=True, eq=False)
class _Run:
    """A `CrossValidation`."""

    seed: int
    predictions: _Predictions
    folds: Annotated[NDArray[np.int64], ArrayShape((None,), "int64")]


@dataclass(frozen=True, eq=False)
class _HeldOut:
    """`HeldOutPredictions`."""

    set_on: str
    predictions: _Predictions
    runs: tuple[_Run, ...]

    @classmethod
    def of(cls, held_out: HeldOutPredictions) -> "_HeldOut":
        runs = tuple(_Run(run.seed, _Predictions.of(run.predictions), run.folds) for run in held_out.runs)
        return cls(held_out.set_on, _Predictions.of(held_out.predictions), runs)

    def held_out(self) -> HeldOutPredictions:
        runs = tuple(CrossValidation(run.seed, run.predictions.predictions(), run.folds) for run in self.runs)
        return HeldOutPredictions(self.predictions.predictions(), self.set_on, runs)


@dataclass(frozen=True, eq=False)
class _Result:
    """The content of `result.json`; see `FitResult`."""

    fit: _Fit
    decision: Decision
    held_out: _HeldOut
    external: _Predictions
    left_out: dict[str, int]
    notes: tuple[str, ...]
    seconds: float
    model: str


@dataclass(frozen=True)
class _Failure:
    """The content of `failure.json`; see `FitFailure`."""

    fit: _Fit
    reason: str
    seconds: float


def write_outcome(folder: Path, outcome: Outcome) -> None:
    """Writes what a fit left into its folder; a failure of an earlier run goes when the fit succeeds.

    Args:
        folder: of the fit.
        outcome: its result or failure.
    """
    fit = _Fit.of(outcome.fit)
    if isinstance(outcome, FitFailure):
        write_json(folder / FAILURE_FILE, to_json(_Failure(fit, outcome.reason, outcome.seconds)))
        return
    result = _Result(
        fit,
        outcome.decision,
        _HeldOut.of(outcome.held_out),
        _Predictions.of(outcome.external),
        outcome.left_out,
        outcome.notes,
        outcome.seconds,
        outcome.model,
    )
    write_json(folder / RESULT_FILE, to_json(result))
    (folder / FAILURE_FILE).unlink(missing_ok=True)


def read_outcome(folder: Path) -> Outcome | None:
    """What a fit left; None where it was never finished.

    Raises:
        WeightsError: a file that cannot be read.
    """
    if (folder / RESULT_FILE).is_file():
        result = read_typed_json(_Result, folder / RESULT_FILE)
        return FitResult(
            fit=result.fit.planned(),
            decision=result.decision,
            held_out=result.held_out.held_out(),
            external=result.external.predictions(),
            left_out=result.left_out,
            notes=result.notes,
            seconds=result.seconds,
            model=result.model,
        )
    if (folder / FAILURE_FILE).is_file():
        failure = read_typed_json(_Failure, folder / FAILURE_FILE)
        return FitFailure(failure.fit.planned(), failure.reason, failure.seconds)
    return None
