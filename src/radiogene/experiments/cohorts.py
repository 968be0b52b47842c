"""The two cohorts of an experiment: where they lie, and what must hold of them before anything is fitted."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store import CubeStore
from radiogene.errors import CohortError, StoreError
from radiogene.model.known_cubes import cube_fingerprint


@dataclass(frozen=True)
class CohortPlace:
    """Where a cohort lies; a worker process opens it for itself.

    Attributes:
        store: that `radiogene prepare` filled.
        files: folder that the column `slides` starts from; None leaves slides out.
    """

    store: Path
    files: Path | None = None

    def opened(self) -> PreparedCohort:
        """All patients of the store."""
        return PreparedCohort.of(CubeStore.open(self.store), self.files)


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


def contents_fingerprint(cohort: PreparedCohort) -> str:
    """SHA-256 (hex) of everything of a cohort that a result depends on: cubes, segments, values, sizes.

    The store's records hold checksums of cubes; here the cubes themselves are read, once per run.
    """
    digest = hashlib.sha256()
    for found in cohort.nodules:
        for index in found:
            record, segment = cohort.source.records[index], cohort.source.segment(index)
            digest.update(cube_fingerprint(cohort.source.cube(index)).encode())
            digest.update(b"" if segment is None else segment.tobytes())
            values = [record.row.patient_values(), record.geometry.get("nodule")]
            digest.update(json.dumps(values, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def refuse_unusable(training: PreparedCohort, external: PreparedCohort) -> None:
    """Refuses cohorts that share a patient or a cube, are empty, or were prepared otherwise.

    Raises:
        CohortError: a patient or cube in both, or an empty store.
        StoreError: two ways of preparation.
    """
    for name, cohort in (("training", training), ("external", external)):
        if not len(cohort):
            raise CohortError(f"The {name} store is empty. Run `radiogene prepare` first.")
    stores = [cohort.source for cohort in (training, external) if isinstance(cohort.source, CubeStore)]
    if len({store.preparation_hash for store in stores}) > 1:
        raise StoreError("The two stores were prepared by different versions of radiogene. Prepare both again.")
    shared = set(training.patient_ids) & set(external.patient_ids)
    if shared:
        raise CohortError(
            f"{len(shared)} patients are in both stores, such as {sorted(shared)[0]!r}: an external cohort shares no "
            "patient with the training. Take them out of one table, or give different patients different patient_ids."
        )
    if _cubes(training) & _cubes(external):
        raise CohortError(
            "The same cube is in both stores under two patient_ids: an external cohort shares no scan with the "
            "training. Take it out of one table."
        )


def _cubes(cohort: PreparedCohort) -> set[str]:
    return {cube_fingerprint(cohort.source.cube(index)) for found in cohort.nodules for index in found}
