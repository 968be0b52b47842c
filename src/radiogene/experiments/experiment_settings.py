"""Everything a user decides about an experiment; saved in its folder, and an experiment goes on with the same only."""

from dataclasses import dataclass, field, fields
from typing import Literal

from radiogene.decision.calibration import CalibrationKind
from radiogene.evaluation.net_benefit_difference import THRESHOLD_PROBABILITIES
from radiogene.methods.method_settings import NineViewTraining, PresetName
from radiogene.storage.typed_json import WRITTEN_IF_SET, JsonObject, to_json

GENES = ("EGFR", "KRAS")
"""The paper's tables are about these two."""

OF_REPORT_ALONE = ("prevalence", "threshold_probabilities")
"""Settings that no fit depends on: a finished experiment can be shown again with others."""


@dataclass(frozen=True, kw_only=True)
class ExperimentSettings(NineViewTraining):
    """One experiment.

    Attributes:
        preset: sizes of every network.
        folds: of the networks' cross-validation; 0 holds out one part for early stopping and thresholds. Where not set,
            5, and 0 at preset "tiny".
        nested_folds: of the outer cross-validation of everything that is no network.
        seed: of everything random.
        seeds: how many trainings of MMDL, with seeds that follow each other, show its spread.
        repeats: cross-validations of each system in tables of the training cohort, with seeds that follow each other.
        pretrained: folder of a pretrained network by backbone; what is not named starts from random weights.
        elimination_step: share of the features that recursive elimination drops in each round.
        calibration: of every system, fitted on its held-out predictions.
        permutations: of the labels, in the check that nothing leaks.
        accelerator: Lightning's name of the device.
        precision: Lightning's name of the arithmetic.
        accumulate: parts of a batch of a network on nine views, computed one after the other to save memory.
        recompute: compute maps of networks on nine views again instead of keeping them: less memory, more time.
        prevalence: per gene, a share of mutants at which the report gives predictive values, beside the cohorts' own.
        threshold_probabilities: at which differences of net benefit are given.
        allow_duplicates: go on although two patients are one; the report's manifest and every model then say so.
    """

    preset: PresetName = "small"
    folds: int | None = None
    nested_folds: int = 5
    seed: int = 0
    seeds: int = 3
    repeats: int = 3
    pretrained: dict[str, str] = field(default_factory=dict)
    elimination_step: float = 0.1
    calibration: CalibrationKind = CalibrationKind.IDENTITY
    permutations: int = 20
    accelerator: Literal["cpu", "gpu"] = "cpu"
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    accumulate: int = 1
    recompute: bool = False
    prevalence: dict[str, float] = field(default_factory=dict, metadata=WRITTEN_IF_SET)
    threshold_probabilities: tuple[float, ...] = THRESHOLD_PROBABILITIES
    allow_duplicates: bool = field(default=False, metadata=WRITTEN_IF_SET)

    @property
    def network_folds(self) -> int:
        """The folds of networks with the default of the preset."""
        if self.folds is not None:
            return self.folds
        return 0 if self.preset == "tiny" else 5

    @property
    def training(self) -> NineViewTraining:
        """How networks are trained."""
        return NineViewTraining(**{part.name: getattr(self, part.name) for part in fields(NineViewTraining)})

    def to_json(self) -> JsonObject:
        """The settings as plain JSON values."""
        return {**to_json(self), "folds": self.network_folds}

    @property
    def of_fits(self) -> JsonObject:
        """Those that a folder must be gone on with: without what the report alone follows."""
        return {name: value for name, value in self.to_json().items() if name not in OF_REPORT_ALONE}
