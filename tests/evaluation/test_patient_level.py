"""Several nodules, one patient (method.md section 4)."""

import numpy as np
import pytest

from radiogene.errors import CohortError
from radiogene.evaluation.patient_level import NodulePredictions, NoduleRule, patient_level


def nodules(**changes):
    """Patient b has three nodules, not in a row; a has one, without a size."""
    content = {
        "patient_ids": ("b", "a", "b", "b"),
        "genes": ("EGFR", "KRAS"),
        "probabilities": np.array([[0.2, 0.9], [0.5, 0.5], [0.6, 0.3], [0.1, 0.6]]),
        "labels": np.array([[1, -1], [0, 0], [1, -1], [1, -1]], dtype=np.int8),
        "sizes": np.array([8.0, np.nan, 21.0, 12.0]),
    } | changes
    return NodulePredictions(**content)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(NoduleRule.LARGEST, [0.6, 0.3]), (NoduleRule.MEAN, [0.3, 0.6]), (NoduleRule.MAX, [0.6, 0.9])],
)
def test_rules(rule, expected):
    found = patient_level(nodules(), rule)
    assert found.patient_ids == ("b", "a")
    assert found.probabilities[0] == pytest.approx(expected)
    assert found.probabilities[1] == pytest.approx([0.5, 0.5])
    assert found.labels.tolist() == [[1, -1], [0, 0]]


def test_the_largest_is_the_default_and_equals_are_averaged_in_any_order():
    assert patient_level(nodules()).probabilities[0] == pytest.approx([0.6, 0.3])
    tied = patient_level(nodules(sizes=np.array([21.0, np.nan, 21.0, 12.0])))
    assert tied.probabilities[0] == pytest.approx([0.4, 0.6])


def test_an_unknown_size_among_several_is_refused_with_the_remedy():
    unknown = nodules(sizes=np.array([8.0, np.nan, 21.0, np.nan]))
    with pytest.raises(CohortError, match=r"patient 'b' has 3 nodules, 1 of unknown size.*`mean` or `max`"):
        patient_level(unknown)
    assert patient_level(unknown, NoduleRule.MAX).probabilities[0] == pytest.approx([0.6, 0.9])


def test_a_patient_has_one_status():
    labels = np.array([[1, -1], [0, 0], [1, 0], [1, -1]], dtype=np.int8)
    with pytest.raises(CohortError, match=r"patient 'b'.*different labels for KRAS: \[-1, 0\]"):
        patient_level(nodules(labels=labels))


def test_one_size_per_nodule():
    with pytest.raises(CohortError, match="one for each of 4 nodules"):
        patient_level(nodules(sizes=np.ones(3)))
