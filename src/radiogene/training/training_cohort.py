"""The nodules of a cohort that a training may use, and what must hold of them before it starts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.identity.cube_fingerprint import cube_fingerprint
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.joined_stores import Stores
from radiogene.errors import TrainingError
from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.evaluation.patient_level import NodulePredictions, NoduleRule, patient_level
from radiogene.evaluation.predictions import UNKNOWN, Predictions
from radiogene.training.batches.stored_cubes import Cubes, cubes_of


@dataclass(frozen=True, eq=False)
class TrainingCohort:
    """The nodules of a cohort whose patient has a known status of at least one gene.

    Attributes:
        genes: G names.
        index: (N,) positions in the store.
        rows: N patients' values.
        cubes_zyx: (N, 64, 64, 64) int16 HU; those of a large cohort are read from the store when they are asked for.
        fingerprints: (N,) of the cubes.
        labels: (N, G) int8: 1 mutant, 0 wild type, -1 unknown.
        sizes_mm: (N,) largest extent of each nodule; NaN for a point.
    """

    genes: tuple[str, ...]
    index: tuple[int, ...]
    rows: tuple[PatientRow, ...]
    cubes_zyx: Cubes
    fingerprints: tuple[str, ...]
    labels: NDArray[np.int8]
    sizes_mm: NDArray[np.float64]

    @property
    def patient_labels(self) -> dict[str, dict[str, int | None]]:
        """The label of each gene per patient, patients in order of first appearance."""
        return {
            row.patient_id: {
                gene: None if label == UNKNOWN else int(label) for gene, label in zip(self.genes, labels, strict=True)
            }
            for row, labels in zip(self.rows, self.labels, strict=True)
        }

    def of_patients(self, patients: Sequence[str]) -> NDArray[np.int_]:
        """Positions in this cohort of the nodules of these patients."""
        chosen = set(patients)
        return np.array([i for i, row in enumerate(self.rows) if row.patient_id in chosen], dtype=int)

    def rows_at(self, positions: NDArray[np.int_]) -> list[PatientRow]:
        """The rows of the nodules at these positions."""
        return [self.rows[i] for i in positions]

    def of_largest(self, positions: NDArray[np.int_]) -> NDArray[np.int_]:
        """Which of these nodules (M,) are the largest, or the first of unknown size, of their patient.

        Args:
            positions: (M,) of nodules in this cohort.
        """
        sizes = np.nan_to_num(self.sizes_mm[positions], nan=-1.0)
        chosen: dict[str, int] = {}
        for number in np.argsort(-sizes, kind="stable"):
            chosen.setdefault(self.rows[positions[number]].patient_id, int(number))
        return np.array(sorted(chosen.values()), dtype=int)

    def patient_predictions(
        self, positions: NDArray[np.int_], probabilities: NDArray[np.float64], rule: NoduleRule
    ) -> Predictions:
        """One prediction per patient from those of its nodules.

        Args:
            positions: (M,) of nodules in this cohort.
            probabilities: (M, G).
            rule: whose probability a patient with several nodules gets.
        """
        nodules = NodulePredictions(
            tuple(self.rows[i].patient_id for i in positions),
            self.genes,
            probabilities,
            self.labels[positions],
            self.sizes_mm[positions],
        )
        return patient_level(nodules, rule)


def store_of(prepared: PreparedCohort) -> Stores:
    """The store, or the stores, that the cohort's cubes come from.

    Raises:
        TrainingError: they are of none, so that nobody could say how they were prepared.
    """
    if not isinstance(prepared.source, Stores):
        raise TrainingError("These cubes are of no store; a network is trained on what `radiogene prepare` wrote.")
    return prepared.source


def training_cohort(
    prepared: PreparedCohort, genes: tuple[str, ...], labels: NDArray[np.int8] | None = None
) -> TrainingCohort:
    """The nodules of a cohort that can be trained on, in the store's order, whatever that of the patients.

    Args:
        prepared: P patients.
        genes: G names.
        labels: (P, G) 1 mutant, 0 wild type, -1 unknown, in place of those of the table.

    Raises:
        TrainingError: none has a known status, or labels of another shape.
    """
    if labels is None:
        labels = patient_label_table(prepared, genes)
    if labels.shape != (len(prepared), len(genes)):
        wanted = (len(prepared), len(genes))
        raise TrainingError(f"Labels of shape {labels.shape}; expected {wanted}: patients, and {', '.join(genes)}.")
    known = np.flatnonzero((labels != UNKNOWN).any(axis=1))
    of_nodule = {index: labels[patient] for patient in known for index in prepared.nodules[patient]}
    if not of_nodule:
        raise TrainingError(
            f"No nodule of the store has a known status of {' or '.join(genes)}. Fill these columns of the cohort "
            "table and run `radiogene prepare` again."
        )
    index = tuple(sorted(of_nodule))
    records = [prepared.source.records[i] for i in index]
    cubes = cubes_of(prepared.source, index)
    return TrainingCohort(
        genes,
        index,
        tuple(record.row for record in records),
        cubes,
        tuple(cube_fingerprint(cube) for cube in cubes),
        np.stack([of_nodule[i] for i in index]).astype(np.int8),
        np.array([record.largest_extent_mm for record in records], dtype=np.float64),
    )
