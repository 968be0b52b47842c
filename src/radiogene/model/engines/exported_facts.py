"""What an export depends on besides the weights: the network's sizes, and how its images are made."""

from dataclasses import dataclass

from radiogene.ct.nine_views import ViewSampling
from radiogene.model.nine_view_facts import NineViewFacts
from radiogene.networks.presets import Preset
from radiogene.networks.standardisation import Standardisation


@dataclass(frozen=True)
class ExportedFacts:
    """What must be the model's own where an export of it is used.

    Genes, clinical values, thresholds and calibration are not among them: they belong to what PyTorch computes.

    Attributes:
        preset, attention, view_names, view_sampling, preparation_hash: as in `NineViewFacts`.
        standardisation: of each member.
    """

    preset: Preset
    attention: bool
    view_names: tuple[str, ...]
    view_sampling: ViewSampling
    preparation_hash: str
    standardisation: tuple[Standardisation, ...]


def exported_facts(facts: NineViewFacts) -> ExportedFacts:
    """What an export of the model depends on besides the weights."""
    return ExportedFacts(
        facts.preset,
        facts.attention,
        facts.view_names,
        facts.view_sampling,
        facts.preparation_hash,
        tuple(member.standardisation for member in facts.members),
    )
