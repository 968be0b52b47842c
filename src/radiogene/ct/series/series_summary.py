"""One line about each series of a folder, for the user to choose from."""

from dataclasses import dataclass

from radiogene.ct.series.dicom_headers import FolderContents
from radiogene.ct.series.dicom_series import CtSeries
from radiogene.storage.plain_words import counted


@dataclass(frozen=True)
class SeriesSummary:
    """What a user needs to know about a series to choose it.

    Attributes:
        name: what `series` takes; the file's name for a volume file.
        series_uid: as in DICOM; None for a volume file.
        slices: number of slices, or of objects where the series is not a CT.
        spacing_mm: between columns, rows, slices; None where the series is not a CT.
        length_mm: along the slice axis; None where the series is not a CT.
        kernel: convolution kernel, None where not stated.
        excluded: why the series is never taken, or only by name; None for a candidate.
        can_be_named: True where `series` takes it.
    """

    name: str
    series_uid: str | None
    description: str
    slices: int
    spacing_mm: tuple[float, float, float] | None
    length_mm: float | None
    kernel: str | None
    excluded: str | None
    can_be_named: bool

    def __str__(self) -> str:
        """One line for a list."""
        parts = [self.name, f'"{self.description}"', counted(self.slices, "slice")]
        if self.spacing_mm is not None:
            parts.append(" x ".join(f"{spacing:.3f}" for spacing in self.spacing_mm) + " mm")
        if self.kernel:
            parts.append(f"kernel {self.kernel}")
        line = ", ".join(parts)
        return line if self.excluded is None else f"{line} - {self.excluded}"


def summary_of(series: CtSeries) -> SeriesSummary:
    """The summary of a stack of CT slices."""
    first = series.slices[0]
    row_spacing, column_spacing = first.pixel_spacing_mm
    return SeriesSummary(
        name=series.name,
        series_uid=series.series_uid,
        description=first.description,
        slices=len(series.slices),
        spacing_mm=(column_spacing, row_spacing, series.slice_step_mm),
        length_mm=series.length_mm,
        kernel=first.facts.kernel,
        excluded=series.reservation,
        can_be_named=series.is_readable,
    )


def summaries_of_others(contents: FolderContents) -> list[SeriesSummary]:
    """The summaries of the objects of a folder that are not CT slices, one per series UID and reason."""
    counts: dict[tuple[str, str, str], int] = {}
    for other in contents.others:
        key = (other.series_uid, other.description, other.reason)
        counts[key] = counts.get(key, 0) + 1
    return [
        SeriesSummary(uid, uid, description, count, None, None, None, reason, can_be_named=False)
        for (uid, description, reason), count in sorted(counts.items())
    ]
