"""Two patients who are one: inside a cohort, in two cohorts, and among those that a model was trained on.

Whatever asks, asks here, by the same four signs: the same cube; the same scan, marked elsewhere or reconstructed
otherwise; one SeriesInstanceUID; one PatientID. Identifiers are compared by hashes with the site's own key.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from radiogene.cohort.identity.cube_fingerprint import HASH_DIGITS, cube_fingerprint
from radiogene.cohort.identity.known_scans import KnownScans
from radiogene.cohort.identity.outline import Match, Outline, matches_between, matches_within, outline_of
from radiogene.cohort.identity.site_key import PATIENT, SERIES, SiteKey
from radiogene.cohort.prepared_cohort import CohortRecord, PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.errors import CohortError
from radiogene.storage.plain_words import counted

SAME_CUBE = "the same cube"
SAME_SERIES = "one SeriesInstanceUID"
SAME_PATIENT = "one PatientID"
SAME_ID = "one patient id"

PLACEHOLDER_PATIENTS = 3
PLACEHOLDER_SHARE = 0.5
"""A PatientID of so many patients, and of more than this share of those that have one, was put in place of all."""

IN_SPLITS = "One scan under two identifiers would leak between the parts of a split."
COUNTED_TWICE = "A patient who counts twice narrows every interval."
"""Why duplicates do harm."""

MOST_NAMED = 5
MOST_REMEMBERED = 4096
"""Outlines that a process keeps, 14 MB: an experiment asks for those of its cohorts in every fit."""


@dataclass(frozen=True)
class Duplicate:
    """Two patients who are one, or a patient whom a model knows.

    Attributes:
        first, second: their ids; the second is empty where a model knows the first.
        why: in words.
    """

    first: str
    second: str
    why: str


@dataclass(frozen=True)
class DuplicateCount:
    """What a result says of duplicates that were allowed; it names nobody.

    Attributes:
        allowed: whether they were.
        inside: pairs of patients of one cohort.
        between: pairs of a training patient and an external one.
    """

    allowed: bool = False
    inside: int = 0
    between: int = 0

    @property
    def sentence(self) -> str:
        """A sentence for reports and model cards; empty where there are none."""
        parts = [
            f"{counted(count, 'pair')} of patients {where}"
            for count, where in ((self.inside, "of one cohort"), (self.between, "of training and external cohort"))
            if count
        ]
        return f"{' and '.join(parts)} show one scan or have one identity, and were allowed." if parts else ""


@dataclass(frozen=True, eq=False)
class CohortScans:
    """The nodules of a cohort as the four signs see them.

    Attributes:
        patients: id of each nodule's patient.
        fingerprints: of the cubes; empty ones of patients without images.
        outlines: of the cubes; none of patients without images.
        series: keyed hash of each scan's SeriesInstanceUID; empty where it has none.
        dicom_patients: keyed hash of each scan's PatientID by the key of this site; empty where there is none.
        synthetic: which nodules are of patients that do not exist: their ids are numbers that every phantom uses.
        key: of this site; None compares no identifiers.
        table: hash of all values of patients without images who do not exist, as a ledger knows their table; else
            empty.
    """

    patients: tuple[str, ...]
    fingerprints: tuple[str, ...]
    outlines: tuple[Outline, ...]
    series: tuple[str, ...]
    dicom_patients: tuple[str, ...]
    synthetic: tuple[bool, ...]
    key: SiteKey | None
    table: str = ""

    @property
    def without_scan(self) -> int:
        """How many of the patients have no scan by which they could be known again."""
        return 0 if self.outlines else len(set(self.patients))

    @cached_property
    def identities(self) -> tuple[frozenset[str], ...]:
        """Per nodule, keyed hashes of the patient's id in the table and of the scan's PatientID."""
        key = self.key
        return tuple(
            frozenset() if synthetic or key is None else frozenset({key.hashed(PATIENT, patient), dicom} - {""})
            for patient, dicom, synthetic in zip(self.patients, self.dicom_patients, self.synthetic, strict=True)
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """By which a ledger knows these patients again, sorted.

        Fingerprints of cubes, keyed hashes of series, and those of patients: a table without images has nothing else,
        and a look at it is one at the same patients' scans.
        """
        patients = frozenset().union(*self.identities)
        found = {*self.fingerprints, self.table, *(each[:HASH_DIGITS] for each in (*self.series, *patients))}
        return tuple(sorted(found - {""}))

    @property
    def known(self) -> KnownScans:
        """What a model folder remembers of them."""
        return KnownScans(
            outlines=tuple(sorted({outline.text for outline in self.outlines})),
            key="" if self.key is None else self.key.name,
            patients=tuple(sorted(frozenset().union(*self.identities))),
            series=tuple(sorted({series for series in self.series if series})),
        )


def cohort_scans(cohort: PreparedCohort, key: SiteKey | None) -> CohortScans:
    """The nodules of a cohort, patient by patient; every cube is read once. Patients without images have ids alone.

    Args:
        cohort: any patients.
        key: of this site (`site_key`); None compares no identifiers.
    """
    indexes = cohort.nodule_indexes
    records = [cohort.source.records[index] for index in indexes]
    seen = [_seen(cohort, index) for index in indexes] if cohort.has_images else []
    unseen = () if cohort.has_images else ("",) * len(records)
    made_up = [record.row for record in records if record.synthetic and not cohort.has_images]
    return CohortScans(
        patients=tuple(record.row.patient_id for record in records),
        fingerprints=tuple(fingerprint for fingerprint, _ in seen) or unseen,
        outlines=tuple(outline for _, outline in seen),
        series=tuple(
            # One UID may hold several stacks, which are told apart by a number after it.
            "" if key is None or not (uid := _series_uid(record)) else key.hashed(SERIES, uid.partition("#")[0])
            for record in records
        ),
        dicom_patients=_without_placeholders(
            [
                hashed.hash if (hashed := record.dicom_patient) and key and hashed.key == key.name else ""
                for record in records
            ],
            [record.row.patient_id for record in records],
        ),
        synthetic=tuple(record.synthetic for record in records),
        key=key,
        table=_table_hash(made_up) if made_up else "",
    )


def duplicates_within(scans: CohortScans) -> tuple[Duplicate, ...]:
    """The pairs of patients of a cohort who are one, each once, by the surest sign."""
    numbers = {patient: number for number, patient in enumerate(dict.fromkeys(scans.patients))}
    owners = tuple(numbers[patient] for patient in scans.patients)
    dicom = ["" if made else patient for patient, made in zip(scans.dicom_patients, scans.synthetic, strict=True)]
    found = [
        *_equal(scans.fingerprints, scans.fingerprints, SAME_CUBE),
        *_equal(scans.series, scans.series, SAME_SERIES),
        *_equal(dicom, dicom, SAME_PATIENT),
        *_alike(_remembered_matches(scans.outlines, owners) if scans.outlines else ()),
    ]
    return _named(found, scans.patients, scans.patients)


def duplicates_between(scans: CohortScans, others: CohortScans) -> tuple[Duplicate, ...]:
    """The pairs of a patient of one cohort with one of another who are one, each once, by the surest sign."""
    found = [
        *_equal(scans.fingerprints, others.fingerprints, SAME_CUBE),
        *_equal(scans.series, others.series, SAME_SERIES),
        *(
            (one, other, SAME_PATIENT)
            for one, names in enumerate(scans.identities)
            for other, other_names in enumerate(others.identities)
            if names & other_names
        ),
        *_alike(matches_between(scans.outlines, others.outlines)),
    ]
    return _named(found, scans.patients, others.patients)


def known_among(scans: CohortScans, fingerprints: Iterable[str], known: KnownScans) -> dict[int, str]:
    """Why a model knows which of these nodules: position -> words.

    Args:
        scans: that the model is asked about.
        fingerprints: of the cubes that it was trained on.
        known: what its folder remembers beside them.
    """
    reasons: dict[int, str] = {}
    trained_on = frozenset(fingerprints)
    by_key = scans.key is not None and known.key == scans.key.name
    series, patients = frozenset(known.series), frozenset(known.patients)
    for position, fingerprint in enumerate(scans.fingerprints):
        if fingerprint in trained_on:
            reasons[position] = SAME_CUBE
        elif by_key and scans.series[position] in series:
            reasons[position] = SAME_SERIES
        elif by_key and scans.identities[position] & patients:
            reasons[position] = SAME_ID
    if not scans.outlines:
        return reasons
    open_positions = [position for position in range(len(scans.patients)) if position not in reasons]
    for match in matches_between([scans.outlines[position] for position in open_positions], known.shapes):
        position = open_positions[match.first]
        reasons.setdefault(position, _same_scan(match))
    return reasons


def refuse_duplicates(found: Sequence[Duplicate], what: str, *, allowed: bool) -> int:
    """How many pairs were allowed.

    Args:
        found: pairs of patients.
        what: where they were found and why they do harm, after "are one patient each: ".
        allowed: whether the user allows them.

    Raises:
        CohortError: pairs that are not allowed, by their ids.
    """
    if found and not allowed:
        pairs = "1 pair of patients is one patient" if len(found) == 1 else f"{len(found)} pairs are one patient each"
        raise CohortError(
            f"{pairs}: {named(found)}. {what} Give one patient one patient_id, take one of each pair out of the table, "
            "or give `allow_duplicates`, which every result then says."
        )
    return len(found)


def named(found: Sequence[Duplicate]) -> str:
    """The first few by their ids, in words."""
    shown = [
        f"{each.first!r}{f' and {each.second!r}' if each.second else ''} ({each.why})" for each in found[:MOST_NAMED]
    ]
    more = len(found) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _seen(cohort: PreparedCohort, index: int) -> tuple[str, Outline]:
    """Fingerprint and outline of a cube; an outline is drawn once in a process."""
    cube = cohort.source.cube(index)
    fingerprint = cube_fingerprint(cube)
    if fingerprint not in _OUTLINES:
        if len(_OUTLINES) >= MOST_REMEMBERED:
            _OUTLINES.pop(next(iter(_OUTLINES)))
        _OUTLINES[fingerprint] = outline_of(cube)
    return fingerprint, _OUTLINES[fingerprint]


_OUTLINES: dict[str, Outline] = {}


def _series_uid(record: CohortRecord) -> str:
    """Of the scan; empty where there is none, or where the file has none."""
    return "" if record.geometry is None else record.geometry.series_uid or ""


def _table_hash(rows: Sequence[PatientRow]) -> str:
    """16 hexadecimal digits of the values of patients who do not exist, whichever columns are read as genes."""
    values = sorted(json.dumps([row.patient_id, row.age_years, row.sex, row.smoking, row.site]) for row in rows)
    return hashlib.sha256("\n".join(values).encode()).hexdigest()[:HASH_DIGITS]


@lru_cache(maxsize=8)
def _remembered_matches(outlines: tuple[Outline, ...], owners: tuple[int, ...]) -> tuple[Match, ...]:
    """See `matches_within`; the fits of an experiment ask about the same cohort."""
    return tuple(matches_within(outlines, owners))


def _without_placeholders(hashes: Sequence[str], patients: Sequence[str]) -> tuple[str, ...]:
    """The hashes without those of a PatientID that was put in place of everybody's."""
    owners = {(each, patient) for each, patient in zip(hashes, patients, strict=True) if each}
    counts = Counter(each for each, _ in owners)
    everybody = len({patient for _, patient in owners})
    placeholders = {
        each
        for each, count in counts.items()
        if count >= PLACEHOLDER_PATIENTS and count > PLACEHOLDER_SHARE * everybody
    }
    return tuple("" if each in placeholders else each for each in hashes)


def _equal(values: Sequence[str], others: Sequence[str], why: str) -> list[tuple[int, int, str]]:
    """The pairs of positions with the same value."""
    places: dict[str, list[int]] = {}
    for position, value in enumerate(others):
        places.setdefault(value, []).append(position)
    return [(position, other, why) for position, value in enumerate(values) if value for other in places.get(value, ())]


def _alike(matches: Sequence[Match]) -> list[tuple[int, int, str]]:
    return [(match.first, match.second, _same_scan(match)) for match in matches]


def _same_scan(match: Match) -> str:
    return f"the same scan, marked elsewhere or reconstructed otherwise: correlation {match.correlation:.2f}"


def _named(
    found: Sequence[tuple[int, int, str]], patients: Sequence[str], others: Sequence[str]
) -> tuple[Duplicate, ...]:
    """The pairs of patients behind pairs of positions, each once, with the first reason."""
    within = patients is others
    pairs: dict[tuple[str, str], str] = {}
    for one, other, why in found:
        first, second = patients[one], others[other]
        if within and (first == second or (second, first) in pairs):
            continue
        pairs.setdefault((first, second), why)
    return tuple(Duplicate(first, second, why) for (first, second), why in pairs.items())
