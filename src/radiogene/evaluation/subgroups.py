"""A model's figures in subgroups of patients: by sex, age, smoking, site and nodule size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.few_events import few_events
from radiogene.cohort.row import PatientRow
from radiogene.errors import CohortError
from radiogene.evaluation.bootstrap import BootstrapSettings, with_intervals
from radiogene.evaluation.calibration_measures import observed_expected
from radiogene.evaluation.evaluation import Threshold
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.intervals import auc_with_interval
from radiogene.evaluation.measure import Measure
from radiogene.evaluation.metrics import ConfusionMetrics, confusion_metrics
from radiogene.evaluation.predictions import Predictions
from radiogene.storage.typed_json import JsonObject

SIZE_CUT_MM = 20.0
"""Largest extent that counts as small; the paper takes nodules up to 30 mm and states no cut."""

AGE_CUT_YEARS = 65.0
"""From which on a patient counts as old: the usual cut of trials (ICH E7, studies in geriatric populations)."""

UNKNOWN_LEVEL = "unknown"


@dataclass(frozen=True)
class SubgroupFigures:
    """One gene's figures in one subgroup.

    Attributes:
        factor: what the patients are divided by: `sex`, `age`, `smoking`, `site`, `nodule size`.
        level: which of them, as printed.
        patients, mutants: with a known label.
        auc: over all pairs, or over pairs within folds.
        metrics: ACC, SEN, SPE, F1 of the calls at the model's one threshold.
        observed_expected: mutants observed over mutants expected.
        reason: why figures or intervals are missing; empty where none is.
    """

    factor: str
    level: str
    patients: int
    mutants: int
    auc: Measure
    metrics: ConfusionMetrics
    observed_expected: Measure
    reason: str = ""

    @property
    def false_negative_rate(self) -> Measure:
        """Share of the mutants who are called wild type."""
        return _complement(self.metrics.sensitivity)

    @property
    def false_positive_rate(self) -> Measure:
        """Share of the wild types who are called mutant."""
        return _complement(self.metrics.specificity)

    def to_json(self) -> JsonObject:
        """All figures as plain JSON values, not rounded."""
        counts = self.metrics.counts
        return {
            "factor": self.factor,
            "level": self.level,
            "patients": self.patients,
            "mutants": self.mutants,
            "called_mutant": counts.true_mutant + counts.false_mutant,
            "auc": self.auc.to_json(),
            **{name: measure.to_json() for name, measure in self.metrics.measures.items()},
            "false_negative_rate": self.false_negative_rate.to_json(),
            "false_positive_rate": self.false_positive_rate.to_json(),
            "observed_expected": self.observed_expected.to_json(),
            "reason": self.reason or None,
        }


@dataclass(frozen=True, eq=False)
class PatientTraits:
    """What N patients are divided by, in the order of their predictions.

    Attributes:
        levels: per factor, N levels as printed.
    """

    levels: Mapping[str, tuple[str, ...]]


def patient_traits(
    patients: Sequence[PatientRow],
    sizes_mm: NDArray[np.float64],
    size_cut_mm: float = SIZE_CUT_MM,
    age_cut_years: float = AGE_CUT_YEARS,
) -> PatientTraits:
    """The levels of N patients.

    Args:
        patients: N rows, one per patient.
        sizes_mm: (N,) largest extent of the nodule that the prediction is of; NaN is unknown.
        size_cut_mm: a nodule up to this extent is small.
        age_cut_years: from this age on a patient counts as old.

    Raises:
        CohortError: another number of sizes.
    """
    if sizes_mm.shape != (len(patients),):
        raise CohortError(f"found {sizes_mm.size} nodule sizes for {len(patients)} patients; one each was expected")
    smoking = {True: "ever", False: "never", None: UNKNOWN_LEVEL}
    small, large = f"<= {size_cut_mm:g} mm", f"> {size_cut_mm:g} mm"
    sizes = [UNKNOWN_LEVEL if np.isnan(size) else small if size <= size_cut_mm else large for size in sizes_mm]
    young, old = f"under {age_cut_years:g} years", f"{age_cut_years:g} years and over"
    ages = [
        UNKNOWN_LEVEL if row.age_years is None else young if row.age_years < age_cut_years else old for row in patients
    ]
    return PatientTraits(
        {
            "sex": tuple(row.sex or UNKNOWN_LEVEL for row in patients),
            "age": tuple(ages),
            "smoking": tuple(smoking[row.smoking] for row in patients),
            "site": tuple(row.site or UNKNOWN_LEVEL for row in patients),
            "nodule size": tuple(sizes),
        }
    )


def subgroup_figures(
    predictions: Predictions,
    gene: str,
    threshold: Threshold,
    traits: PatientTraits,
    folds: NDArray[np.int64] | None = None,
    settings: BootstrapSettings = BootstrapSettings(),
) -> tuple[SubgroupFigures, ...]:
    """One gene's figures in every subgroup, factors and levels in a fixed order.

    Subgroups are looked at, not tested: intervals that overlap or do not are no test of a difference, and among many
    subgroups some stand out by chance.

    Args:
        predictions: one row per patient.
        gene: which.
        threshold: at which all patients are called; none is set per subgroup.
        traits: of the same patients in the same order.
        folds: (N,) for out-of-fold predictions, the fold that held each patient out; None for another cohort.
        settings: resamples and seed.

    Raises:
        CohortError: no such gene, or traits of other patients.
    """
    found = predictions.gene(gene)
    figures = []
    for factor, levels in traits.levels.items():
        if len(levels) != len(predictions.patient_ids):
            raise CohortError(
                f"found {len(levels)} values of {factor} for {len(predictions.patient_ids)} predictions; one for each "
                "patient, in the same order, was expected"
            )
        of_known = np.array(levels, dtype=object)[found.known]
        for level in sorted(set(levels), key=lambda name: (name == UNKNOWN_LEVEL, name)):
            own = of_known == level
            within = None if folds is None else folds[found.known][own]
            figures.append(
                _figures(factor, level, found.labels[own], found.probabilities[own], threshold, within, settings)
            )
    return tuple(figures)


def _figures(
    factor: str,
    level: str,
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    threshold: Threshold,
    folds: NDArray[np.int64] | None,
    settings: BootstrapSettings,
) -> SubgroupFigures:
    """The figures of the n patients of one subgroup: labels (n,), probabilities (n,), folds (n,)."""
    mutants = int(np.sum(labels == 1))
    metrics = with_intervals(confusion_metrics(labels, probabilities >= threshold.value), settings)
    area = (
        auc_with_interval(labels, probabilities)
        if folds is None
        else foldwise_auc(labels, probabilities, folds, settings).auc
    )
    reason = few_events(mutants, labels.size - mutants) or area.reason
    expected = observed_expected(labels, probabilities, settings)
    return SubgroupFigures(factor, level, labels.size, mutants, area, metrics, expected, reason)


def _complement(share: Measure) -> Measure:
    """One minus the share, with the ends of its interval."""
    interval = share.interval
    return replace(
        share,
        value=None if share.value is None else 1 - share.value,
        interval=None if interval is None else replace(interval, low=1 - interval.high, high=1 - interval.low),
    )
