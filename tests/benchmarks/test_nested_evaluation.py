"""Nested cross-validation of the benchmarks: what it finds, and what it must not see."""

from dataclasses import replace

import numpy as np
import pytest

from patients.nested_evaluation import OUTER_FOLDS, Question, clinical_question, nested_result, permuted
from patients.result_table import NESTED_HEADINGS, nested_cells
from radiogene.cohort.row import PatientRow
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.nested import plain


def question(signal: float, patients: int = 60) -> Question:
    generator = np.random.default_rng(1)
    labels = (np.arange(patients) % 3 == 0).astype(np.int8)
    values = generator.normal(size=(patients, 4))
    values[:, 0] += signal * labels
    return Question("EGFR", tuple(f"P{n:02}" for n in range(patients)), labels, plain(values), Learner.FOREST)


@pytest.mark.long
def test_a_signal_is_found_with_every_figure():
    found = nested_result(question(3.0), seeds=2)
    assert found.auc.value > 0.9
    assert found.auc.interval.low > 0.5
    assert "Nadeau" in found.auc.interval.method
    assert found.calls["accuracy"].mean > 0.8
    assert found.calls["accuracy"].seeds == 2
    assert found.spread.lowest <= found.first.auc.value <= found.spread.highest
    assert found.pooled.mean > 0.9
    assert [len(run.thresholds) for run in found.runs] == [OUTER_FOLDS, OUTER_FOLDS]
    content = found.to_json()
    assert (content["patients"], content["mutants"]) == (60, 20)
    assert content["auc"]["interval"] is not None
    assert len(nested_cells(found)) == len(NESTED_HEADINGS)


def test_few_mutants_leave_the_auc_without_an_interval():
    asked = question(3.0, patients=27)
    found = nested_result(replace(asked, learner=Learner.LOGISTIC), seeds=2)
    assert asked.mutants == 9
    assert found.auc.interval is None
    assert "at least 10 of each are needed" in found.auc.reason


def test_a_difference_is_of_the_same_folds():
    asked = replace(question(3.0), learner=Learner.LOGISTIC)
    found, blind = nested_result(asked, seeds=2), nested_result(replace(question(0.0), learner=Learner.LOGISTIC), 2)
    difference = found.minus(blind)
    assert difference.difference.value == pytest.approx(found.auc.value - blind.auc.value)
    assert difference.difference.interval.low > 0


@pytest.mark.long
def test_the_held_out_patients_decide_nothing_of_their_fold():
    asked = question(3.0)
    first = nested_result(asked, seeds=1)
    held_out = first.runs[0].folds == 0

    class Fixed(Question):
        def folds(self, seed, count=OUTER_FOLDS):
            # The labels are changed below; the folds, which balance them, are to stay.
            return first.runs[0].folds if len(self.patient_ids) == held_out.size else super().folds(seed, count)

    changed = Fixed(**vars(replace(asked, labels=np.where(held_out, 1 - asked.labels, asked.labels).astype(np.int8))))
    second = nested_result(changed, seeds=1)
    thresholds = [result.runs[0].thresholds for result in (first, second)]
    assert thresholds[1][0] == thresholds[0][0]
    assert np.array_equal(second.runs[0].probabilities[held_out], first.runs[0].probabilities[held_out])
    assert thresholds[1][1:] != thresholds[0][1:]


@pytest.mark.slow
def test_labels_dealt_anew_give_one_half():
    check = permuted(question(3.0), permutations=20, trees=10)
    assert check.genes["EGFR"].mean_auc == pytest.approx(0.5, abs=0.1)


def test_the_clinical_question_takes_the_known_patients():
    rows = [
        PatientRow(patient_id=f"P{n}", age_years=50 + n, labels={"EGFR": None if n == 0 else n % 2}) for n in range(7)
    ]
    asked = clinical_question(rows, "EGFR", ("age",))
    assert asked.patient_ids == ("P1", "P2", "P3", "P4", "P5", "P6")
    assert asked.mutants == 3
    # Scaled by the patients at the given positions: their mean becomes 0.
    assert asked.inputs(np.array([0, 1]))[:2].mean() == pytest.approx(0, abs=1e-6)
