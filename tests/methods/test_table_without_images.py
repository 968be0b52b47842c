"""Systems of columns alone from a table without images: what they learn is what they learn from a store."""

import json

import numpy as np
import pytest

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.table.table_cohort import cohort_tables
from radiogene.errors import CohortError
from radiogene.methods.method import FitContext
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.registry import method_named
from radiogene.methods.trained_model import fit_model
from radiogene.prediction.predictor import Predictor

SAME_FILES = ("settings.json", "decision.json", "out_of_fold.csv", "clinical_only.json", "history.json")
"""The file of estimators holds the time at which it was written and addresses in memory: what it answers is compared."""


@pytest.fixture(scope="module")
def table_patients(synthetic_cohort):
    """The patients of the synthetic cohort's table, without their scans."""
    return PreparedCohort.of(cohort_tables([synthetic_cohort]).source(("EGFR", "KRAS")))


@pytest.fixture(scope="module", params=["clinical", "clinical-logistic", "semantic-tree"])
def both(request, synthetic_patients, table_patients, tmp_path_factory):
    """Folders of one system, from the store and from the table."""
    place = tmp_path_factory.mktemp(request.param)
    for name, cohort in (("store", synthetic_patients), ("table", table_patients)):
        context = FitContext(place / f"{name}-state", place / "features")
        finished = fit_model(method_named(request.param), MethodSettings(folds=3), cohort, context)
        assert finished is not None
        finished.write(place / name)
    return place / "store", place / "table"


def test_a_store_and_its_table_give_the_same_files_to_the_last_byte(both):
    store, table = both
    for name in SAME_FILES:
        assert (store / name).read_bytes() == (table / name).read_bytes(), name


def test_a_store_and_its_table_give_the_same_answers_to_the_last_bit(both, synthetic_patients, table_patients):
    answers = [
        Predictor.from_folder(folder).predict_store(cohort, include_training_cases=True).predictions
        for folder in both
        for cohort in (synthetic_patients, table_patients)
    ]
    for other in answers[1:]:
        assert other.patient_ids == answers[0].patient_ids
        assert np.array_equal(other.probabilities, answers[0].probabilities)
        assert np.array_equal(other.labels, answers[0].labels)


def test_what_a_model_knows_of_a_table_is_said(both):
    store, table = both
    of_store, of_table = (json.loads((folder / "manifest.json").read_text())["training"] for folder in both)
    assert of_store["patients_without_scan"] == 0
    assert of_table["patients_without_scan"] == of_table["patients"] == of_store["patients"]
    assert of_store["labels"] == of_table["labels"]
    assert json.loads((table / "training_cubes.json").read_text()) == []
    assert "Trained on a table without images. Patients without scans" in (table / "card.md").read_text()
    assert "without images" not in (store / "card.md").read_text()


@pytest.mark.parametrize("name", ["mmdl", "radiomics", "cnn-3d"])
def test_a_system_that_reads_ct_refuses_a_table(name, table_patients, tmp_path):
    entry = method_named(name)
    context = FitContext(tmp_path / "state", tmp_path / "features")
    with pytest.raises(CohortError, match=r"reads CT images, and a table without images was given.*clinical-logistic"):
        fit_model(entry, entry.settings(), table_patients, context)


def test_a_trained_network_refuses_a_table(trained_model, table_patients, synthetic_patients):
    predictor = Predictor.from_folder(trained_model)
    with pytest.raises(CohortError, match="reads CT images"):
        predictor.predict_store(table_patients)
    with pytest.raises(CohortError, match="reads CT images"):
        predictor.predict(None, synthetic_patients.patients[0])
