"""What the folder of a deep system says of it beyond the facts of every model."""

from dataclasses import dataclass

from radiogene.errors import WeightsError
from radiogene.methods.deep.patient_images import PixelScaling
from radiogene.methods.deep.patient_values import FittedValues
from radiogene.methods.method_settings import PresetName
from radiogene.model.facts import ModelFacts
from radiogene.training.fitting.fit import FitOutcome


@dataclass(frozen=True)
class DeepMemberSettings:
    """What was fitted on one network's own training patients, besides its weights.

    Attributes:
        scaling: of its images.
        values: coding of what joins.
        outcome: how its fit went.
    """

    scaling: PixelScaling
    values: FittedValues
    outcome: FitOutcome


@dataclass(frozen=True, kw_only=True)
class DeepFacts(ModelFacts):
    """What predicts, beside the weights.

    Attributes:
        preset: sizes of the network.
        members: what was fitted beside the weights of each.

    Raises:
        WeightsError: no member.
    """

    preset: PresetName
    members: tuple[DeepMemberSettings, ...]

    def __post_init__(self) -> None:
        if not self.members:
            raise WeightsError("Found no member; wanted one or more.")
