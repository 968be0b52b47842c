"""The two cohorts of an experiment: where they lie, and what must hold of them before anything is fitted."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.cohort_place import CohortPlace
from radiogene.cohort.identity.duplicates import (
    COUNTED_TWICE,
    IN_SPLITS,
    CohortScans,
    DuplicateCount,
    duplicates_between,
    duplicates_within,
    refuse_duplicates,
)
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.errors import CohortError, StoreError
from radiogene.model.pretrained_folder import read_pretrained
from radiogene.storage.typed_json import to_json


@dataclass(frozen=True)
class ExperimentPlaces:
    """Where both cohorts and the experiment itself lie.

    Attributes:
        training: everything is fitted on it.
        external: everything is tested on it, once every choice is frozen.
        out: folder of the experiment.
    """

    training: CohortPlace
    external: CohortPlace
    out: Path


def contents_fingerprint(cohort: PreparedCohort, cubes: Sequence[str]) -> str:
    """SHA-256 (hex) of everything of a cohort that a result depends on: cubes, segments, values, sizes.

    Args:
        cohort: any patients.
        cubes: fingerprints of their cubes, patient by patient.
    """
    digest = hashlib.sha256()
    nodules = (index for indexes in cohort.nodules for index in indexes)
    for index, cube in zip(nodules, cubes, strict=True):
        record, segment = cohort.source.records[index], cohort.source.segment(index)
        digest.update(cube.encode())
        digest.update(b"" if segment is None else segment.tobytes())
        values = [record.row.patient_values(), None if record.geometry is None else to_json(record.geometry.nodule)]
        digest.update(json.dumps(values, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def refuse_unusable(training: PreparedCohort, external: PreparedCohort) -> None:
    """Refuses cohorts that share a patient, are empty, or were prepared otherwise; nothing is read for it.

    Raises:
        CohortError: a patient in both, or an empty store.
        StoreError: two ways of preparation.
    """
    for name, cohort in (("training", training), ("external", external)):
        if not len(cohort):
            raise CohortError(f"The {name} store is empty. Run `radiogene prepare` first.")
    hashes = {cohort.source.preparation_hash for cohort in (training, external) if cohort.has_images}
    if len(hashes) > 1:
        raise StoreError("The two stores were prepared by different versions of radiogene. Prepare both again.")
    shared = set(training.patient_ids) & set(external.patient_ids)
    if shared:
        raise CohortError(
            f"{len(shared)} patients are in both cohorts, such as {sorted(shared)[0]!r}: an external cohort shares no "
            "patient with the training. Take them out of one table, or give different patients different patient_ids."
        )


def counted_duplicates(training: CohortScans, external: CohortScans, *, allowed: bool) -> DuplicateCount:
    """The pairs of patients who are one, in either cohort and across both, where they are allowed.

    Args:
        training: nodules of the training cohort.
        external: those of the external one.
        allowed: whether the user allows them.

    Raises:
        CohortError: pairs that are not allowed, by their ids.
    """
    inside = 0
    for scans, what in ((training, IN_SPLITS), (external, COUNTED_TWICE)):
        inside += refuse_duplicates(duplicates_within(scans), what, allowed=allowed)
    shared = duplicates_between(training, external)
    what = "An external cohort shares no scan and no patient with the training."
    return DuplicateCount(allowed, inside, refuse_duplicates(shared, what, allowed=allowed))


def refuse_pretrained_cubes(pretrained: Mapping[str, str], external_cubes: Sequence[str]) -> None:
    """Refuses a start that was pretrained on nodules of the external cohort, with labels or without.

    Args:
        pretrained: folder of a pretrained network by backbone.
        external_cubes: fingerprints of the external cohort's cubes.

    Raises:
        CohortError: a cube that a start has seen.
        WeightsError: a folder that cannot be read.
    """
    for folder in pretrained.values():
        seen = read_pretrained(Path(folder)).training_cubes.intersection(external_cubes)
        if seen:
            raise CohortError(
                f"{folder} was pretrained on {len(seen)} cubes of the external store: its figures would be of nodules "
                "that the network knows. Pretrain on other patients (`pretrained`)."
            )
