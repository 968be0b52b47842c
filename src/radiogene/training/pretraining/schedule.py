"""How long, how fast and with which optimiser each preset is pretrained."""

from dataclasses import dataclass

from radiogene.errors import SettingsError
from radiogene.training.fitting.optimisers import Optimiser, cosine


@dataclass(frozen=True)
class PretrainingSchedule:
    """One pretraining.

    Attributes:
        epochs: at most this many.
        learning_rate: of the optimiser.
        batch_images: images per step.
        optimiser: "sgd" with momentum 0.9, or "adamw" with weight decay 0.01.
        falling: True lets the learning rate fall to a hundredth along half a cosine over the epochs.
        validation_share: share of each class that stops the training.
        failures: epochs in a row without a lower validation loss that are still borne.
        smallest_side: see `ImageAugmentation`.
    """

    epochs: int = 100
    learning_rate: float = 0.001
    batch_images: int = 16
    optimiser: Optimiser = "sgd"
    falling: bool = False
    validation_share: float = 0.1
    failures: int = 5
    smallest_side: float = 0.7

    def learning_rate_at(self, epoch: int) -> float:
        """The learning rate of an epoch, a function of nothing else, so that a resumed training has the same."""
        return cosine(self.learning_rate, epoch, self.epochs) if self.falling else self.learning_rate


PRETRAINING_SCHEDULES: dict[str, PretrainingSchedule] = {
    # Paper: SGD, batch 16, learning rate 0.001, at most 100 epochs, 10% for validation, more than 5 failures.
    "paper": PretrainingSchedule(),
    # DEVIATION: on a CPU a hundred epochs at a rate of 0.001 are days. The smaller presets are pretrained by AdamW at a
    # higher, falling rate.
    "small": PretrainingSchedule(
        epochs=20, learning_rate=0.002, batch_images=32, optimiser="adamw", falling=True, failures=10
    ),
    "tiny": PretrainingSchedule(
        epochs=30, learning_rate=0.003, batch_images=32, optimiser="adamw", falling=True, failures=10
    ),
}


def pretraining_schedule_of(preset: str) -> PretrainingSchedule:
    """The pretraining schedule that belongs to a preset.

    Raises:
        SettingsError: no such preset.
    """
    if preset not in PRETRAINING_SCHEDULES:
        raise SettingsError(
            f"There is no pretraining schedule {preset!r}; there are {', '.join(PRETRAINING_SCHEDULES)}."
        )
    return PRETRAINING_SCHEDULES[preset]
