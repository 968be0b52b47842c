"""What a user decides about a pretraining; what is not decided is the preset's."""

from dataclasses import dataclass, replace
from typing import Literal

from radiogene.ct.nine_views import view_names_of
from radiogene.errors import SettingsError
from radiogene.model.pretrained_folder import PretrainingKind
from radiogene.networks.backbones import INCEPTION_ATTENTION_RESNET
from radiogene.networks.presets import preset_named
from radiogene.training.fitting.optimisers import Optimiser
from radiogene.training.pretraining.schedule import pretraining_schedule_of
from radiogene.training.pretraining.settings import PretrainingSettings


@dataclass(frozen=True, kw_only=True)
class RequestedPretraining:
    """One pretraining as it is asked for.

    Attributes:
        columns: of a store's table, which say 1 or 0 of a nodule, to learn them; none for photographs.
        self_supervised: learn from a store's nodules without labels.
        views: of nodules; all planes where none is named. Slices that are thick along z speak for "axial" alone.
        fields_mm, window_hu: what the views show, as in training; the preset's where not set.
        preset: sizes and schedule of the network.
        backbone: the network that is pretrained; `radiogene describe` lists them.
        attention: false builds no masks.
        seed: of weights, split, order, augmentation and dropout.
        epochs: at most this many; the preset's where not set.
        learning_rate: of the optimiser, at the start; the preset's where not set.
        batch: images per step, or pairs of images where there are no labels; the preset's where not set.
        optimiser: "sgd" with momentum 0.9, or "adamw" with weight decay 0.01; the preset's where not set.
        failures: epochs in a row without a lower validation loss that are still borne; the preset's where not set.
        validation_share: share of each class, or of the patients, that chooses the epoch; the preset's where not set.
        smallest_side: of photographs: smallest side of a cut-out as a share of the image's; the preset's where not set.
    """

    columns: tuple[str, ...] = ()
    self_supervised: bool = False
    views: tuple[str, ...] = ()
    fields_mm: tuple[float, ...] | None = None
    window_hu: tuple[float, float] | None = None
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

    def __post_init__(self) -> None:
        if self.columns and self.self_supervised:
            raise SettingsError("`columns` are labels, and `self_supervised` learns without: leave one of them out.")
        if len(set(self.columns)) != len(self.columns):
            raise SettingsError(f"Found the `columns` {list(self.columns)}; wanted each once.")
        if self.kind == "photographs" and self.views:
            raise SettingsError(
                "Photographs have no `views`: give `columns` or `self_supervised`, and a store of nodules."
            )
        if self.kind != "photographs" and self.smallest_side is not None:
            raise SettingsError("`smallest_side` is of cut-outs of photographs; views of nodules are not cut out.")

    @property
    def kind(self) -> PretrainingKind:
        """What it is pretrained on."""
        return "ratings" if self.columns else "self-supervised" if self.self_supervised else "photographs"

    @property
    def settings(self) -> PretrainingSettings:
        """The settings with nothing left to the preset.

        Raises:
            SettingsError: a view that does not exist or is named twice.
        """
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
        sizes = preset_named(self.preset, self.backbone, self.fields_mm, self.window_hu)
        return PretrainingSettings(
            preset=self.preset,
            backbone=self.backbone,
            attention=self.attention,
            seed=self.seed,
            schedule=replace(schedule, **{name: value for name, value in asked.items() if value is not None}),  # type: ignore[arg-type]
            kind=self.kind,
            columns=self.columns,
            fields_mm=self.fields_mm,
            window_hu=self.window_hu,
            view_names=() if self.kind == "photographs" else view_names_of(self.views, sizes.fields_mm),
        )
