"""What every model folder says of its model in `settings.json`, whatever the system."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

from radiogene.ct.preparation import PreparationSettings
from radiogene.errors import WeightsError
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.storage.typed_json import JsonObject, from_json, to_json

FORMAT = 2
"""1 had one form for MMDL, which is still read, and another for every compared system, which is not."""


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What a prediction and an evaluation must know of a model.

    Attributes:
        method: name of the system, as `radiogene methods` lists it.
        genes: G names, the order of every gene axis.
        columns: of the table, that it reads.
        preparation: settings of the cubes that it was trained on; None of a system that reads none.
        preparation_hash: their fingerprint, other cubes are refused; empty of a system that reads none.
        training_ranges: lowest and highest value over the training nodules of what a new case is compared with:
            `age_years`, `slice_spacing_mm`, `pixel_spacing_mm`, `extent_mm`.
        nodule_rule: whose probability a patient with several nodules gets; the thresholds were set by it.
        synthetic: True where any training patient was synthetic.
    """

    method: str
    genes: tuple[str, ...]
    columns: tuple[str, ...]
    preparation: PreparationSettings | None
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

    def to_json(self) -> JsonObject:
        """The content of `settings.json`: facts that all systems have, then what the system itself adds."""
        return {"format": FORMAT, **to_json(self)}

    @classmethod
    def from_settings(cls, settings: JsonObject, where: Path) -> Self:
        """The facts that `to_json` wrote.

        Args:
            settings: content of `settings.json` without its format.
            where: the file, for messages.

        Raises:
            WeightsError: a key that is missing or unknown, or a value of another type.
        """
        return from_json(cls, settings, where=where.name, error=WeightsError)


def settings_of_format(content: JsonObject, where: Path) -> JsonObject:
    """What `settings.json` holds beside its format.

    Args:
        content: of the file.
        where: the file, for messages.

    Raises:
        WeightsError: another format.
    """
    if content.get("format") != FORMAT:
        raise WeightsError(
            f"{where.name} has format {content.get('format')!r}; this version reads formats 1 (MMDL) and {FORMAT}. "
            "Use the version of radiogene that its manifest.json names, or train again."
        )
    return {name: value for name, value in content.items() if name != "format"}


def common_facts(settings: JsonObject, where: Path) -> ModelFacts:
    """The facts that every system has; arguments and errors as `ModelFacts.from_settings`."""
    return ModelFacts.from_settings({part.name: settings[part.name] for part in COMMON if part.name in settings}, where)


COMMON = fields(ModelFacts)
