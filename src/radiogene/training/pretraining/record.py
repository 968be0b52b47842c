"""How a pretrained network was made, as its manifest and its card say it."""

from dataclasses import dataclass

from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.fitting.fit import FitOutcome
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.pretraining.settings import PretrainingSettings
from radiogene.training.pretraining.task import Evidence


@dataclass(frozen=True)
class PretrainingRecord:
    """How a network was pretrained.

    Attributes:
        settings: of the pretraining.
        options: how it ran.
        evidence: what it rests on, and how well it learnt.
        fit: how it went.
        seconds: of all of it.
    """

    settings: PretrainingSettings
    options: RunOptions
    evidence: Evidence
    fit: FitOutcome
    seconds: float

    def to_json(self) -> JsonObject:
        """The manifest without versions and hashes, as plain JSON values."""
        return {
            "settings": self.settings.to_json(),
            "run": self.options.to_json(),
            **self.evidence.to_json(),
            "fit": to_json(self.fit.without_history),
            "seconds": self.seconds,
        }
