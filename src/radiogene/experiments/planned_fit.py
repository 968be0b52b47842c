"""One fit of one system in an experiment, and what it left: predictions for both cohorts, or why there are none."""

import hashlib
import json
from dataclasses import dataclass

from radiogene.decision.decision import Decision
from radiogene.evaluation.held_out import HeldOutPredictions
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.method_settings import MethodSettings
from radiogene.storage.typed_json import JsonObject, to_json


@dataclass(frozen=True)
class PlannedFit:
    """What is fitted: equal fits of several tables are one fit.

    Attributes:
        method: name of the system.
        settings: of the fit.
        held_out_only: True for a cross-validation of training patients that is a repeat of another fit's; it is never
            asked about external patients, and leaves no system.
        shuffled: seed by which the training patients' labels are shuffled, to show that nothing leaks; such a fit is
            never asked about external patients. None leaves the labels as they are.
    """

    method: str
    settings: MethodSettings
    shuffled: int | None = None
    held_out_only: bool = False

    @property
    def asks_external(self) -> bool:
        """True where the fitted system predicts external patients."""
        return self.shuffled is None and not self.held_out_only

    def to_json(self) -> JsonObject:
        """The fit as plain JSON values."""
        repeat: JsonObject = {"held_out_only": True} if self.held_out_only else {}
        return {"method": self.method, "settings": to_json(self.settings), "shuffled": self.shuffled, **repeat}

    def key(self, context: JsonObject) -> str:
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
        decision: thresholds (and calibration, identity unless asked otherwise), set on `held_out`.
        held_out: predictions, not calibrated, for training patients by models that had not seen them.
        external: calibrated predictions for the external patients that have what the system needs; of nobody where the
            labels were shuffled, or a cross-validation was repeated.
        left_out: per cohort ("training", "external"), how many patients lack what the system needs.
        notes: what a reader of its row must know.
        seconds: of fitting and predicting.
        model: folder of the fitted system, relative to the experiment's.
    """

    fit: PlannedFit
    decision: Decision
    held_out: HeldOutPredictions
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
