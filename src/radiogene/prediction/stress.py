"""How a model's figures and answers hold when every scan of a cohort is changed: the same patients, level by level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.identity.cube_fingerprint import cube_fingerprint
from radiogene.cohort.identity.site_key import KeyedHash
from radiogene.cohort.prepared_cohort import CohortRecord, CohortSource, PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.ct.acquisition_changes import Change, changed_cube
from radiogene.ct.geometry_report import GeometryReport
from radiogene.ct.preparation import PreparationSettings
from radiogene.errors import SettingsError
from radiogene.evaluation.bootstrap import PATIENT_BOOTSTRAP, BootstrapSettings, content_order, draws
from radiogene.evaluation.calibration_measures import calibration_measures
from radiogene.evaluation.comparison import auc_difference
from radiogene.evaluation.event_gate import gated
from radiogene.evaluation.intervals import auc_with_interval, wilson_share
from radiogene.evaluation.measure import Measure, percentile_measure
from radiogene.evaluation.predictions import Predictions
from radiogene.prediction.predictor import Predictor
from radiogene.storage.typed_json import JsonObject

AMOUNTS: Mapping[Change, tuple[float, ...]] = {
    Change.THICKNESS: (2.0, 3.0, 5.0, 8.0),
    Change.BLUR: (0.5, 1.0, 1.5, 2.0),
    Change.SHARPENING: (0.5, 1.0, 2.0),
    Change.NOISE: (10.0, 20.0, 40.0, 80.0),
    Change.HU_SHIFT: (-100.0, -50.0, -20.0, 20.0, 50.0, 100.0),
    Change.SHIFTED_CENTRE: (1.0, 2.0, 3.0, 5.0, 8.0),
}
"""What is tried, in the unit of each change."""

UNKNOWN = "unknown"
"""Of a clinical value, in place of an amount."""

RESAMPLES = BootstrapSettings(resamples=500)


@dataclass(frozen=True, eq=False)
class ChangedRecord:
    """A record with other values of its patient.

    Attributes:
        record: as it is.
        row: the values.
    """

    record: CohortRecord
    row: PatientRow

    @property
    def geometry(self) -> GeometryReport | None:
        """See `CohortRecord`."""
        return self.record.geometry

    @property
    def synthetic(self) -> bool:
        """See `CohortRecord`."""
        return self.record.synthetic

    @property
    def dicom_patient(self) -> KeyedHash | None:
        """See `CohortRecord`."""
        return self.record.dicom_patient

    @property
    def largest_extent_mm(self) -> float:
        """See `CohortRecord`."""
        return self.record.largest_extent_mm


@dataclass(frozen=True, eq=False)
class ChangedSource:
    """A source whose cubes are changed, and whose patients may lack a value; the same change gives the same cubes.

    Attributes:
        source: of the cubes as they are.
        change: of the cubes; None leaves them.
        amount: of it.
        unknown: column that nobody has a value of; empty for none.
    """

    source: CohortSource
    change: Change | None = None
    amount: float = 0.0
    unknown: str = ""

    @property
    def preparation(self) -> PreparationSettings | None:
        """See `CohortSource`."""
        return self.source.preparation

    @property
    def preparation_hash(self) -> str:
        """See `CohortSource`."""
        return self.source.preparation_hash

    @cached_property
    def records(self) -> tuple[CohortRecord, ...]:
        """See `CohortSource`."""
        if not self.unknown:
            return self.source.records
        return tuple(ChangedRecord(each, _without(each.row, self.unknown)) for each in self.source.records)

    def cube(self, index: int) -> NDArray[np.int16]:
        """See `CohortSource`; noise and directions follow from the cube's own content."""
        cube = self.source.cube(index)
        if self.change is None:
            return cube
        seed = int(cube_fingerprint(cube)[:16], 16)
        return changed_cube(cube, self.change, self.amount, np.random.default_rng(seed))

    def segment(self, index: int) -> NDArray[np.bool_] | None:
        """See `CohortSource`."""
        return self.source.segment(index)


def _without(row: PatientRow, column: str) -> PatientRow:
    """The row without its value of a column."""
    match column:
        case "age":
            return replace(row, age_years=None)
        case "sex":
            return replace(row, sex=None)
        case "smoking":
            return replace(row, smoking=None, smoking_status=None)
        case _:
            return replace(row, extra={**row.extra, column: ""})


@dataclass(frozen=True, eq=False)
class GeneLevel:
    """One gene at one level of a change.

    Attributes:
        auc: at this level.
        auc_difference: from the scans as they are; positive where the change helps.
        in_the_large, slope: calibration at this level.
        movement: mean absolute change of a patient's probability.
        calls_changed: share of patients whose call is another.
    """

    auc: Measure
    auc_difference: Measure
    in_the_large: Measure
    slope: Measure
    movement: Measure
    calls_changed: Measure

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        return {name: measure.to_json() for name, measure in vars(self).items()}


