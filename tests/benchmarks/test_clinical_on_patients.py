"""The benchmark of clinical models: what it finds in real patients is what others find."""

import pytest

from clinical_on_patients import groups, nested, nested_table
from patients.cohort_tables import write_table
from patients.collection_patients import collection_patients
from patients.independent_logistic import known_patients, pooled_auc
from patients.nested_evaluation import clinical_question, nested_result
from patients.tcga_luad import tcga_patients
from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import GENES
from radiogene.cohort.table.patient_table import read_patients
from radiogene.methods.tabular.learner import Learner

SEEDS = 3
INDEPENDENT = {"EGFR": 0.71, "KRAS": 0.59}
"""Pooled AUC out of fold of logistic regression on age, sex and smoking, as an independent analysis reported it."""


@pytest.fixture(scope="module")
def labels_csv(real_data):
    return real_data / "nsclc_radiogenomics" / "labels.csv"


@pytest.mark.parametrize("gene", GENES)
def test_logistic_regression_agrees_with_scikit_learn_and_with_an_independent_analysis(gene, labels_csv):
    alone = pooled_auc(labels_csv, gene, SEEDS)
    rows = collection_patients(labels_csv)
    ours = nested_result(clinical_question(rows, gene, DEFAULT_COLUMNS, Learner.LOGISTIC), SEEDS)
    assert len(ours.question.patient_ids) == len(known_patients(labels_csv, gene)[1])
    # Other folds of the same patients: the spread of one seed is about 0.02.
    assert ours.pooled.mean == pytest.approx(alone, abs=0.03)
    assert alone == pytest.approx(INDEPENDENT[gene], abs=0.03)


def test_a_written_table_is_read_as_it_was(labels_csv, tmp_path):
    rows = collection_patients(labels_csv)
    read = read_patients(write_table(tmp_path / "t.csv", rows, GENES), GENES)
    assert [row.patient_id for row in read] == [row.patient_id for row in rows]
    for name in ("age_years", "sex", "smoking", "labels", "extra"):
        assert [getattr(row, name) for row in read] == [getattr(row, name) for row in rows], name


def test_the_tables_have_a_row_for_each_group_and_model(real_data, labels_csv):
    rows = collection_patients(labels_csv)
    tcga = tcga_patients(real_data / "tcga_luad" / "tcga_luad_egfr_kras.csv").rows
    results = nested(rows, tcga, seeds=1, learners={"logistic regression": Learner.LOGISTIC})
    lines = nested_table(results).splitlines()
    assert len(lines) == 2 + 2 * (1 + len(groups(rows)) + 1)
    # Seven mutants of the other arm: a point, and no interval.
    (few,) = [line for line in lines if line.startswith("| KRAS | the other arm")]
    assert "37 (7)" in few
    assert few.split("|")[5].strip().count("(") == 0
