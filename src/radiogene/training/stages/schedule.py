"""How long, how fast and with which optimiser each stage trains."""

from dataclasses import dataclass, replace
from typing import Literal

from radiogene.errors import SettingsError
from radiogene.training.fitting.optimisers import WEIGHT_DECAY, Optimiser, cosine

Shift = tuple[float, float]
"""Translation of a view in mm, along (row, column)."""


@dataclass(frozen=True)
class StageSchedule:
    """One stage of training.

    Attributes:
        epochs: at most this many; 0 leaves the stage out.
        learning_rate: of the optimiser; falls to a hundredth along half a cosine over the epochs.
        patience: epochs without a lower validation loss after which the stage stops.
        optimiser: "sgd" with momentum 0.9, or "adamw" with weight decay.
        weight_decay: of "adamw".
        kept_epoch: "best", the one with the lowest validation loss, or "last": of few validation patients the loss says
            little, and at the end of a falling rate one epoch is as good as the next.
    """

    epochs: int
    learning_rate: float
    patience: int
    optimiser: Optimiser = "sgd"
    weight_decay: float = WEIGHT_DECAY
    kept_epoch: Literal["best", "last"] = "best"

    def learning_rate_at(self, epoch: int) -> float:
        """The learning rate of an epoch, a function of nothing else, so that a resumed stage has the same."""
        return cosine(self.learning_rate, epoch, self.epochs)


@dataclass(frozen=True)
class TrainingSchedule:
    """The stages of a training, in order (paper, sections "Deep learning model" and "Multi-model fusion").

    Attributes:
        branches: the branches alone, over the features of a pretrained, frozen network; left out where nothing is
            pretrained, because the features of random weights are not worth fitting to.
        branch_shifts_mm: translations at which those features are computed, each in all 8 flips and turns; the first is
            none at all.
        all_layers: every layer, each view by its own branches' loss.
        fusion: every layer and the fusion weights, by the fused probability's loss.
        batch_patients: patients per step (each with all its views).
        trunk_share: of the epochs of `all_layers`, those that a network with random weights first spends without its
            masks; the last epoch always has them.
        validation_share: share of the patients that sets early stopping.
    """

    branches: StageSchedule
    branch_shifts_mm: tuple[Shift, ...]
    all_layers: StageSchedule
    fusion: StageSchedule
    batch_patients: int
    trunk_share: float = 0.0
    validation_share: float = 0.2

    @property
    def trunk(self) -> StageSchedule:
        """The epochs of `all_layers` before the masks join, as a stage of their own."""
        whole = self.all_layers.epochs
        return replace(self.all_layers, epochs=max(0, min(round(self.trunk_share * whole), whole - 1)))

    @property
    def with_masks(self) -> StageSchedule:
        """The epochs of `all_layers` after `trunk`."""
        return replace(self.all_layers, epochs=self.all_layers.epochs - self.trunk.epochs)

    def with_optimiser(self, optimiser: Optimiser) -> "TrainingSchedule":
        """The same stages with another optimiser."""
        branches, all_layers, fusion = (
            replace(stage, optimiser=optimiser) for stage in (self.branches, self.all_layers, self.fusion)
        )
        return replace(self, branches=branches, all_layers=all_layers, fusion=fusion)


NO_SHIFT: Shift = (0.0, 0.0)

TRUNK_SHARE = 2 / 3
"""Masks that multiply what has not learnt yet keep it from learning (`docs/explanation/attention.md`)."""

SCHEDULES: dict[str, TrainingSchedule] = {
    # DEVIATION: the paper gives SGD, batches of 16, a rate of 0.001, 100 epochs and 5 failures for its pretraining, and
    # nothing for what follows it; that the same holds there is ours.
    "paper": TrainingSchedule(
        branches=StageSchedule(100, 0.001, 5),
        branch_shifts_mm=(NO_SHIFT, (2.0, 3.0), (-3.0, -2.0)),
        all_layers=StageSchedule(100, 0.001, 5),
        fusion=StageSchedule(100, 0.001, 5),
        batch_patients=16,
    ),
    "small": TrainingSchedule(
        branches=StageSchedule(30, 0.001, 8, "adamw"),
        branch_shifts_mm=(NO_SHIFT, (2.0, 3.0)),
        all_layers=StageSchedule(30, 0.001, 30, "adamw", kept_epoch="last"),
        fusion=StageSchedule(5, 0.0003, 5, "adamw"),
        batch_patients=16,
        trunk_share=TRUNK_SHARE,
    ),
    "tiny": TrainingSchedule(
        branches=StageSchedule(20, 0.001, 8, "adamw"),
        branch_shifts_mm=(NO_SHIFT, (2.0, 3.0)),
        all_layers=StageSchedule(30, 0.003, 30, "adamw", kept_epoch="last"),
        fusion=StageSchedule(2, 0.0005, 2, "adamw"),
        batch_patients=16,
        trunk_share=TRUNK_SHARE,
    ),
}


def schedule_of(preset: str) -> TrainingSchedule:
    """The schedule that belongs to a preset.

    Raises:
        SettingsError: no such preset.
    """
    if preset not in SCHEDULES:
        raise SettingsError(f"There is no training schedule {preset!r}; there are {', '.join(SCHEDULES)}.")
    return SCHEDULES[preset]
