"""The gate by number of events: nine of a class give a point and a reason everywhere, ten give an interval."""

import numpy as np
import pytest

from radiogene.decision.calibration import CalibrationKind, fit_calibration
from radiogene.decision.threshold import youden_threshold
from radiogene.errors import CohortError
from radiogene.evaluation.bootstrap import BootstrapSettings, with_intervals
from radiogene.evaluation.calibration_error import calibration_error
from radiogene.evaluation.calibration_measures import calibration_measures
from radiogene.evaluation.comparison import auc_difference, mcnemar_exact, paired_delong
from radiogene.evaluation.decision_curve import decision_curve
from radiogene.evaluation.event_gate import event_gate
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.intervals import auc_with_interval, delong_auc
from radiogene.evaluation.metrics import auc, confusion_metrics, placements
from radiogene.evaluation.precision_recall import precision_recall
from radiogene.evaluation.roc_curve import roc_curve

FEW = BootstrapSettings(resamples=200)


def cohort(mutants, wild_types, seed=3):
    """Labels with two unknown ones, and two models' probabilities."""
    generator = np.random.default_rng(seed)
    labels = np.array([1] * mutants + [0] * wild_types + [-1] * 2, dtype=np.int8)
    return labels, *(1 / (1 + np.exp(-generator.normal((labels == 1) * 1.0))) for _ in range(2))


def every_measure(labels, first, second):
    """Every measure that an evaluation, a comparison or a supplement can print, by name."""
    folds = np.arange(labels.size) % 2
    calls = with_intervals(confusion_metrics(labels, first >= 0.5), FEW)
    return {
        "auc": auc_with_interval(labels, first),
        "fold-wise": foldwise_auc(labels, first, folds, FEW).auc,
        **calls.measures,
        **calibration_measures(labels, first, FEW).measures,
        "average precision": precision_recall(labels, first, FEW).average_precision,
        "difference": auc_difference(labels, first, second).difference,
    }


@pytest.mark.parametrize(("mutants", "wild_types"), [(2, 26), (9, 40), (40, 9)])
def test_below_ten_of_either_class_every_figure_is_a_point_with_the_reason(mutants, wild_types):
    labels, first, second = cohort(mutants, wild_types)
    words = f"from {mutants} mutants and {wild_types} wild types: at least 10 of each are needed"
    for name, measure in every_measure(labels, first, second).items():
        assert measure.value is not None, name
        assert measure.interval is None, name
        assert words in measure.reason, name
    assert auc_difference(labels, first, second).p_value is None
    calls = mcnemar_exact(labels, first >= 0.5, second >= 0.5)
    assert calls.p_value is None
    assert words in calls.reason
    assert roc_curve(labels, first, settings=FEW).band is None
    curve = decision_curve(labels, first, settings=FEW)
    assert curve.band is None
    assert curve.net_benefit.size
    assert words in curve.to_json()["reason"]


@pytest.mark.parametrize(("mutants", "wild_types"), [(10, 40), (40, 10)])
def test_from_ten_of_each_every_figure_has_an_interval_with_a_width(mutants, wild_types):
    labels, first, second = cohort(mutants, wild_types)
    assert event_gate(labels) == ""
    for name, measure in every_measure(labels, first, second).items():
        assert measure.interval is not None, name
        assert measure.interval.low < measure.interval.high, name
    assert 0 < auc_difference(labels, first, second).p_value <= 1
    assert mcnemar_exact(labels, first >= 0.5, second >= 0.5).p_value is not None


def test_the_value_is_the_same_on_both_sides_of_the_gate():
    labels, first, second = cohort(9, 30)
    assert auc_with_interval(labels, first).value == delong_auc(labels, first).value
    assert (
        auc_difference(labels, first, second).difference.value == paired_delong(labels, first, second).difference.value
    )


def test_a_figure_without_a_value_keeps_its_own_reason():
    labels = np.zeros(5, dtype=np.int8)
    assert "no mutant" in auc_with_interval(labels, np.linspace(0, 1, 5)).reason


FUNCTIONS = {
    "auc": auc,
    "placements": placements,
    "auc_with_interval": auc_with_interval,
    "delong_auc": delong_auc,
    "auc_difference": lambda labels, p: auc_difference(labels, p, np.linspace(0, 1, p.size)),
    "paired_delong, second": lambda labels, p: paired_delong(labels, np.linspace(0, 1, p.size), p),
    "foldwise_auc": lambda labels, p: foldwise_auc(labels, p, np.arange(p.size) % 2, FEW),
    "calibration_error": lambda labels, p: calibration_error(labels, p, FEW),
    "calibration_measures": lambda labels, p: calibration_measures(labels, p, FEW),
    "decision_curve": lambda labels, p: decision_curve(labels, p, settings=FEW),
    "precision_recall": lambda labels, p: precision_recall(labels, p, FEW),
    "roc_curve": lambda labels, p: roc_curve(labels, p, settings=FEW),
    "youden_threshold": youden_threshold,
    "fit_calibration": lambda labels, p: fit_calibration(CalibrationKind.ISOTONIC, labels, p),
}


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_score_that_is_no_number_is_refused_by_its_place(function, value):
    labels = np.array([1, 0] * 15, dtype=np.int8)
    scores = np.linspace(0.1, 0.9, 30)
    function(labels, scores)
    scores[7] = value
    with pytest.raises(CohortError, match=rf"score {value} at position 7 \(1 of 30"):
        function(labels, scores)


@pytest.mark.parametrize("function", [auc, auc_with_interval, lambda y, p: confusion_metrics(y, p > 0.5)])
def test_another_label_is_refused(function):
    with pytest.raises(CohortError, match="label 2 at position 1; wanted 1"):
        function(np.array([1, 2, 0], dtype=np.int8), np.array([0.1, 0.2, 0.3]))
