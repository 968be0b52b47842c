"""What an export says of itself: `export.json`."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from radiogene.errors import WeightsError
from radiogene.model.engines.engine_choice import EngineName, Precision

FORMAT = 1
RECORD_FILE = "export.json"

AGAIN = "Export the model again (`radiogene export`)."


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
        model: see `model_facts`.
        calibration: None unless the network is quantised.
        largest_difference: from PyTorch's features on the images it was checked with, as a share of the largest.
        versions: of the libraries that made it, by name.
        files: of each member, the file of each trunk that the engine is to load.
        sha256: of every file, by name.
    """

    engine: EngineName
    precision: Precision
    weights_sha256: str
    model: dict[str, Any]
    calibration: Calibration | None
    largest_difference: float
    versions: dict[str, str]
    files: tuple[tuple[str, ...], ...]
    sha256: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"format": FORMAT, **asdict(self), "files": [list(trunks) for trunks in self.files]}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "ExportRecord":
        """The record that `to_json` wrote.

        Raises:
            WeightsError: another format, another key, or a value that cannot be meant.
        """
        expected = {"format", *(field.name for field in fields(cls))}
        if content.get("format") != FORMAT or set(content) != expected:
            raise WeightsError(
                f"{RECORD_FILE}: format {content.get('format')!r} with the keys {sorted(content)}; this version reads "
                f"format {FORMAT}. {AGAIN}"
            )
        try:
            return cls(
                engine=EngineName(content["engine"]),
                precision=Precision(content["precision"]),
                weights_sha256=str(content["weights_sha256"]),
                model=dict(content["model"]),
                calibration=None if content["calibration"] is None else Calibration(**content["calibration"]),
                largest_difference=float(content["largest_difference"]),
                versions=dict(content["versions"]),
                files=tuple(tuple(map(str, trunks)) for trunks in content["files"]),
                sha256=dict(content["sha256"]),
            )
        except (TypeError, ValueError) as error:
            raise WeightsError(f"{RECORD_FILE} holds a value that cannot be meant ({error}). {AGAIN}") from error
