"""Answers of a compared system, for a store or for one nodule."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.preparation import PreparationSettings, PreparedNodule, stored_cube
from radiogene.errors import CohortError, WeightsError
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.inputs import available
from radiogene.methods.system_folder import SavedSystem
from radiogene.model.known_cubes import cube_fingerprint
from radiogene.prediction.predictor import SYNTHETIC_CASE, SYNTHETIC_MODEL
from radiogene.prediction.result import GeneResult, PredictionResult


@dataclass(frozen=True, eq=False)
class OneNodule:
    """A single nodule as a source of cubes.

    Attributes:
        prepared: its cube, segment and geometry.
        row: the patient's values.
    """

    prepared: PreparedNodule
    row: PatientRow

    @property
    def records(self) -> tuple[CubeRecord, ...]:
        """Its record."""
        return (CubeRecord("case", self.row, self.prepared.report, self.prepared.is_synthetic),)

    def cube(self, index: int) -> NDArray[np.int16]:
        """Its cube (64, 64, 64) int16 HU."""
        return stored_cube(self.prepared.cube_hu)

    def segment(self, index: int) -> NDArray[np.bool_] | None:
        """Its segment (64, 64, 64); None where it was marked by a point."""
        return self.prepared.segment_zyx


def predict_store_with_system(
    saved: SavedSystem, cohort: PreparedCohort, *, include_training_cases: bool
) -> Predictions:
    """Calibrated predictions for the patients that have what the system needs.

    Args:
        saved: the system.
        cohort: patients of a store.
        include_training_cases: allow cubes that the system was trained on.

    Raises:
        WeightsError: the cubes were prepared otherwise than the system's own.
        CohortError: nobody has what it needs, or cubes of the training are among them.
    """
    if isinstance(cohort.source, CubeStore):
        _require_preparation(saved, cohort.source.preparation_hash)
    known = frozenset(saved.training_cubes)
    nodules = [index for found in cohort.nodules for index in found]
    seen = sum(cube_fingerprint(cohort.source.cube(index)) in known for index in nodules)
    if seen and not include_training_cases:
        raise CohortError(
            f"{seen} of {len(nodules)} nodules were among the system's training cases. Give another cohort, or "
            "--include-training-cases to get figures that are named so."
        )
    predictions = saved.system.predict(cohort)
    if not predictions.patient_ids:
        reasons = available(saved.system.entry, cohort, saved.system.method.settings.clinical).reasons
        raise CohortError(f"No patient has what {saved.system.entry.title} needs: {'; '.join(reasons)}.")
    return predictions


def predict_nodule_with_system(saved: SavedSystem, prepared: PreparedNodule, row: PatientRow) -> PredictionResult:
    """The result for one nodule.

    Args:
        saved: the system.
        prepared: the nodule's cube, segment and geometry.
        row: the patient's values.

    Raises:
        WeightsError: the system's cubes were prepared otherwise.
        CohortError: the case lacks what the system needs.
    """
    _require_preparation(saved, PreparationSettings().fingerprint())
    system = saved.system
    cohort = PreparedCohort.of(OneNodule(prepared, row))
    found = available(system.entry, cohort, system.method.settings.clinical)
    if not found.present.all():
        raise CohortError(f"{system.entry.title}: this case cannot be predicted: {'; '.join(found.reasons)}.")
    probabilities = system.predict(cohort).probabilities[0]
    genes = {}
    for gene, probability in zip(system.method.settings.genes, probabilities.tolist(), strict=True):
        rule = system.decision.gene(gene)
        genes[gene] = GeneResult(probability, None, rule.threshold, rule.call(probability))
    warnings = _warnings(saved, prepared)
    return PredictionResult(genes, prepared.report, warnings, _identity(saved))


def _warnings(saved: SavedSystem, prepared: PreparedNodule) -> tuple[str, ...]:
    warnings = [SYNTHETIC_CASE] if prepared.is_synthetic else [SYNTHETIC_MODEL] if saved.synthetic else []
    warnings += prepared.report.warnings
    if cube_fingerprint(stored_cube(prepared.cube_hu)) in saved.training_cubes:
        warnings.append("This nodule was among the training cases: the result says how well it is remembered.")
    return tuple(warnings)


def _identity(saved: SavedSystem) -> dict[str, Any]:
    return {
        "method": saved.system.entry.name,
        "kind": saved.system.decision.model_kind.value,
        "manifest_sha256": saved.sha256,
        "synthetic": saved.synthetic,
        "not_a_medical_device": True,
    }


def _require_preparation(saved: SavedSystem, preparation_hash: str) -> None:
    if preparation_hash != saved.preparation_hash:
        raise WeightsError(
            f"These cubes were prepared otherwise ({preparation_hash[:12]}) than those of the system "
            f"({saved.preparation_hash[:12]}). Prepare them with the version that trained it, or train again."
        )
