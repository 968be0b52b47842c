"""ACC, SEN, SPE, F1 and AUC against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn import metrics as reference

from radiogene.evaluation.metrics import auc, confusion_metrics


@pytest.mark.parametrize("seed", range(5))
def test_equal_scikit_learn(seed):
    generator = np.random.default_rng(seed)
    labels = generator.integers(-1, 2, 80).astype(np.int8)
    probabilities = np.round(generator.random(80), 1)
    calls = probabilities >= 0.5
    found = confusion_metrics(labels, calls)
    known = labels >= 0
    y, c, p = labels[known], calls[known], probabilities[known]
    assert found.accuracy.value == pytest.approx(reference.accuracy_score(y, c))
    assert found.sensitivity.value == pytest.approx(reference.recall_score(y, c))
    assert found.specificity.value == pytest.approx(reference.recall_score(1 - y, ~c))
    assert found.f1.value == pytest.approx(reference.f1_score(y, c))
    assert auc(labels, probabilities).value == pytest.approx(reference.roc_auc_score(y, p))
    assert found.counts.patients == known.sum()


def test_ties_count_half():
    # Pairs (0.5, 0.5) and (0.5, 0.2), (0.1, 0.5) and (0.1, 0.2): 0.5 + 1 + 0 + 0 of 4.
    assert auc(np.array([1, 1, 0, 0], dtype=np.int8), np.array([0.5, 0.1, 0.5, 0.2])).value == 0.375


def test_f1_of_table_3_does_not_follow_from_its_sensitivity_and_specificity():
    # Table 3: 25 of 127 known external EGFR are mutants; SEN 73.94, SPE 76.69 give F1 55.0, not 77.85 (method.md 7).
    labels = np.array([1] * 25_000 + [0] * 102_000, dtype=np.int8)
    calls = np.concatenate([np.arange(25_000) < 18_485, np.arange(102_000) >= 78_224])
    found = confusion_metrics(labels, calls)
    assert found.sensitivity.value == pytest.approx(0.7394, abs=1e-4)
    assert found.specificity.value == pytest.approx(0.7669, abs=1e-4)
    assert found.f1.value == pytest.approx(0.550, abs=1e-3)


def test_undefined_figures_say_why():
    only_wild = confusion_metrics(np.array([0, 0, -1], dtype=np.int8), np.array([True, False, True]))
    assert only_wild.specificity.value == only_wild.accuracy.value == 0.5
    for measure in (only_wild.sensitivity, only_wild.f1):
        assert measure.value is None
        assert "no mutant" in measure.reason
    only_mutant = confusion_metrics(np.array([1, 1], dtype=np.int8), np.array([True, True]))
    assert only_mutant.specificity.value is None
    assert "no wild type" in only_mutant.specificity.reason
    assert only_mutant.f1.value == 1.0
    nobody = confusion_metrics(np.array([-1, -1], dtype=np.int8), np.array([True, False]))
    assert nobody.accuracy.value is None
    assert "known label" in nobody.accuracy.reason


def test_no_call_is_an_f1_of_zero():
    assert confusion_metrics(np.array([1, 0], dtype=np.int8), np.array([False, False])).f1.value == 0.0
