import csv

import pytest
from sklearn.metrics import roc_auc_score

from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.phantom import oracle


def test_the_oracle_is_the_auc_of_the_exact_probability_on_the_labelled_patients(synthetic_cohort):
    labels = read_cohort(synthetic_cohort).patient_labels
    found = oracle(synthetic_cohort.parent, labels)
    with (synthetic_cohort.parent / "generating_factors.csv").open() as stream:
        truth = {line["patient_id"]: float(line["p_egfr_image"]) for line in csv.DictReader(stream)}
    known = [patient for patient, of in labels.items() if of["EGFR"] is not None]
    assert len(known) < len(labels)
    expected = roc_auc_score([labels[p]["EGFR"] for p in known], [truth[p] for p in known])
    assert found["EGFR"].image == pytest.approx(expected)
