"""Nested cross-validation of the benchmarks: what it finds, and what it must not see."""

from dataclasses import replace

import numpy as np
import pytest

from patients.nested_evaluation import OUTER_FOLDS, Question, clinical_question, nested_result, permuted
from patients.result_table import nested_cells
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
    assert found.auc.auc.value > 0.9
    assert found.metrics.accuracy.value > 0.8
    assert found.spread.lowest <= found.auc.auc.value <= found.spread.highest
    assert found.corrected.folds == 2 * OUTER_FOLDS
    assert len(found.thresholds) == OUTER_FOLDS
    content = found.to_json()
    assert (content["patients"], content["mutants"]) == (60, 20)
    assert content["auc"]["interval"] is not None
    assert len(nested_cells(found)) == 8


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
    assert second.thresholds[0] == first.thresholds[0]
    assert np.array_equal(second.runs[0].probabilities[held_out], first.runs[0].probabilities[held_out])
    assert second.thresholds[1:] != first.thresholds[1:]


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
