"""Who lacks a predictor, who was not tested, and how far refits move: counted by hand."""

import numpy as np
import pytest

from radiogene.cohort.row import PatientRow
from radiogene.errors import CohortError
from radiogene.evaluation.instability import instability
from radiogene.evaluation.missing_predictors import known_and_missing, missing_predictors
from radiogene.evaluation.verification import verification


def rows(count=60):
    """Every fourth patient has no smoking history, every second is a woman."""
    return [
        PatientRow(
            patient_id=f"p{n}",
            age_years=50.0 + n % 30,
            sex="female" if n % 2 else "male",
            smoking=None if n % 4 == 0 else bool(n % 3),
            extra={"stage": "" if n < 5 else "IA"},
        )
        for n in range(count)
    ]


def test_missing_values_are_counted_by_state():
    labels = np.array([1] * 10 + [0] * 40 + [-1] * 10, dtype=np.int8)
    smoking, age, stage = missing_predictors(rows(), labels, ("smoking", "age", "stage"))
    assert (smoking.mutants.missing, smoking.mutants.patients) == (3, 10)
    assert (smoking.wild_types.missing, smoking.wild_types.patients) == (10, 40)
    assert (smoking.untested.missing, smoking.untested.patients) == (2, 10)
    assert (smoking.missing, age.missing, stage.missing) == (15, 0, 5)
    with pytest.raises(CohortError, match="3 labels for 60 patients"):
        missing_predictors(rows(), labels[:3], ("age",))


def test_only_predictors_that_somebody_lacks_divide_the_patients():
    traits = known_and_missing(rows(8), ("age", "smoking"))
    assert dict(traits.levels) == {"smoking": ("missing", "known", "known", "known") * 2}


def test_tested_and_untested_patients_stand_side_by_side():
    patients = rows(80)
    # Women are not tested: the planted cause of a difference in sex and in nothing else.
    labels = np.array([-1 if row.sex == "female" else n % 2 for n, row in enumerate(patients)], dtype=np.int8)
    generator = np.random.default_rng(1)
    sizes, probabilities = generator.uniform(8, 30, 80), generator.uniform(size=80)
    sizes[:3] = np.nan
    found = verification(patients, labels, probabilities, sizes)
    assert (found.tested, found.untested) == (40, 40)
    by_name = {one.name: one for one in found.characteristics}
    assert (by_name["women"].tested, by_name["women"].untested) == (0.0, 1.0)
    assert by_name["women"].difference.p < 1e-6
    assert by_name["nodule size, mm"].known == (38, 39)
    assert by_name["predicted probability"].tested == pytest.approx(np.median(probabilities[labels >= 0]))
    assert by_name["predicted probability"].difference.p > 0.05
    assert found.to_json()["untested"] == 40


def test_where_everybody_was_tested_there_is_nothing_to_compare():
    found = verification(rows(4), np.array([1, 0, 1, 0], np.int8), np.full(4, 0.5), np.full(4, 10.0))
    assert (found.tested, found.untested, found.characteristics) == (4, 0, ())


def test_few_untested_patients_get_no_test():
    patients, labels = rows(40), np.zeros(40, dtype=np.int8)
    labels[:3] = -1
    found = verification(patients, labels, np.linspace(0, 1, 40), np.full(40, 10.0))
    predicted = next(one for one in found.characteristics if one.name == "predicted probability")
    assert predicted.difference.p is None
    assert "at least 10 of each are needed" in predicted.difference.reason
    assert predicted.untested == pytest.approx(np.linspace(0, 1, 40)[1])


def test_refits_move_as_counted_by_hand():
    probabilities = np.array([[0.2, 0.5, 0.9], [0.3, 0.5, 0.6], [0.2, 0.4, 0.9]])
    found = instability(probabilities, probabilities >= 0.45)
    assert found.differences == pytest.approx([0.05, 0.05, 0.15])
    assert (found.refits, found.mean_difference) == (2, pytest.approx(0.25 / 3))
    assert (found.changed, found.changed_calls) == (pytest.approx(1 / 3), pytest.approx(1 / 6))
    assert "differences" not in found.to_json()
    with pytest.raises(CohortError, match="one fit"):
        instability(probabilities[:1], probabilities[:1] >= 0.5)
    with pytest.raises(CohortError, match="shape"):
        instability(probabilities, probabilities[:2] >= 0.5)
