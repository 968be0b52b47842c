"""How long, how fast and with which optimiser each stage trains."""

from dataclasses import dataclass
from typing import Literal

from radiogene.errors import SettingsError


@dataclass(frozen=True)
class StageSchedule:
    """One stage of training.

    Attributes:
        epochs: at most this many; 0 leaves the stage out.
        learning_rate: of the optimiser; falls to a hundredth along half a cosine over the epochs.
        patience: epochs without a lower validation loss after which the stage stops.
        optimiser: "sgd" with momentum 0.9, or "adamw" with weight decay 0.01.
    """

    epochs: int
    learning_rate: float
    patience: int
    optimiser: Literal["sgd", "adamw"] = "sgd"


@dataclass(frozen=True)
class TrainingSchedule:
    """The stages of a training, in order (paper, sections "Deep learning model" and "Multi-model fusion").

    Attributes:
        all_layers: every layer, each view by its own branches' loss.
        fusion: every layer and the fusion weights, by the fused probability's loss.
        batch_patients: patients per step (each with all its views).
        validation_share: share of the patients that sets early stopping.
    """

    all_layers: StageSchedule
    fusion: StageSchedule
    batch_patients: int
    validation_share: float = 0.2


SCHEDULES: dict[str, TrainingSchedule] = {
    # Paper: SGD, batch 16, learning rate 0.001, at most 100 epochs, stop after 5 epochs without improvement.
    "paper": TrainingSchedule(
        all_layers=StageSchedule(100, 0.001, 5),
        fusion=StageSchedule(100, 0.001, 5),
        batch_patients=16,
    ),
    "small": TrainingSchedule(
        all_layers=StageSchedule(30, 0.001, 8, "adamw"),
        fusion=StageSchedule(15, 0.0003, 5, "adamw"),
        batch_patients=16,
    ),
    "tiny": TrainingSchedule(
        all_layers=StageSchedule(12, 0.003, 12, "adamw"),
        fusion=StageSchedule(2, 0.0005, 2, "adamw"),
        batch_patients=8,
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
