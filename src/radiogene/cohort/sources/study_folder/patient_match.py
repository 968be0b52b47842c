"""Which patient of a tree is which patient of a table: by DICOM patient ID, else by a folder of that name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from radiogene.cohort.sources.image_tree.tree_patient import TreePatient, composed

MOST_FOLDERS = 4
"""A reason names at most so many."""


@dataclass(frozen=True)
class PatientMatches:
    """The matches.

    Attributes:
        key_of: per patient of the table, the patient of the tree.
        unmatched: per patient of the table without one, the reason.
        left_over: patients of the tree that nobody of the table was matched with.
    """

    key_of: dict[str, str]
    unmatched: dict[str, str]
    left_over: tuple[str, ...]


def match_patients(patient_ids: Iterable[str], tree: Mapping[str, TreePatient]) -> PatientMatches:
    """The matches between a table's identifiers and a tree's patients.

    Identifiers are compared exactly but for how accents are encoded, as their zeros and capitals may mean something;
    one that differs in nothing else is named in the reason. An identifier that two persons have is matched with
    neither.

    Args:
        patient_ids: of the table.
        tree: the patients of the tree by their key.
    """
    patient_ids = list(dict.fromkeys(patient_ids))
    by_dicom_id = {composed(patient.dicom_id): key for key, patient in tree.items() if patient.dicom_id}
    by_folder = _by_folder(tree)
    key_of: dict[str, str] = {}
    unmatched: dict[str, str] = {}
    for patient_id in patient_ids:
        name = composed(patient_id)
        keys = {by_dicom_id[name]} if name in by_dicom_id else by_folder.get(name, set())
        if len(keys) == 1 and (differing := tree[next(iter(keys))].persons) is not None:
            places = ", ".join(sorted({str(folder) for folder in tree[next(iter(keys))].folders})[:MOST_FOLDERS])
            unmatched[patient_id] = (
                f"its files are of two persons: {differing} differ (in {places}); give each person's folder on its own"
            )
        elif len(keys) == 1:
            key_of[patient_id] = next(iter(keys))
        elif keys:
            unmatched[patient_id] = f"a folder of this name holds {len(keys)} DICOM patients"
        else:
            unmatched[patient_id] = _nobody(patient_id, {*by_dicom_id, *by_folder})
    for key in {key for key in key_of.values() if list(key_of.values()).count(key) > 1}:
        claimed = [patient_id for patient_id, of in key_of.items() if of == key]
        for patient_id in claimed:
            unmatched[patient_id] = (
                f"its studies are also those of {', '.join(other for other in claimed if other != patient_id)}"
            )
            del key_of[patient_id]
    return PatientMatches(key_of, unmatched, tuple(key for key in tree if key not in set(key_of.values())))


def _by_folder(tree: Mapping[str, TreePatient]) -> dict[str, set[str]]:
    """The patients of the tree below each folder name."""
    keys_of: dict[str, set[str]] = defaultdict(set)
    for key, patient in tree.items():
        for folder in patient.folders:
            for part in folder.parts:
                keys_of[composed(part)].add(key)
    return keys_of


def _nobody(patient_id: str, names: Iterable[str]) -> str:
    """Why nobody was found, with an identifier that is nearly the same."""
    near = sorted(name for name in names if _loosely(name) == _loosely(patient_id))
    hint = f"; {near[0]!r} differs only in zeros, capitals or signs" if near else ""
    return f"no DICOM patient ID and no folder of this name{hint}"


def _loosely(name: str) -> str:
    """The identifier without what spellings differ in."""
    return "".join(character for character in name.casefold() if character.isalnum()).lstrip("0")
