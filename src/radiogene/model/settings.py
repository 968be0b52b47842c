"""What a model folder says about its network and its input: `settings.json`."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.ct.nine_views import ViewSampling
from radiogene.errors import WeightsError
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.model.preset_json import preset_from_json, preset_to_json
from radiogene.networks.presets import Preset
from radiogene.networks.standardisation import Standardisation

FORMAT = 1


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


@dataclass(frozen=True)
class ModelSettings:
    """Everything needed to build the network and to prepare its input.

    Attributes:
        preset: all sizes of the network.
        genes: names in the order of the network's outputs.
        attention: False where the masks are switched off (Figures 11 and 12).
        view_names: the views in the network's order.
        view_sampling: how diagonals fill an image.
        preparation: settings of the cubes it was trained on.
        preparation_hash: their fingerprint; other cubes are refused.
        members: one for a single model, several for an ensemble.
        view_weights: per gene, the share of each view in the decision; sums to 1 (`method.md` section 4).
        training_ranges: lowest and highest value over the training nodules of what a new case is compared with:
            `age_years`, `slice_spacing_mm`, `pixel_spacing_mm`, `extent_mm`.
        nodule_rule: whose probability a patient with several nodules gets; the thresholds were set by it.
        synthetic: True where any training patient was synthetic.
    """

    preset: Preset
    genes: tuple[str, ...]
    attention: bool
    view_names: tuple[str, ...]
    view_sampling: ViewSampling
    preparation: dict[str, Any]
    preparation_hash: str
    members: tuple[MemberSettings, ...]
    view_weights: dict[str, dict[str, float]]
    training_ranges: dict[str, tuple[float, float]]
    nodule_rule: NoduleRule
    synthetic: bool

    def to_json(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return {
            "format": FORMAT,
            "preset": preset_to_json(self.preset),
            "genes": list(self.genes),
            "attention": self.attention,
            "view_names": list(self.view_names),
            "view_sampling": self.view_sampling.value,
            "preparation": self.preparation,
            "preparation_hash": self.preparation_hash,
            "members": [member.to_json() for member in self.members],
            "view_weights": self.view_weights,
            "training_ranges": {name: list(limits) for name, limits in self.training_ranges.items()},
            "nodule_rule": self.nodule_rule.value,
            "synthetic": self.synthetic,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "ModelSettings":
        """The settings read from `settings.json`.

        Raises:
            WeightsError: another format, an unknown key or a missing one.
        """
        if content.get("format") != FORMAT:
            raise WeightsError(
                f"settings.json has format {content.get('format')!r}; this version reads format {FORMAT}. "
                "Use the version of radiogene that its manifest.json names, or train again."
            )
        expected = {"format", *(field.name for field in fields(cls))}
        if set(content) != expected:
            unknown, missing = sorted(set(content) - expected), sorted(expected - set(content))
            raise WeightsError(f"settings.json: unknown keys {unknown}, missing keys {missing}.")
        return cls(
            preset=preset_from_json(content["preset"]),
            genes=tuple(content["genes"]),
            attention=content["attention"],
            view_names=tuple(content["view_names"]),
            view_sampling=ViewSampling(content["view_sampling"]),
            preparation=content["preparation"],
            preparation_hash=content["preparation_hash"],
            members=tuple(MemberSettings.from_json(member) for member in content["members"]),
            view_weights=content["view_weights"],
            training_ranges={name: (low, high) for name, (low, high) in content["training_ranges"].items()},
            nodule_rule=NoduleRule(content["nodule_rule"]),
            synthetic=content["synthetic"],
        )
