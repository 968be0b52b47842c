"""What a user decides about a pretraining; what is not decided is the preset's."""

from dataclasses import dataclass, replace
from typing import Literal

from radiogene.networks.backbones import INCEPTION_ATTENTION_RESNET
from radiogene.training.fitting.optimisers import Optimiser
from radiogene.training.pretraining.schedule import pretraining_schedule_of
from radiogene.training.pretraining.settings import PretrainingSettings


@dataclass(frozen=True, kw_only=True)
class RequestedPretraining:
    """One pretraining as it is asked for.

    Attributes:
        preset: sizes and schedule of the network.
        backbone: the network that is pretrained; `radiogene describe` lists them.
        attention: false builds no masks.
        seed: of weights, split, order, augmentation and dropout.
        epochs: at most this many; the preset's where not set.
        learning_rate: of the optimiser, at the start; the preset's where not set.
        batch: images per step; the preset's where not set.
        optimiser: "sgd" with momentum 0.9, or "adamw" with weight decay 0.01; the preset's where not set.
        failures: epochs in a row without a lower validation loss that are still borne; the preset's where not set.
        validation_share: share of each class that stops the training; the preset's where not set.
        smallest_side: smallest side of a cut-out as a share of the image's; the preset's where not set.
    """

    preset: Literal["paper", "small", "tiny"] = "small"
    backbone: str = INCEPTION_ATTENTION_RESNET
    attention: bool = True
    seed: int = 0
    epochs: int | None = None
    learning_rate: float | None = None
    batch: int | None = None
    optimiser: Optimiser | None = None
    failures: int | None = None
    validation_share: float | None = None
    smallest_side: float | None = None

    @property
    def settings(self) -> PretrainingSettings:
        """The settings with nothing left to the preset."""
        asked = {
            "epochs": self.epochs,
            "learning_rate": self.learning_rate,
            "batch_images": self.batch,
            "optimiser": self.optimiser,
            "failures": self.failures,
            "validation_share": self.validation_share,
            "smallest_side": self.smallest_side,
        }
        schedule = pretraining_schedule_of(self.preset)
        return PretrainingSettings(
            preset=self.preset,
            backbone=self.backbone,
            attention=self.attention,
            seed=self.seed,
            schedule=replace(schedule, **{name: value for name, value in asked.items() if value is not None}),  # type: ignore[arg-type]
        )
