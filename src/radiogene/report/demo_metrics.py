"""The demonstration's figures: the content of its `metrics.json`, and what its page and its text show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from radiogene.evaluation.added_value import AddedValue
from radiogene.evaluation.evaluation import EvaluationReport
from radiogene.storage.typed_json import JsonObject, to_json

if TYPE_CHECKING:
    from radiogene.training.fitting.fit import FitOutcome

BySystem = Mapping[str, float]
"""An AUC per system."""


@dataclass(frozen=True)
class LabelCounts:
    """Patients of a site by the status of one gene."""

    mutant: int
    wild_type: int
    unknown: int

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        return {"mutant": self.mutant, "wild type": self.wild_type, "unknown": self.unknown}


@dataclass(frozen=True)
class DemoSite:
    """One synthetic site.

    Attributes:
        patients: of the site.
        nodules: of the patients.
        labels: per gene.
    """

    patients: int
    nodules: int
    labels: Mapping[str, LabelCounts]

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        labels = {gene: counts.to_json() for gene, counts in self.labels.items()}
        return {"patients": self.patients, "nodules": self.nodules, "labels": labels}


RangeBySystem = Mapping[str, tuple[float, float]]
"""The middle 95% of an AUC per system."""


@dataclass(frozen=True)
class DemoMetrics:
    """What the demonstration made, and how well it went.

    Attributes:
        synthetic: True: no figure says anything about patients.
        seed: of everything.
        preset: of the networks.
        sites: by name.
        external: per system, its evaluation on site B.
        training: stages of the system with image and clinical values, without their histories.
        settings: of the demonstration, plain JSON values.
        versions: of the libraries.
        ceiling: per gene and system, the best AUC there can be.
        ceiling_draws: that the ceiling rests on.
        ceiling_on_these_patients: the same on the patients of site B.
        ceiling_range: between which AUCs chance puts the exact probability in 95% of cohorts with as many mutants and
            wild types; empty for a gene that lacks either.
        added_value: per gene, what the image adds to age, sex and smoking at site B, on the same patients.
        seconds: per step.
        peak_memory_mb: in MiB, of the largest process.
    """

    synthetic: bool
    seed: int
    preset: str
    sites: Mapping[str, DemoSite]
    external: Mapping[str, EvaluationReport]
    training: "tuple[FitOutcome, ...]"
    settings: JsonObject
    versions: Mapping[str, str]
    ceiling: Mapping[str, BySystem]
    ceiling_draws: int
    ceiling_on_these_patients: Mapping[str, BySystem]
    ceiling_range: Mapping[str, RangeBySystem]
    added_value: Mapping[str, AddedValue]
    seconds: Mapping[str, float]
    peak_memory_mb: float

    def to_json(self) -> JsonObject:
        """The content of `metrics.json`."""
        return {
            "synthetic": self.synthetic,
            "seed": self.seed,
            "preset": self.preset,
            "sites": {name: site.to_json() for name, site in self.sites.items()},
            "external": {system: report.to_json() for system, report in self.external.items()},
            "training": to_json(self.training),
            "settings": self.settings,
            "versions": self.versions,
            "ceiling": self.ceiling,
            "ceiling_draws": self.ceiling_draws,
            "ceiling_on_these_patients": self.ceiling_on_these_patients,
            "ceiling_range": to_json(self.ceiling_range),
            "added_value": {gene: added.to_json() for gene, added in self.added_value.items()},
            "seconds": self.seconds,
            "peak_memory_mb": self.peak_memory_mb,
        }