@dataclass(frozen=True, eq=False)
class StressLevel:
    """One level of one change.

    Attributes:
        change: in words, with its unit, or the clinical value that is unknown.
        amount: in that unit; None for an unknown value.
        genes: figures per gene.
    """

    change: str
    amount: float | None
    genes: Mapping[str, GeneLevel]

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        genes: JsonObject = {gene: level.to_json() for gene, level in self.genes.items()}
        return {"change": self.change, "amount": self.amount, "genes": genes}


@dataclass(frozen=True, eq=False)
class StressResult:
    """How a model holds on a cohort.

    Attributes:
        patients: who were answered for.
        synthetic: True where the cohort or the training patients do not exist.
        includes_training_cases: True where cubes of the training were allowed.
        levels: in the order tried; the first are the scans as they are.
    """

    patients: int
    synthetic: bool
    includes_training_cases: bool
    levels: tuple[StressLevel, ...]

    def to_json(self) -> JsonObject:
        """The content of `stress.json`; nothing in it names a patient."""
        return {
            "patients": self.patients,
            "synthetic": self.synthetic,
            "includes_training_cases": self.includes_training_cases,
            "levels": [level.to_json() for level in self.levels],
        }


AS_THEY_ARE = "as they are"


def stress_model(
    predictor: Predictor,
    cohort: PreparedCohort,
    amounts: Mapping[Change, Sequence[float]] = AMOUNTS,
    *,
    include_training_cases: bool = False,
) -> StressResult:
    """The figures of a model on a cohort, as it is and with every change.

    Args:
        predictor: the model.
        cohort: patients of a store.
        amounts: what is tried.
        include_training_cases: allow cubes that the model was trained on.

    Raises:
        CohortError, WeightsError: as for `Predictor.predict_store`.
        SettingsError: a model that neither looks at an image nor reads a clinical value.
    """
    first = predictor.predict_store(cohort, include_training_cases=include_training_cases)
    looks = predictor.model.entry.looks_at_nodule
    columns = [name for name in predictor.facts.columns if name in predictor.clinical_columns]
    if not looks and not columns:
        raise SettingsError(f"{predictor.title} reads nothing of a patient that can be changed.")
    before = first.predictions
    levels = [StressLevel(AS_THEY_ARE, None, _genes(predictor, before, before))]
    if looks:
        for change, tried in amounts.items():
            for amount in tried:
                after = _predictions(predictor, cohort, ChangedSource(cohort.source, change, amount))
                levels.append(StressLevel(change.value, amount, _genes(predictor, before, after)))
    for column in columns:
        after = _predictions(predictor, cohort, ChangedSource(cohort.source, unknown=column))
        levels.append(StressLevel(f"{column} {UNKNOWN}", None, _genes(predictor, before, after)))
    return StressResult(
        len(before.patient_ids),
        cohort.synthetic or predictor.facts.synthetic,
        include_training_cases,
        tuple(levels),
    )


def _predictions(predictor: Predictor, cohort: PreparedCohort, source: ChangedSource) -> Predictions:
    """What the model says of the same patients, changed; training cases were asked about before the first change."""
    changed = replace(cohort, source=source)
    return predictor.predict_store(changed, include_training_cases=True).predictions


def _genes(predictor: Predictor, before: Predictions, after: Predictions) -> dict[str, GeneLevel]:
    genes = {}
    for column, name in enumerate(before.genes):
        threshold = predictor.decision.gene(name).threshold
        genes[name] = _gene_level(
            before.labels[:, column], before.probabilities[:, column], after.probabilities[:, column], threshold
        )
    return genes


def _gene_level(
    labels: NDArray[np.int8], before: NDArray[np.float64], after: NDArray[np.float64], threshold: float
) -> GeneLevel:
    known = labels >= 0
    calibration = calibration_measures(labels[known], after[known], RESAMPLES)
    moved = np.abs(after - before)
    moved = moved[content_order(labels, before, after)]
    drawn = draws(moved.size, RESAMPLES.resamples, RESAMPLES.generator()) @ moved / moved.size
    changed = wilson_share(int(((before >= threshold) != (after >= threshold)).sum()), labels.size)
    return GeneLevel(
        auc=auc_with_interval(labels, after),
        auc_difference=auc_difference(labels, after, before).difference,
        in_the_large=calibration.in_the_large,
        slope=calibration.slope,
        movement=gated(percentile_measure(float(moved.mean()), drawn, PATIENT_BOOTSTRAP), labels),
        calls_changed=gated(changed, labels),
    )
