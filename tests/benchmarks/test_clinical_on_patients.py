"""The benchmark of clinical models: what it finds in real patients is what others find."""

import numpy as np
import pytest

from clinical_on_patients import groups
from patients.cohort_tables import write_table
from patients.collection_patients import collection_patients
from patients.independent_logistic import known_patients, pooled_auc
from patients.nested_evaluation import clinical_question, nested_result
from patients.result_table import nested_cells
from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import GENES
from radiogene.cohort.table.patient_table import read_patients
from radiogene.evaluation.metrics import placements
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.nested import out_of_fold

SEEDS = 10
INDEPENDENT = {"EGFR": 0.71, "KRAS": 0.59}
"""Pooled AUC out of fold of logistic regression on age, sex and smoking, as an independent analysis reported it."""

SPREAD_OF_MEANS = 0.02
"""Of two means over other folds of the same patients: one seed's standard deviation is 0.02 to 0.03."""


@pytest.fixture(scope="module")
def labels_csv(real_data):
    return real_data / "nsclc_radiogenomics" / "labels.csv"


@pytest.mark.parametrize("gene", GENES)
def test_logistic_regression_agrees_with_scikit_learn_and_with_an_independent_analysis(gene, labels_csv):
    asked = clinical_question(collection_patients(labels_csv), gene, DEFAULT_COLUMNS, Learner.LOGISTIC)
    assert len(asked.patient_ids) == len(known_patients(labels_csv, gene)[1])
    areas = []
    for seed in range(SEEDS):
        folds = asked.folds(seed)
        predicted = out_of_fold(asked.inputs, asked.labels, folds, asked.make(seed))
        areas.append(placements(asked.labels, predicted).auc)
    assert np.mean(areas) == pytest.approx(pooled_auc(labels_csv, gene), abs=SPREAD_OF_MEANS)
    three_words = pooled_auc(labels_csv, gene, three_words=True)
    assert three_words == pytest.approx(INDEPENDENT[gene], abs=SPREAD_OF_MEANS)
    assert np.mean(areas) == pytest.approx(INDEPENDENT[gene], abs=0.03)


def test_a_written_table_is_read_as_it_was(labels_csv, tmp_path):
    rows = collection_patients(labels_csv)
    read = read_patients(write_table(tmp_path / "t.csv", rows, GENES), GENES)
    assert [row.patient_id for row in read] == [row.patient_id for row in rows]
    for name in ("age_years", "sex", "smoking", "labels", "extra"):
        assert [getattr(row, name) for row in read] == [getattr(row, name) for row in rows], name


def test_seven_mutants_are_a_point_in_the_table(labels_csv):
    rows = collection_patients(labels_csv)
    (group,) = [group for group in groups(rows) if group.name == "the other arm, no stage"]
    asked = clinical_question(group.rows, "KRAS", DEFAULT_COLUMNS, Learner.LOGISTIC)
    patients, area, *_ = nested_cells(nested_result(asked, seeds=1))
    assert patients == "37 (7)"
    assert "(" not in area
