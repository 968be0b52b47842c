"""A planted leak does not get into any compared system."""

from dataclasses import replace

import pytest
from radiogene.methods.trained_system import train_system

from methods.table_patients import TableOnly, TablePatients
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.errors import CohortError
from radiogene.methods.inputs import columns_given
from radiogene.methods.method import FitFolders
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.registry import all_methods, method_named


def cohort_with(column, of_label):
    """80 patients, one of whose columns is made of the EGFR label."""
    patients = TablePatients()
    rows = []
    for row, (egfr, kras) in zip(patients.rows, patients.labels.tolist(), strict=True):
        known = {gene: None if label < 0 else label for gene, label in (("EGFR", egfr), ("KRAS", kras))}
        rows.append(replace(row, labels=known, extra=row.extra | {column: of_label(egfr)}))
    return PreparedCohort.of(TableOnly(rows))


@pytest.mark.parametrize(
    ("name", "column", "clinical"),
    [
        ("clinical", "stage", None),
        ("clinical", "subtype", ("age", "subtype")),
        ("semantic-tree", "texture", None),
        ("pet-clinical", "SUVmax", None),
    ],
)
def test_a_column_that_copies_the_label_is_refused_by_name(name, column, clinical, tmp_path):
    words = {1: "5.0", 0: "1.5", -1: "2.0"} if column == "SUVmax" else {1: "solid", 0: "part-solid", -1: ""}
    cohort = cohort_with(column, lambda label: words[label])
    settings = MethodSettings(folds=3, clinical=clinical)
    with pytest.raises(CohortError, match=rf"{column} tells all \d+ EGFR mutants.*Leave {column} out"):
        train_system(method_named(name), settings, cohort, FitFolders(tmp_path / "state", tmp_path / "features"))


def test_a_system_that_does_not_read_the_column_is_trained(tmp_path):
    cohort = cohort_with("subtype", lambda label: {1: "L858R", 0: "none", -1: ""}[label])
    settings = MethodSettings(folds=3)
    system, _ = train_system(method_named("clinical"), settings, cohort, FitFolders(tmp_path / "s", tmp_path / "f"))
    assert len(system.predict(cohort).patient_ids) == 80


def test_a_users_columns_stand_in_for_the_clinical_ones_only():
    for entry in all_methods().values():
        assert columns_given(entry, None) == entry.columns
    assert columns_given(method_named("pet-clinical"), ("age",)) == ("age", "SUVmax")
