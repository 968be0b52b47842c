"""What a model folder remembers of the scans that it was trained on, so that they are known again under other names."""

from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.identity.outline import Outline
from radiogene.errors import WeightsError
from radiogene.storage.typed_json import COPY_AGAIN, read_typed_json

FORMAT = 1


@dataclass(frozen=True)
class KnownScans:
    """The content of `training_scans.json`; in sorted lists, so that their order tells nothing.

    Attributes:
        format: of the file.
        outlines: of the training cubes, in Base64.
        key: name of the site's key that made the hashes; empty where there are none.
        patients: keyed hashes of patient ids and of the scans' PatientIDs.
        series: keyed hashes of the scans' SeriesInstanceUIDs.
    """

    format: int = FORMAT
    outlines: tuple[str, ...] = ()
    key: str = ""
    patients: tuple[str, ...] = ()
    series: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise WeightsError(f"it has format {self.format}; this version reads format {FORMAT}")
        for text in self.outlines:
            try:
                Outline.of_text(text)
            except ValueError as error:
                raise WeightsError(f"an outline that cannot be read: {error}") from error

    @property
    def shapes(self) -> tuple[Outline, ...]:
        """The outlines, to be compared."""
        return tuple(map(Outline.of_text, self.outlines))


def read_known_scans(path: Path) -> KnownScans:
    """The scans that a file names.

    Raises:
        WeightsError: it cannot be read or holds something else.
    """
    return read_typed_json(KnownScans, path, error=WeightsError, way_out=COPY_AGAIN)
