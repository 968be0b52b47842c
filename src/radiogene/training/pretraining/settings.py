"""Everything a user decides about a pretraining; saved in its manifest."""

from dataclasses import dataclass, field

from radiogene.model.pretrained_folder import PretrainingKind
from radiogene.networks.backbones import INCEPTION_ATTENTION_RESNET
from radiogene.networks.presets import Preset, preset_named
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.pretraining.schedule import PretrainingSchedule, pretraining_schedule_of


@dataclass(frozen=True)
class PretrainingSettings:
    """One pretraining.

    Attributes:
        preset: sizes of the network.
        backbone: the network that is pretrained.
        attention: False builds no masks.
        seed: of weights, split, order, augmentation and dropout.
        schedule: how long and how fast.
        kind: what it is pretrained on.
        columns: that rate nodules, of the kind `ratings`.
        view_names: views of nodules; none where it is pretrained on photographs.
        fields_mm, window_hu: of `Preset`, in place of the preset's own; None for those.
    """

    preset: str = "small"
    backbone: str = INCEPTION_ATTENTION_RESNET
    attention: bool = True
    seed: int = 0
    schedule: PretrainingSchedule = field(default_factory=lambda: pretraining_schedule_of("small"))
    kind: PretrainingKind = "photographs"
    columns: tuple[str, ...] = ()
    view_names: tuple[str, ...] = ()
    fields_mm: tuple[float, ...] | None = None
    window_hu: tuple[float, float] | None = None

    @property
    def sizes(self) -> Preset:
        """The preset with its backbone."""
        return preset_named(self.preset, self.backbone, self.fields_mm, self.window_hu)

    def to_json(self) -> JsonObject:
        """The settings as plain JSON values."""
        return to_json(self)
