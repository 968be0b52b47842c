"""The collection in the index of the Imaging Data Commons, which a package carries: no network is needed to choose.

The package `idc-index-data` holds the index as a Parquet file; `idc-index`, the client around it, is not used. It would
bring a database, a command-line downloader of its own and a request at import, has its addresses built in, so that a
transfer could not be tried without the network, and compares sizes, not hashes.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypedDict

from radiogene.cohort.sources.series.series_facts import MarkingFacts, SeriesFacts
from radiogene.errors import SettingsError

COLLECTION_ID = "nsclc_radiogenomics"
COLLECTION_DOI = "10.7937/k9/tcia.2017.7hs46erv"
"""Series that others derived of the collection have another: segmentations by networks, among them."""


class IdcRow(TypedDict):
    """A row of the index; names are its columns."""

    PatientID: str
    StudyInstanceUID: str
    StudyDate: str | None
    StudyDescription: str | None
    SeriesInstanceUID: str
    SeriesDescription: str | None
    Modality: str
    Manufacturer: str | None
    instanceCount: int
    series_size_MB: float
    aws_bucket: str
    crdc_series_uuid: str
    license_short_name: str
    source_DOI: str


COLUMNS = tuple(IdcRow.__annotations__)


@dataclass(frozen=True)
class IdcEntry:
    """Where a series lies in the store, and under which licence."""

    series_uid: str
    modality: str
    bucket: str
    uuid: str
    images: int
    megabytes: float
    licence: str


@dataclass(frozen=True)
class IdcIndex:
    """The collection's own series.

    Attributes:
        version: of the index package.
        series, markings: by patient, as any source gives them.
        entries: by series UID.
    """

    version: str
    series: dict[str, tuple[SeriesFacts, ...]]
    markings: dict[str, tuple[MarkingFacts, ...]]
    entries: dict[str, IdcEntry]

    @property
    def patients(self) -> list[str]:
        """Everybody with a series, in the order of the identifiers."""
        return sorted({*self.series, *self.markings})

    @property
    def megabytes(self) -> float:
        """Size of all of the collection's own series."""
        return sum(entry.megabytes for entry in self.entries.values())


def read_idc_index() -> IdcIndex:
    """The collection's series in the installed index.

    Raises:
        SettingsError: the index or the reader of its format is not installed.
    """
    try:
        import idc_index_data
        import pyarrow.parquet
    except ImportError as error:
        raise SettingsError(
            f"--download needs {error.name}, which is not installed: pip install 'radiogene[idc]' brings it."
        ) from error
    table = pyarrow.parquet.read_table(
        Path(str(idc_index_data.IDC_INDEX_PARQUET_FILEPATH)),
        columns=list(COLUMNS),
        filters=[("collection_id", "==", COLLECTION_ID), ("source_DOI", "==", COLLECTION_DOI)],
    )
    series: dict[str, list[SeriesFacts]] = {}
    markings: dict[str, list[MarkingFacts]] = {}
    entries = {}
    rows: list[IdcRow] = table.to_pylist()
    for row in sorted(rows, key=lambda row: (row["PatientID"], row["SeriesInstanceUID"])):
        entries[row["SeriesInstanceUID"]] = _entry(row)
        if row["Modality"] == "SEG":
            markings.setdefault(row["PatientID"], []).append(_marking(row))
        else:
            series.setdefault(row["PatientID"], []).append(_series(row))
    return IdcIndex(
        version=str(idc_index_data.__version__),
        series={patient: tuple(of_patient) for patient, of_patient in series.items()},
        markings={patient: tuple(of_patient) for patient, of_patient in markings.items()},
        entries=entries,
    )


def _entry(row: IdcRow) -> IdcEntry:
    """Where the series of a row lies."""
    return IdcEntry(
        series_uid=row["SeriesInstanceUID"],
        modality=row["Modality"],
        bucket=row["aws_bucket"],
        uuid=row["crdc_series_uuid"],
        images=row["instanceCount"],
        megabytes=row["series_size_MB"],
        licence=row["license_short_name"],
    )


def _series(row: IdcRow) -> SeriesFacts:
    """The facts of a row."""
    return SeriesFacts(
        patient_id=row["PatientID"],
        study_uid=row["StudyInstanceUID"],
        series_uid=row["SeriesInstanceUID"],
        name=row["SeriesInstanceUID"],
        modality=row["Modality"],
        images=row["instanceCount"],
        description=row["SeriesDescription"] or "",
        study_description=row["StudyDescription"] or "",
        study_date=date.fromisoformat(row["StudyDate"]) if row["StudyDate"] else None,
        manufacturer=row["Manufacturer"] or "",
    )


def _marking(row: IdcRow) -> MarkingFacts:
    """The facts of a row that is a segmentation."""
    return MarkingFacts(
        patient_id=row["PatientID"],
        study_uid=row["StudyInstanceUID"],
        series_uid=row["SeriesInstanceUID"],
        modality=row["Modality"],
        description=row["SeriesDescription"] or "",
    )
