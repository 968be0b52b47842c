"""What is fetched of the collection: the chosen CT series and the segmentations, and nothing else of its 100 GB."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from radiogene.cohort.sources.nsclc_radiogenomics.citation import CITATION_TEXT, COLLECTION_LICENCE, LICENCE_TEXT
from radiogene.cohort.sources.nsclc_radiogenomics.idc_index import IdcEntry, IdcIndex
from radiogene.cohort.sources.series.patient_series import PatientSeries, choose_patient_series
from radiogene.cohort.sources.series.series_rules import SeriesWishes
from radiogene.cohort.sources.transfer.object_store import ObjectStore
from radiogene.cohort.sources.transfer.series_transfer import FetchedSeries, WantedSeries, fetch_series, require_room
from radiogene.errors import TransferError
from radiogene.storage.atomic_files import write_json, write_text
from radiogene.storage.typed_json import JsonObject, to_json

LICENCE_FILE, CITATION_FILE, PLAN_FILE = "LICENSE.txt", "CITATION.txt", "download.json"


@dataclass(frozen=True)
class DownloadPlan:
    """What is to be fetched.

    Attributes:
        index: what it was chosen from.
        choices: by patient.
        entries: of the chosen series and segmentations, per patient CT first.
    """

    index: IdcIndex
    choices: dict[str, PatientSeries]
    entries: tuple[tuple[str, IdcEntry], ...]

    @property
    def megabytes(self) -> float:
        """Of all that is to be fetched."""
        return sum(entry.megabytes for _, entry in self.entries)

    @property
    def without_series(self) -> list[str]:
        """Patients of whom nothing is fetched."""
        return [patient for patient, choice in self.choices.items() if choice.chosen is None]

    def lines(self) -> list[str]:
        """The plan for the terminal."""
        kinds = [entry.modality for _, entry in self.entries]
        images = sum(entry.images for _, entry in self.entries)
        patients = len({patient for patient, _ in self.entries})
        notes = sum(bool(choice.notes) for choice in self.choices.values())
        return [
            f"index {self.index.version}: {len(self.index.patients)} patients, {len(self.index.entries)} series, "
            f"{self.index.megabytes / 1e3:.1f} GB in the collection",
            f"to fetch: {patients} patients, {kinds.count('CT')} CT series, {kinds.count('SEG')} segmentations, "
            f"{images} files, {round(self.megabytes * 1e6)} bytes ({self.megabytes / 1e3:.1f} GB)",
            f"  no CT series can be taken: {len(self.without_series)} patients"
            + (f" ({', '.join(self.without_series)})" if self.without_series else ""),
            f"  choices that need a look: {notes}",
            f"  licence: {', '.join(sorted({entry.licence for _, entry in self.entries}))}",
        ]

    def to_json(self) -> JsonObject:
        """The plan as plain JSON values."""
        return {
            "index_version": self.index.version,
            "megabytes": self.megabytes,
            "series": [{"patient_id": patient, **to_json(entry)} for patient, entry in self.entries],
            "without_series": {patient: self.choices[patient].reason_for_none for patient in self.without_series},
            "notes": {patient: list(choice.notes) for patient, choice in self.choices.items() if choice.notes},
        }


def plan_download(
    index: IdcIndex, patients: Iterable[str], ct_dates: Mapping[str, date | None], wishes: SeriesWishes
) -> DownloadPlan:
    """The series to fetch, by the rules that hold for any source.

    Args:
        index: the collection's series.
        patients: whose.
        ct_dates: of the study that is meant, where a label file tells it.
        wishes: what the user chose.
    """
    choices = {}
    entries: list[tuple[str, IdcEntry]] = []
    for patient in patients:
        choice = choose_patient_series(
            index.series.get(patient, ()), index.markings.get(patient, ()), ct_date=ct_dates.get(patient), wishes=wishes
        )
        choices[patient] = choice
        if choice.chosen is not None:
            uids = (choice.chosen.series_uid, *(marking.series_uid for marking in choice.markings))
            entries += [(patient, index.entries[uid]) for uid in uids]
    return DownloadPlan(index, choices, tuple(entries))


def download(
    plan: DownloadPlan, store: ObjectStore, target: Path, progress: Callable[[int, int], None] | None = None
) -> list[FetchedSeries]:
    """What became of each series; licence, citation and plan are written beside them.

    Args:
        plan: what to fetch.
        store: where from.
        target: the folder; patients are its folders, then studies, then series.
        progress: called with the number of series done and of all.

    Raises:
        TransferError: too little room, or a series under another licence than the collection's.
    """
    others = sorted({entry.licence for _, entry in plan.entries} - {COLLECTION_LICENCE})
    if others:
        raise TransferError(
            f"The index lists the licence {', '.join(others)}; wanted {COLLECTION_LICENCE}, which is known here."
        )
    study_of = {facts.series_uid: facts.study_uid for listed in plan.index.series.values() for facts in listed}
    study_of |= {facts.series_uid: facts.study_uid for listed in plan.index.markings.values() for facts in listed}
    wanted = [
        WantedSeries(
            series_uid=entry.series_uid,
            folder=Path(patient, study_of[entry.series_uid], entry.series_uid),
            bucket=entry.bucket,
            prefix=entry.uuid,
            images=entry.images,
            megabytes=entry.megabytes,
        )
        for patient, entry in plan.entries
    ]
    require_room(target, wanted)
    target.mkdir(parents=True, exist_ok=True)
    write_text(target / LICENCE_FILE, LICENCE_TEXT)
    write_text(target / CITATION_FILE, CITATION_TEXT)
    write_json(target / PLAN_FILE, plan.to_json())
    return fetch_series(store, wanted, target, progress)
