"""Figures in subgroups: those of the subgroup's patients alone, and silence where there are too few."""

import numpy as np
import pytest

from radiogene.cohort.row import PatientRow
from radiogene.errors import CohortError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.evaluation import EvaluationSettings, Threshold, evaluate_predictions
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.predictions import Predictions
from radiogene.evaluation.subgroups import patient_traits, subgroup_figures

FEW = BootstrapSettings(resamples=300)
THRESHOLD = Threshold(0.45, "out-of-fold")


@pytest.fixture(scope="module")
def cohort():
    """150 patients: 4 of site C, 10 without a known smoking history, some without size or label."""
    generator = np.random.default_rng(1)
    rows, sizes = [], generator.uniform(8, 32, 150)
    sizes[:7] = np.nan
    sizes[7] = 20.0
    for n in range(150):
        rows.append(
            PatientRow(
                patient_id=f"p{n}",
                sex="female" if n % 3 else "male",
                age_years=None if n == 9 else 40.0 + n % 50,
                smoking=None if n < 10 else bool(n % 2),
                site="C" if n < 4 else "AB"[n % 2],
            )
        )
    labels = generator.choice([0, 1, -1], (150, 1), p=[0.6, 0.3, 0.1]).astype(np.int8)
    labels[:4] = [[1], [0], [0], [0]]
    probabilities = np.clip(generator.normal(0.4 + 0.2 * (labels == 1), 0.15), 0, 1)
    return Predictions(tuple(row.patient_id for row in rows), ("EGFR",), probabilities, labels), rows, sizes


def test_each_subgroup_has_the_figures_of_its_patients_alone(cohort):
    predictions, rows, sizes = cohort
    found = subgroup_figures(predictions, "EGFR", THRESHOLD, patient_traits(rows, sizes), settings=FEW)
    women = np.array([row.sex == "female" for row in rows])
    alone = Predictions(
        tuple(np.array(predictions.patient_ids)[women]),
        ("EGFR",),
        predictions.probabilities[women],
        predictions.labels[women],
    )
    expected = evaluate_predictions(alone, {"EGFR": THRESHOLD}, settings=EvaluationSettings(FEW)).genes["EGFR"]
    female = next(each for each in found if each.level == "female")
    assert (female.auc, female.metrics, female.reason) == (expected.auc, expected.metrics, "")
    assert (female.patients, female.mutants) == (expected.patients, expected.mutants)


def test_the_levels_of_a_factor_divide_the_known_patients(cohort):
    predictions, rows, sizes = cohort
    found = subgroup_figures(predictions, "EGFR", THRESHOLD, patient_traits(rows, sizes), settings=FEW)
    assert [(each.factor, each.level) for each in found] == [
        ("sex", "female"),
        ("sex", "male"),
        ("age", "65 years and over"),
        ("age", "under 65 years"),
        ("age", "unknown"),
        ("smoking", "ever"),
        ("smoking", "never"),
        ("smoking", "unknown"),
        ("site", "A"),
        ("site", "B"),
        ("site", "C"),
        ("nodule size", "<= 20 mm"),
        ("nodule size", "> 20 mm"),
        ("nodule size", "unknown"),
    ]
    known = int((predictions.labels >= 0).sum())
    for factor in ("sex", "age", "smoking", "site", "nodule size"):
        assert sum(each.patients for each in found if each.factor == factor) == known
    counts = found[0].metrics.counts
    assert found[0].to_json()["called_mutant"] == counts.true_mutant + counts.false_mutant


def test_a_nodule_at_the_cut_is_small_and_the_cut_is_a_choice():
    rows = [PatientRow(patient_id="a")] * 3
    assert patient_traits(rows, np.array([20.0, 20.1, np.nan])).levels["nodule size"] == (
        "<= 20 mm",
        "> 20 mm",
        "unknown",
    )
    assert patient_traits(rows, np.array([20.0, 20.1, np.nan]), 7.5).levels["nodule size"][0] == "> 7.5 mm"


