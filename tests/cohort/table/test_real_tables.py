"""The words of the public collections' own tables, read through a cohort table."""

import csv
import os
from pathlib import Path

import pytest

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.splits import stratified_folds
from radiogene.cohort.table.cohort_table import Cohort, read_cohort
from radiogene.cohort.table.summary import GeneCount, summarise

REAL_DATA = Path(os.environ.get("RADIOGENE_REAL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))

pytestmark = pytest.mark.real_data


def source(name: str) -> list[dict[str, str]]:
    path = REAL_DATA / name
    if not path.exists():
        pytest.skip(f"{path} is absent; set RADIOGENE_REAL_DATA to the folder of real data")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cohort_of(folder: Path, rows: list[dict[str, str]], columns: dict[str, str]) -> Cohort:
    path = folder / "cohort.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, "ct", "nodule"])
        writer.writerows([*(row[name] for name in columns.values()), "ct", "0 0 0"] for row in rows)
    return read_cohort(path, check_files=False)


def test_nsclc_radiogenomics_reads_word_by_word(tmp_path):
    columns = {
        "patient_id": "Case ID",
        "age": "Age at Histological Diagnosis",
        "sex": "Gender",
        "smoking": "Smoking status",
        "EGFR": "EGFR mutation status",
        "KRAS": "KRAS mutation status",
        "T": "Pathological T stage",
    }
    cohort = cohort_of(tmp_path, source("nsclc_radiogenomics/labels.csv"), columns)
    counts = summarise(cohort).overall
    assert counts.patients == 147
    assert counts.genes == {"EGFR": GeneCount(123, 30), "KRAS": GeneCount(122, 31)}
    assert counts.sex == {"female": 51, "male": 96, "unknown": 0}
    assert counts.smoking == {"yes": 114, "no": 33, "unknown": 0}
    assert (counts.age.median_years, counts.age.youngest_years, counts.age.oldest_years) == (68, 24, 87)
    for fold in stratified_folds(cohort.patient_labels, 5, 0):
        tested = [cohort.patient_labels[patient] for patient in fold.test_ids]
        assert sum(of["EGFR"] == 1 for of in tested) == 6
        assert sum(of["KRAS"] == 1 for of in tested) in (6, 7)
    stage = ClinicalEncoder.fit(cohort.rows, ("T",))
    assert [i.category for i in stage.inputs] == ["T1a", "T1b", "T2a", "T2b", "T3", "T4", "Tis"]
    assert {i.known for i in stage.inputs} == {110}


def test_tcga_words_for_smoking_give_the_three_states(tmp_path):
    columns = {
        "patient_id": "patient",
        "age": "age_at_initial_pathologic_diagnosis",
        "sex": "gender",
        "smoking": "tobacco_smoking_history_indicator",
    }
    cohort = cohort_of(tmp_path, source("tcga_luad/tcga_luad_egfr_kras.csv"), columns)
    status = [row.smoking_status for row in cohort.rows]
    assert {word: status.count(word) for word in ("never", "former", "current", None)} == {
        "never": 22,
        "former": 93,
        "current": 36,
        None: 11,
    }
    assert summarise(cohort).overall.sex == {"female": 100, "male": 62, "unknown": 0}
