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
class PlannedFit:
    """What is fitted: equal fits of several tables are one fit.

    Attributes:
        method: name of the system.
        settings: of the fit.
        shuffled: seed by which the training patients' labels are shuffled, to show that nothing leaks; such a fit is
            never asked about external patients. None leaves the labels as they are.
    """

    method: str
    settings: MethodSettings
    shuffled: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The fit as plain JSON values."""
        return {"method": self.method, "settings": self.settings.to_json(), "shuffled": self.shuffled}

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "PlannedFit":
        """The fit that `to_json` wrote."""
        return cls(found["method"], MethodSettings.from_json(found["settings"]), found["shuffled"])

    def key(self, context: dict[str, Any]) -> str:
        """24 hexadecimal digits that name the fit among all of an experiment.

        Args:
            context: what else decides its result: fingerprints of both cohorts, versions.
        """
        content = {**self.to_json(), "context": context}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]


@dataclass(frozen=True, eq=False)
class FitResult:
    """What a finished fit left.

    Attributes:
        fit: what was fitted.
        decision: thresholds (and calibration, identity unless asked otherwise), set on `unseen`.
        unseen: predictions, not calibrated, for training patients by models that had not seen them.
        unseen_folds: (N,) fold of each of these patients; None where one part was held out.
        set_on: which predictions `unseen` are: "out-of-fold" or "inner validation".
        external: calibrated predictions for the external patients that have what the system needs; of nobody where the
            labels were shuffled.
        left_out: per cohort ("training", "external"), how many patients lack what the system needs.
        notes: what a reader of its row must know.
        seconds: of fitting and predicting.
        model: folder of the fitted system, relative to the experiment's.
    """

    fit: PlannedFit
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
class FitFailure:
    """A fit without a result.

    Attributes:
        fit: what was to be fitted.
        reason: the refusal, word by word.
        seconds: until it came.
    """

    fit: PlannedFit
    reason: str
    seconds: float


Outcome = FitResult | FitFailure