def test_error_rates_and_observed_over_expected_are_those_of_the_group(cohort):
    predictions, rows, sizes = cohort
    women = next(
        each
        for each in subgroup_figures(predictions, "EGFR", THRESHOLD, patient_traits(rows, sizes), settings=FEW)
        if each.level == "female"
    )
    own = np.array([row.sex == "female" for row in rows]) & (predictions.labels[:, 0] >= 0)
    labels, probabilities = predictions.labels[own, 0], predictions.probabilities[own, 0]
    called = probabilities >= THRESHOLD.value
    assert women.false_negative_rate.value == pytest.approx((~called[labels == 1]).mean())
    assert women.false_positive_rate.value == pytest.approx(called[labels == 0].mean())
    assert women.observed_expected.value == pytest.approx(labels.sum() / probabilities.sum())
    low, high = women.metrics.sensitivity.interval.low, women.metrics.sensitivity.interval.high
    found = women.false_negative_rate.interval
    assert (found.low, found.high) == pytest.approx((1 - high, 1 - low))
    # A group whose mutants are half as many as predicted is found so.
    fewer = Predictions(
        predictions.patient_ids, ("EGFR",), np.clip(2 * predictions.probabilities, 0, 1), predictions.labels
    )
    halved = subgroup_figures(fewer, "EGFR", THRESHOLD, patient_traits(rows, sizes), settings=FEW)[0]
    assert halved.observed_expected.interval.high < 1


def test_few_of_a_kind_give_figures_without_an_interval(cohort):
    predictions, rows, sizes = cohort
    traits = patient_traits(rows, sizes)
    found = subgroup_figures(predictions, "EGFR", THRESHOLD, traits, settings=FEW)
    site = next(each for each in found if each.level == "C")
    assert (site.patients, site.mutants) == (4, 1)
    assert site.auc.value is not None
    for measure in (site.auc, site.metrics.accuracy, site.metrics.sensitivity, site.metrics.f1):
        assert measure.interval is None
        assert "from 1 mutant and 3 wild types: at least 10 of each" in measure.reason


def test_a_subgroup_of_one_class_or_of_nobody_known_says_so():
    labels = np.zeros((4, 1), dtype=np.int8)
    labels[3] = -1
    predictions = Predictions(("a", "b", "c", "d"), ("EGFR",), np.full((4, 1), 0.3), labels)
    four = [PatientRow(patient_id=name, sex="male" if name == "d" else "female") for name in "abcd"]
    women, men = subgroup_figures(predictions, "EGFR", THRESHOLD, patient_traits(four, np.full(4, 15.0)), settings=FEW)[
        :2
    ]
    assert (women.patients, women.auc.value, women.metrics.specificity.value) == (3, None, 1.0)
    assert "no mutant" in women.auc.reason
    assert (men.patients, men.auc.value) == (0, None)
    assert "no patient has a known label" in men.auc.reason


def test_out_of_fold_predictions_are_compared_within_folds(cohort):
    predictions, rows, sizes = cohort
    folds = np.arange(150) % 3
    shifted = Predictions(
        predictions.patient_ids, ("EGFR",), predictions.probabilities / 4 + folds[:, None] / 4, predictions.labels
    )
    found = subgroup_figures(shifted, "EGFR", THRESHOLD, patient_traits(rows, sizes), folds, FEW)
    men = np.array([row.sex == "male" for row in rows]) & (predictions.labels[:, 0] >= 0)
    expected = foldwise_auc(shifted.labels[men, 0], shifted.probabilities[men, 0], folds[men], FEW)
    assert found[1].auc == expected.auc


def test_traits_of_other_patients_are_refused(cohort):
    predictions, rows, sizes = cohort
    with pytest.raises(CohortError, match="149 nodule sizes for 150 patients"):
        patient_traits(rows, sizes[1:])
    with pytest.raises(CohortError, match="149 values of sex for 150 predictions"):
        subgroup_figures(predictions, "EGFR", THRESHOLD, patient_traits(rows[1:], sizes[1:]), settings=FEW)
