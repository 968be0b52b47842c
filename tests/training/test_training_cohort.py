"""Which patients are trained on, and by which labels."""

import numpy as np
import pytest

from radiogene.errors import TrainingError
from radiogene.evaluation.predictions import label_table
from radiogene.training.training_cohort import patient_label_table, training_cohort

GENES = ("EGFR", "KRAS")


def test_the_tables_labels_are_taken_where_none_are_given(synthetic_patients):
    cohort = training_cohort(synthetic_patients, GENES)
    np.testing.assert_array_equal(cohort.labels, label_table(cohort.rows, GENES))
    assert list(cohort.patient_labels) == list(synthetic_patients.patient_ids)


def test_labels_that_are_given_replace_those_of_the_table(synthetic_patients):
    labels = 1 - np.abs(patient_label_table(synthetic_patients, GENES))
    labels[3] = (-1, 0)
    labels[5] = (-1, -1)
    cohort = training_cohort(synthetic_patients, GENES, labels)
    found = cohort.patient_labels
    ids = synthetic_patients.patient_ids
    assert found[ids[0]] == {"EGFR": labels[0, 0], "KRAS": labels[0, 1]}
    assert found[ids[3]] == {"EGFR": None, "KRAS": 0}
    assert ids[5] not in found
    assert len(found) == len(ids) - 1


def test_the_order_of_the_patients_changes_nothing(synthetic_patients):
    labels = patient_label_table(synthetic_patients, GENES)
    order = np.random.default_rng(0).permutation(len(synthetic_patients))[:12]
    straight = training_cohort(synthetic_patients.at(np.sort(order)), GENES, labels[np.sort(order)])
    shuffled = training_cohort(synthetic_patients.at(order), GENES, labels[order])
    assert shuffled.index == straight.index
    assert shuffled.patient_labels == straight.patient_labels
    np.testing.assert_array_equal(shuffled.cubes_zyx, straight.cubes_zyx)


def test_labels_of_other_patients_are_refused(synthetic_patients):
    with pytest.raises(TrainingError, match=r"Labels of shape \(2, 2\); expected \(28, 2\)"):
        training_cohort(synthetic_patients, GENES, np.zeros((2, 2), dtype=np.int8))
