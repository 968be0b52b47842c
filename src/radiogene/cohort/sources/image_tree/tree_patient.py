"""The series and markings of each patient of a tree, with the folders they lie in."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from radiogene.cohort.sources.image_tree.file_header import FileHeader, MarkingReferences
from radiogene.cohort.sources.series.series_facts import MarkingFacts, Plane, SeriesFacts, SeriesGeometry
from radiogene.cohort.sources.series.series_list import read_study_date
from radiogene.ct.series.dicom_series import CtSeries, normal_lps, sort_into_series
from radiogene.ct.series.slice_header import OtherObject, SliceHeader

SMALLEST_COSINE = 0.8
"""A plane is axial where its normal is within 37 degrees of the patient's long axis; gantries tilt by up to 30."""

PLANES: tuple[Plane, ...] = ("sagittal", "coronal", "axial")
"""By the axis (L, P, H) that the plane's normal is nearest to."""


@dataclass(frozen=True)
class TreePatient:
    """One patient of a tree.

    Attributes:
        dicom_id: PatientID; empty where the files state none.
        folders: every folder with a file of the patient, relative to the tree.
        series: of all modalities.
        markings: segmentations and structure sets, with the series they refer to.
        folder_of: the folder that holds all files of a series, by the series' name.
        persons: what of the person differs between the files, in words; None where they are of one person.
    """

    dicom_id: str
    folders: tuple[Path, ...]
    series: tuple[SeriesFacts, ...]
    markings: tuple[MarkingFacts, ...]
    folder_of: dict[str, Path]
    persons: str | None = None


def sort_patients(root: Path, headers: Iterable[FileHeader], names: Collection[str] = ()) -> dict[str, TreePatient]:
    """The patients of a tree by DICOM patient ID; files without one go by their folder's first part.

    Args:
        root: of the tree.
        headers: of its files.
        names: identifiers of a table: files whose patient ID is none of them, and that lie in a folder of such a name,
            are a patient by that folder, as archives give all patients one ID, or none.
    """
    known = {composed(name) for name in names}

    def key_of(patient_id: str, path: Path) -> str:
        if composed(patient_id) not in known:
            folders = [part for part in path.relative_to(root).parts[:-1] if composed(part) in known]
            if folders:
                return f"{patient_id} in {composed(folders[-1])}"
        return patient_id or _first_part(root, path)

    slices: dict[str, list[SliceHeader]] = defaultdict(list)
    others: dict[str, list[tuple[OtherObject, MarkingReferences | None]]] = defaultdict(list)
    for header in headers:
        for one in header.slices:
            slices[key_of(one.patient_id, one.path)].append(one)
        if header.other is not None:
            key = key_of(header.other.patient_id, header.other.path)
            others[key].append((header.other, header.references))
    return {key: _patient(root, slices.get(key, []), others.get(key, [])) for key in sorted({*slices, *others})}


def _first_part(root: Path, path: Path) -> str:
    """What stands for a patient whose files state none: the first folder below the root."""
    return f"folder {path.relative_to(root).parts[0]}"


def _patient(
    root: Path, slices: Sequence[SliceHeader], others: Sequence[tuple[OtherObject, MarkingReferences | None]]
) -> TreePatient:
    """A patient from all of its slices and other objects."""
    stacks = sort_into_series(slices)
    facts = [_ct_facts(stack) for stack in stacks]
    folder_of = {stack.name: _folder([header.path for header in stack.slices]) for stack in stacks}
    by_uid: dict[str, list[OtherObject]] = defaultdict(list)
    for other, references in others:
        if references is None:
            by_uid[other.series_uid].append(other)
    facts += [_other_facts(objects) for objects in by_uid.values()]
    markings = [_marking(other, references, stacks) for other, references in _each_once(others)]
    paths = [header.path for header in slices] + [other.path for other, _ in others]
    dicom_id = slices[0].patient_id if slices else others[0][0].patient_id
    folders = sorted({path.parent.relative_to(root) for path in paths})
    studies = {header.study.person for header in slices} | {other.study.person for other, _ in others}
    return TreePatient(dicom_id, tuple(folders), tuple(facts), tuple(markings), folder_of, _differing_persons(studies))


