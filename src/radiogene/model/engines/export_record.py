"""What an export says of itself (`export.json`), and of the model that it must be of."""

from dataclasses import dataclass

from radiogene.ct.nine_views import ViewSampling
from radiogene.errors import WeightsError
from radiogene.model.engines.engine_choice import EngineName, Precision
from radiogene.model.nine_view_facts import NineViewFacts
from radiogene.networks.presets import Preset
from radiogene.networks.standardisation import Standardisation
from radiogene.storage.typed_json import JsonObject, from_json, to_json

FORMAT = 1
RECORD_FILE = "export.json"

AGAIN = "Export the model again (`radiogene export`)."


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


@dataclass(frozen=True)
class Calibration:
    """The cubes that set the scales of an int8 network; all of them are training cubes of the model.

    Attributes:
        cubes: how many.
        fingerprint: SHA-256 over their fingerprints.
    """

    cubes: int
    fingerprint: str


@dataclass(frozen=True)
class ExportRecord:
    """What an export is of, and of which files it consists.

    Attributes:
        engine: that reads it.
        precision: of its weights.
        weights_sha256: of the model's weights file.
        model: what else it depends on.
        calibration: None unless the network is quantised.
        largest_difference: from PyTorch's features on the images it was checked with, as a share of the largest.
        versions: of the libraries that made it, by name.
        files: of each member, the file of each trunk that the engine is to load.
        sha256: of every file, by name.
    """

    engine: EngineName
    precision: Precision
    weights_sha256: str
    model: ExportedFacts
    calibration: Calibration | None
    largest_difference: float
    versions: dict[str, str]
    files: tuple[tuple[str, ...], ...]
    sha256: dict[str, str]

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        return {"format": FORMAT, **to_json(self)}

    @classmethod
    def from_json(cls, content: JsonObject) -> "ExportRecord":
        """The record that `to_json` wrote.

        Raises:
            WeightsError: another format, another key, or a value that cannot be meant.
        """
        if content.get("format") != FORMAT:
            raise WeightsError(
                f"{RECORD_FILE}: format {content.get('format')!r}; this version reads format {FORMAT}. {AGAIN}"
            )
        record = {name: value for name, value in content.items() if name != "format"}
        return from_json(cls, record, where=RECORD_FILE, error=WeightsError, way_out=AGAIN[0].lower() + AGAIN[1:-1])
