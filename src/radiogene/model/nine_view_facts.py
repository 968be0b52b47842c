"""What the folder of a nine-view network says of it beyond the facts of every model: sizes, views, scaling."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.ct.nine_views import ViewSampling
from radiogene.errors import WeightsError
from radiogene.model.facts import ModelFacts
from radiogene.model.preset_json import preset_from_json, preset_to_json
from radiogene.networks.gene_branch import ClinicalEntry
from radiogene.networks.presets import Preset
from radiogene.networks.standardisation import Standardisation


@dataclass(frozen=True)
class MemberSettings:
    """What was fitted on one member's own training patients, besides its weights.

    Attributes:
        standardisation: of Hounsfield units.
        clinical: coding of age, sex, smoking and any further column; no columns for an image-only model.
    """

    standardisation: Standardisation
    clinical: ClinicalEncoder

    def to_json(self) -> dict[str, Any]:
        """The member's settings as plain JSON values."""
        return {"standardisation": asdict(self.standardisation), "clinical": self.clinical.to_json()}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "MemberSettings":
        """The settings that `to_json` wrote."""
        return cls(Standardisation(**content["standardisation"]), ClinicalEncoder.from_json(content["clinical"]))


@dataclass(frozen=True, kw_only=True)
class NineViewFacts(ModelFacts):
    """Everything needed to build the network and to prepare its input.

    Attributes:
        preset: all sizes of the network.
        attention: False where the masks are switched off (Figures 11 and 12).
        view_names: the views in the network's order.
        view_sampling: how diagonals fill an image.
        clinical_at: where clinical values join a branch.
        members: one for a single model, several for an ensemble.
        view_weights: per gene, the share of each view in the decision; sums to 1 (`method.md` section 4).
    """

    preset: Preset
    attention: bool
    view_names: tuple[str, ...]
    view_sampling: ViewSampling
    clinical_at: ClinicalEntry
    members: tuple[MemberSettings, ...]
    view_weights: dict[str, dict[str, float]]

    @property
    def has_masks(self) -> bool:
        """True where attention masks take part."""
        return self.attention and self.preset.has_masks

    def own_json(self) -> dict[str, Any]:
        """What a nine-view network adds, as plain JSON values."""
        return {
            "preset": preset_to_json(self.preset),
            "attention": self.attention,
            "view_names": list(self.view_names),
            "view_sampling": self.view_sampling.value,
            "clinical_at": self.clinical_at.value,
            "members": [member.to_json() for member in self.members],
            "view_weights": self.view_weights,
        }

    @classmethod
    def of_own(cls, common: Mapping[str, Any], own: Mapping[str, Any], where: Path) -> Self:
        """See `ModelFacts.of_own`."""
        expected = {
            "preset",
            "attention",
            "view_names",
            "view_sampling",
            "clinical_at",
            "members",
            "view_weights",
        }
        if set(own) != expected:
            unknown, missing = sorted(set(own) - expected), sorted(expected - set(own))
            raise WeightsError(f"{where.name}: unknown keys {unknown}, missing keys {missing}.")
        return cls(
            **common,
            preset=preset_from_json(own["preset"]),
            attention=own["attention"],
            view_names=tuple(own["view_names"]),
            view_sampling=ViewSampling(own["view_sampling"]),
            clinical_at=ClinicalEntry(own["clinical_at"]),
            members=tuple(MemberSettings.from_json(member) for member in own["members"]),
            view_weights=own["view_weights"],
        )
