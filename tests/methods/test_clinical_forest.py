import numpy as np
import pytest

from radiogene.cohort.row import PatientRow
from radiogene.errors import TrainingError
from radiogene.methods.clinical_forest import ClinicalForest


def patients(count, seed):
    """Patients whose label follows smoking with some noise; age and sex say nothing."""
    generator = np.random.default_rng(seed)
    smoking = generator.random(count) < 0.5
    labels = np.where(generator.random(count) < 0.15, smoking, ~smoking).astype(np.int8)
    rows = [
        PatientRow(patient_id=str(i), age_years=float(generator.integers(40, 80)), sex="female", smoking=bool(smokes))
        for i, smokes in enumerate(smoking)
    ]
    return rows, labels


def test_it_finds_what_smoking_tells_and_generalises():
    rows, labels = patients(200, 0)
    unseen, truth = patients(200, 1)
    forest = ClinicalForest(("age", "sex", "smoking")).fit(rows, labels)
    probability = forest.predict_proba(unseen)
    np.testing.assert_allclose(probability.sum(axis=1), 1.0)
    assert ((probability[:, 1] > 0.5) == truth).mean() > 0.75


def test_out_of_bag_predictions_are_not_those_of_trees_that_saw_the_patient():
    generator = np.random.default_rng(3)
    rows, _ = patients(120, 2)
    noise = generator.integers(0, 2, 120).astype(np.int8)
    forest = ClinicalForest(("age", "sex", "smoking")).fit(rows, noise)
    seen = ((forest.predict_proba(rows)[:, 1] > 0.5) == noise).mean()
    unseen = ((forest.out_of_bag > 0.5) == noise).mean()
    assert seen > 0.6
    assert abs(unseen - 0.5) < 0.15


def test_one_class_is_refused():
    rows, labels = patients(20, 0)
    with pytest.raises(TrainingError, match="one kind only"):
        ClinicalForest(("age",)).fit(rows, np.zeros_like(labels))
