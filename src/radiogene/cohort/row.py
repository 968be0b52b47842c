"""One row of a cohort: a patient's values, and where the scan and its nodule lie."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal, TypeVar

from radiogene.ct.geometry import Frame
from radiogene.storage.typed_json import JsonObject, to_json

Sex = Literal["female", "male"]
SmokingStatus = Literal["never", "former", "current"]


@dataclass(frozen=True, kw_only=True)
class PatientRow:
    """What is known of the patient of one row; None is unknown.

    Attributes:
        patient_id: the user's own identifier, exactly as written; splits go by it.
        row_number: line of the table that the row starts on, the header being line 1.
        age_years: 18 to 110.
        sex: female or male.
        smoking: True for ever (current or former), False for never.
        smoking_status: never, former or current where the table says so.
        labels: per gene, 1 mutant, 0 wild type, None unknown.
        site: where the scan was made.
        extra: every further column as written.
        synthetic: True where the table says that the patient does not exist.
    """

    patient_id: str
    row_number: int = 0
    age_years: float | None = None
    sex: Sex | None = None
    smoking: bool | None = None
    smoking_status: SmokingStatus | None = None
    labels: dict[str, int | None] = field(default_factory=dict)
    site: str | None = None
    extra: dict[str, str] = field(default_factory=dict)
    synthetic: bool = False

    def patient_part(self) -> "PatientRow":
        """The patient's values alone, without the scan and the nodule."""
        return PatientRow(**{name: getattr(self, name) for name in _PATIENT_FIELDS})

    @property
    def values_hash(self) -> int:
        """64 bits of the patient's values: rows of equal hashes hold the same, others may still be equal."""
        values = [getattr(self, name) for name in _PATIENT_FIELDS]
        text = json.dumps(values, sort_keys=True)
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")

    def patient_values(self) -> JsonObject:
        """The patient's values as plain JSON values, without the scan and the nodule."""
        return to_json(self.patient_part())


_PATIENT_FIELDS = tuple(part.name for part in fields(PatientRow))


@dataclass(frozen=True, kw_only=True)
class CohortRow(PatientRow):
    """A patient's values with the scan and the nodule of one row.

    Attributes:
        ct: a DICOM folder or a volume file, absolute.
        nodule: "x y z" in `frame`, or the absolute path of a SEG, RTSTRUCT or mask.
        frame: the frame of a point.
        segment: which segment or component of a mask.
        series_uid: which series of a DICOM folder, with `#1`, `#2` ... where one UID holds several stacks.
    """

    ct: Path
    nodule: str
    frame: Frame = Frame.LPS
    segment: str | None = None
    series_uid: str | None = None

    @classmethod
    def of(
        cls,
        patient: PatientRow,
        *,
        ct: Path,
        nodule: str,
        frame: Frame = Frame.LPS,
        segment: str | None = None,
        series_uid: str | None = None,
    ) -> "CohortRow":
        """The row of a patient's values with a scan and a nodule."""
        values = {name: getattr(patient, name) for name in _PATIENT_FIELDS}
        return cls(**values, ct=ct, nodule=nodule, frame=frame, segment=segment, series_uid=series_uid)


AnyRow = TypeVar("AnyRow", bound=PatientRow)


def by_patient(rows: Iterable[AnyRow]) -> dict[str, tuple[AnyRow, ...]]:
    """The rows of each patient, patients in order of first appearance."""
    grouped: dict[str, list[AnyRow]] = {}
    for row in rows:
        grouped.setdefault(row.patient_id, []).append(row)
    return {patient: tuple(of_patient) for patient, of_patient in grouped.items()}


def patient_labels(rows: Iterable[PatientRow], genes: Sequence[str]) -> dict[str, dict[str, int | None]]:
    """The label of each gene per patient (1 mutant, 0 wild type, None unknown), patients in order of first appearance.

    A label known in one row of a patient holds for all.
    """
    labels: dict[str, dict[str, int | None]] = {}
    for row in rows:
        of_patient = labels.setdefault(row.patient_id, dict.fromkeys(genes))
        for gene in genes:
            if of_patient[gene] is None:
                of_patient[gene] = row.labels.get(gene)
    return labels
