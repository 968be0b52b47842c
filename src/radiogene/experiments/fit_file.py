"""A finished fit on disk: what it left as JSON, or the reason why it left nothing."""

from pathlib import Path
from typing import Any

import numpy as np

from radiogene.decision.decision import Decision
from radiogene.evaluation.held_out import CrossValidation, HeldOutPredictions
from radiogene.evaluation.predictions import Predictions
from radiogene.experiments.planned_fit import FitFailure, FitResult, Outcome, PlannedFit
from radiogene.storage.atomic_files import write_json
from radiogene.storage.checked_files import read_json_object

RESULT_FILE = "result.json"
FAILURE_FILE = "failure.json"


def write_outcome(folder: Path, outcome: Outcome) -> None:
    """Writes what a fit left into its folder; a failure of an earlier run goes when the fit succeeds.

    Args:
        folder: of the fit.
        outcome: its result or failure.
    """
    named = {"fit": outcome.fit.to_json()}
    if isinstance(outcome, FitFailure):
        write_json(folder / FAILURE_FILE, {**named, "reason": outcome.reason, "seconds": outcome.seconds})
        return
    write_json(
        folder / RESULT_FILE,
        {
            **named,
            "decision": outcome.decision.to_json(),
            "held_out": _held_out_json(outcome.held_out),
            "external": _to_json(outcome.external),
            "left_out": outcome.left_out,
            "notes": list(outcome.notes),
            "seconds": outcome.seconds,
            "model": outcome.model,
        },
    )
    (folder / FAILURE_FILE).unlink(missing_ok=True)


def read_outcome(folder: Path) -> Outcome | None:
    """What a fit left; None where it was never finished.

    Raises:
        WeightsError: a file that cannot be read.
    """
    if (folder / RESULT_FILE).is_file():
        return _result(read_json_object(folder / RESULT_FILE))
    if (folder / FAILURE_FILE).is_file():
        found = read_json_object(folder / FAILURE_FILE)
        return FitFailure(PlannedFit.from_json(found["fit"]), found["reason"], found["seconds"])
    return None


def _result(found: dict[str, Any]) -> FitResult:
    return FitResult(
        fit=PlannedFit.from_json(found["fit"]),
        decision=Decision.from_json(found["decision"]),
        held_out=_held_out(found["held_out"]),
        external=_predictions(found["external"]),
        left_out=found["left_out"],
        notes=tuple(found["notes"]),
        seconds=found["seconds"],
        model=found["model"],
    )


def _held_out_json(held_out: HeldOutPredictions) -> dict[str, Any]:
    return {
        "set_on": held_out.set_on,
        "predictions": _to_json(held_out.predictions),
        "runs": [
            {"seed": run.seed, "predictions": _to_json(run.predictions), "folds": run.folds.tolist()}
            for run in held_out.runs
        ],
    }


def _held_out(found: dict[str, Any]) -> HeldOutPredictions:
    runs = tuple(
        CrossValidation(run["seed"], _predictions(run["predictions"]), np.array(run["folds"], dtype=np.int64))
        for run in found["runs"]
    )
    return HeldOutPredictions(_predictions(found["predictions"]), found["set_on"], runs)


def _to_json(predictions: Predictions) -> dict[str, Any]:
    return {
        "patient_ids": list(predictions.patient_ids),
        "genes": list(predictions.genes),
        "probabilities": predictions.probabilities.tolist(),
        "labels": predictions.labels.tolist(),
    }


def _predictions(found: dict[str, Any]) -> Predictions:
    shape = (len(found["patient_ids"]), len(found["genes"]))
    return Predictions(
        tuple(found["patient_ids"]),
        tuple(found["genes"]),
        np.array(found["probabilities"], dtype=np.float64).reshape(shape),
        np.array(found["labels"], dtype=np.int8).reshape(shape),
    )
