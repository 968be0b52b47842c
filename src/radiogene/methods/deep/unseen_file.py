"""The unseen predictions of a fit as JSON, and back, exactly."""

from typing import Any

import numpy as np

from radiogene.errors import WeightsError
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.method import Unseen

KEYS = {"patients", "genes", "probabilities", "labels", "set_on", "folds"}


def unseen_to_json(unseen: Unseen) -> dict[str, Any]:
    """The predictions as plain JSON values; they name patients."""
    found = unseen.predictions
    return {
        "patients": list(found.patient_ids),
        "genes": list(found.genes),
        "probabilities": found.probabilities.tolist(),
        "labels": found.labels.tolist(),
        "set_on": unseen.set_on,
        "folds": None if unseen.folds is None else unseen.folds.tolist(),
    }


def read_unseen(content: dict[str, Any]) -> Unseen:
    """The predictions that `unseen_to_json` described.

    Raises:
        WeightsError: other keys.
    """
    if set(content) != KEYS:
        raise WeightsError(f"Unseen predictions with the keys {sorted(content)}; expected {sorted(KEYS)}.")
    predictions = Predictions(
        tuple(content["patients"]),
        tuple(content["genes"]),
        np.array(content["probabilities"], dtype=np.float64),
        np.array(content["labels"], dtype=np.int8),
    )
    folds = content["folds"]
    return Unseen(predictions, content["set_on"], None if folds is None else np.array(folds, dtype=np.int64))
