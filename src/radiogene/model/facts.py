"""What every model folder says of its model in `settings.json`, whatever the system."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from radiogene.ct.preparation import PreparationSettings
from radiogene.errors import WeightsError
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.storage.typed_json import from_json, to_json

FORMAT = 2
"""1 had one form for MMDL, which is still read, and another for every compared system, which is not."""


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What a prediction and an evaluation must know of a model.

    Attributes:
        method: name of the system, as `radiogene methods` lists it.
        genes: G names, the order of every gene axis.
        columns: of the table, that it reads.
        preparation: settings of the cubes that it was trained on.
        preparation_hash: their fingerprint; other cubes are refused.
        training_ranges: lowest and highest value over the training nodules of what a new case is compared with:
            `age_years`, `slice_spacing_mm`, `pixel_spacing_mm`, `extent_mm`.
        nodule_rule: whose probability a patient with several nodules gets; the thresholds were set by it.
        synthetic: True where any training patient was synthetic.
    """

    method: str
    genes: tuple[str, ...]
    columns: tuple[str, ...]
    preparation: PreparationSettings
    preparation_hash: str
    training_ranges: dict[str, tuple[float, float]]
    nodule_rule: NoduleRule
    synthetic: bool

    def require_preparation(self, preparation_hash: str) -> None:
        """Refuse cubes that were prepared otherwise than the model's own.

        Raises:
            WeightsError: another fingerprint.
        """
        own = self.preparation_hash
        if preparation_hash != own:
            raise WeightsError(
                f"These cubes were prepared otherwise ({preparation_hash[:12]}) than those of the model ({own[:12]}). "
                "Prepare them with the version of radiogene that trained the model (manifest.json), or train again."
            )

    def common(self) -> dict[str, Any]:
        """The facts that every system has, by name."""
        return {field.name: getattr(self, field.name) for field in fields(ModelFacts)}

    def own_json(self) -> dict[str, Any]:
        """What the system itself adds, as plain JSON values."""
        return {}

    @classmethod
    def of_own(cls, common: Mapping[str, Any], own: Mapping[str, Any], where: Path) -> Self:
        """The facts of a system, from those that all have and from what `own_json` wrote.

        Raises:
            WeightsError: what is added is not what the system adds.
        """
        if own:
            raise WeightsError(f"{where}: unknown keys {sorted(own)}. Use the version of radiogene that wrote it.")
        return cls(**common)

    def to_json(self) -> dict[str, Any]:
        """The content of `settings.json`."""
        common = {name: to_json(value) for name, value in self.common().items()}
        return {"format": FORMAT, **common, **self.own_json()}


COMMON = tuple(field.name for field in fields(ModelFacts))


def common_facts(content: Mapping[str, Any], where: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts that every system has, by name, and the rest of what `settings.json` holds.

    Args:
        content: of the file.
        where: the file, for messages.

    Raises:
        WeightsError: another format, or a fact that is missing or of another type.
    """
    if content.get("format") != FORMAT:
        raise WeightsError(
            f"{where.name} has format {content.get('format')!r}; this version reads formats 1 (MMDL) and {FORMAT}. "
            "Use the version of radiogene that its manifest.json names, or train again."
        )
    own = {name: value for name, value in content.items() if name not in (*COMMON, "format")}
    common = {name: content[name] for name in COMMON if name in content}
    return from_json(ModelFacts, common, where=where.name, error=WeightsError).common(), own
