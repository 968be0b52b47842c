"""Everything a user decides about an experiment; saved in its folder, and an experiment goes on with the same only."""

from dataclasses import asdict, dataclass, field
from typing import Any

from radiogene.decision.calibration import CalibrationKind

GENES = ("EGFR", "KRAS")
"""The paper's tables are about these two."""


@dataclass(frozen=True)
class ExperimentSettings:
    """One experiment.

    Attributes:
        preset: sizes of every network.
        folds: of the networks' cross-validation; 0 holds out one part for early stopping and thresholds.
        nested_folds: of the outer cross-validation of everything that is no network.
        seed: of everything random.
        seeds: how many trainings of MMDL, with seeds that follow each other, show its spread.
        epochs: of a network's main stage; the preset's where None.
        pretrained: folder of a pretrained network by backbone; what is not named starts from random weights.
        elimination_step: share of the features that recursive elimination drops in each round.
        calibration: of every system, fitted on its unseen predictions.
        permutations: of the labels, in the check that nothing leaks.
        accelerator: Lightning's name of the device.
        precision: Lightning's name of the arithmetic.
    """

    preset: str = "small"
    folds: int = 5
    nested_folds: int = 5
    seed: int = 0
    seeds: int = 1
    epochs: int | None = None
    pretrained: dict[str, str] = field(default_factory=dict)
    elimination_step: float = 0.1
    calibration: CalibrationKind = CalibrationKind.IDENTITY
    permutations: int = 20
    accelerator: str = "cpu"
    precision: str = "32-true"

    def to_json(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return {**asdict(self), "calibration": self.calibration.value}
