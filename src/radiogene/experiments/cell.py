"""One fit of one system in an experiment, and what it left: predictions for both cohorts, or why there are none."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.decision.decision import Decision
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.method_settings import MethodSettings


@dataclass(frozen=True)
class Cell:
    """What is fitted: equal cells of several tables are one fit.

    Attributes:
        method: name of the system.
        settings: of the fit.
    """

    method: str
    settings: MethodSettings

    def key(self, context: dict[str, Any]) -> str:
        """24 hexadecimal digits that name the cell among all of an experiment.

        Args:
            context: what else decides its result: fingerprints of both cohorts, versions.
        """
        content = {"method": self.method, "settings": self.settings.to_json(), "context": context}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]


@dataclass(frozen=True, eq=False)
class CellResult:
    """What a finished cell left.

    Attributes:
        cell: what was fitted.
        decision: thresholds (and calibration, identity unless asked otherwise), set on `unseen`.
        unseen: calibrated predictions for training patients by models that had not seen them.
        unseen_folds: (N,) fold of each of these patients; None where one part was held out.
        set_on: which predictions `unseen` are: "out-of-fold" or "inner validation".
        external: calibrated predictions for the external patients that have what the system needs.
        left_out: per cohort ("training", "external"), how many patients lack what the system needs.
        notes: what a reader of its row must know.
        seconds: of fitting and predicting.
        model: folder of the fitted system, relative to the experiment's.
    """

    cell: Cell
    decision: Decision
    unseen: Predictions
    unseen_folds: NDArray[np.int64] | None
    set_on: str
    external: Predictions
    left_out: dict[str, int]
    notes: tuple[str, ...]
    seconds: float
    model: str


@dataclass(frozen=True)
class CellFailure:
    """A cell without a result.

    Attributes:
        cell: what was to be fitted.
        reason: the refusal, word by word.
        seconds: until it came.
    """

    cell: Cell
    reason: str
    seconds: float


Outcome = CellResult | CellFailure