def composed(name: str) -> str:
    """The name with accents as one character each, as a table and a disk may write the same name in two ways."""
    return unicodedata.normalize("NFC", name)


def _differing_persons(persons: Iterable[str]) -> str | None:
    """What differs between objects of one patient ID that no one person has two of; None where nothing does.

    Args:
        persons: as `StudyFacts.person`.
    """
    stated = [person.split(" ") for person in persons if person]
    name, born, sex, issuer = ({values[n] for values in stated if values[n] != "-"} for n in range(4))
    differing = [
        word for word, values in (("birth date", born), ("sex", sex), ("issuer of the ID", issuer)) if len(values) > 1
    ]
    # A name alone may change; with the same birth date it did.
    if len(name) > 1 and (differing or not born):
        differing.insert(0, "name")
    return ", ".join(differing) or None


def _each_once(
    others: Iterable[tuple[OtherObject, MarkingReferences | None]],
) -> Iterable[tuple[OtherObject, MarkingReferences]]:
    """The markings without copies of the same object in another place of the tree."""
    first = {
        other.sop_uid or str(other.path): (other, references)
        for other, references in reversed([*others])
        if references is not None
    }
    return reversed(first.values())


def _ct_facts(stack: CtSeries) -> SeriesFacts:
    """The facts of a stack of CT slices."""
    first = stack.slices[0]
    return SeriesFacts(
        patient_id=first.patient_id,
        study_uid=first.study.uid,
        series_uid=stack.series_uid,
        name=stack.name,
        modality="CT",
        images=len(stack.slices),
        description=first.description,
        study_description=first.study.description,
        study_date=read_study_date(first.study.date),
        manufacturer=first.facts.manufacturer or "",
        geometry=SeriesGeometry(
            plane=_plane(first),
            step_mm=stack.slice_step_mm,
            thickness_mm=first.facts.slice_thickness_mm,
            length_mm=stack.length_mm,
            kernel=first.facts.kernel,
            fault=stack.reservation,
        ),
    )


def _plane(header: SliceHeader) -> Plane:
    """The plane that a slice lies in."""
    cosines = np.abs(normal_lps(header))
    nearest = int(cosines.argmax())
    return PLANES[nearest] if cosines[nearest] >= SMALLEST_COSINE else "oblique"


def _other_facts(objects: Sequence[OtherObject]) -> SeriesFacts:
    """The facts of a series that is not of CT slices; a localiser is a CT by its modality."""
    first = objects[0]
    is_ct = first.modality == "CT"
    return SeriesFacts(
        patient_id=first.patient_id,
        study_uid=first.study.uid,
        series_uid=first.series_uid,
        name=first.series_uid,
        modality=first.modality,
        images=len(objects),
        description=first.description,
        study_description=first.study.description,
        study_date=read_study_date(first.study.date),
        geometry=SeriesGeometry("axial", 0.0, None, 0.0, None, fault=first.reason) if is_ct else None,
    )


def _marking(marking: OtherObject, references: MarkingReferences, stacks: Sequence[CtSeries]) -> MarkingFacts:
    """The facts of a marking, with the stacks it was made on.

    Instances tell best, then the series; only a marking that refers to neither goes by its frame of reference.
    """
    named = set(references.sop_uids)
    made_on = [stack.name for stack in stacks if named & {header.sop_uid for header in stack.slices}]
    if not made_on:
        made_on = [stack.name for stack in stacks if stack.series_uid in references.series_uids]
    if not made_on and not named and not references.series_uids and references.frame_of_reference_uid:
        frame = references.frame_of_reference_uid
        made_on = [stack.name for stack in stacks if stack.slices[0].frame_of_reference_uid == frame]
    return MarkingFacts(
        patient_id=marking.patient_id,
        study_uid=marking.study.uid,
        series_uid=marking.series_uid,
        modality=marking.modality,
        description=marking.description,
        referenced_series=tuple(made_on),
        path=str(marking.path),
    )


def _folder(paths: Sequence[Path]) -> Path:
    """The deepest folder that holds all files."""
    return Path(os.path.commonpath([path.parent for path in paths]))
