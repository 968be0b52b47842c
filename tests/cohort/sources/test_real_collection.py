"""The collection's own tables: counts, stages, the paper's rule and the conflicts between public sources."""

import csv
import math
from collections import Counter
from datetime import date
from statistics import median

import pytest

from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import label_table, status_counts
from radiogene.cohort.sources.nsclc_radiogenomics.known_conflicts import conflicts_of
from radiogene.cohort.sources.nsclc_radiogenomics.label_file import read_label_file
from radiogene.cohort.sources.nsclc_radiogenomics.paper_cohort import disagreeing_rules, is_of_paper
from radiogene.cohort.sources.nsclc_radiogenomics.tumour_centres import read_tumour_centres

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def labels(real_data):
    return read_label_file(real_data / "nsclc_radiogenomics" / "labels.csv")


def test_every_status_is_kept_apart(labels):
    assert labels.problems == labels.exclusions == ()
    words = ("mutant", "wild type", "unknown", "not collected")
    assert status_counts(labels.patients, "EGFR") == dict(zip(words, (30, 93, 20, 4), strict=True))
    assert status_counts(labels.patients, "KRAS") == dict(zip(words, (31, 91, 21, 4), strict=True))


def test_stage_groups_follow_from_t_n_m(labels):
    assert Counter(patient.stage for patient in labels.patients) == Counter(
        {"": 37, "0": 6, "IA": 37, "IB": 24, "IIA": 10, "IIB": 14, "IIIA": 17, "IV": 2}
    )


def test_both_rules_pick_the_same_patients_with_the_papers_ages(labels):
    assert disagreeing_rules(labels.patients) == []
    paper = [patient for patient in labels.patients if is_of_paper(patient.patient_id)]
    ages = sorted(patient.age_years for patient in paper)
    assert (len(paper), ages[0], median(ages), ages[-1]) == (110, 43, 68.5, 87)
    others = [patient.age_years for patient in labels.patients if not is_of_paper(patient.patient_id)]
    assert min(others) < 43  # so the paper, whose youngest is 43, cannot have taken all of these
    both = [p for p in paper if p.status["EGFR"] == p.status["KRAS"] == "mutant"]
    assert len(both) == 1


def test_the_known_conflicts_are_there(labels, real_data):
    reported = {conflict.patient_id for conflict in conflicts_of(labels.patients, with_centres=True)}
    assert reported == {"AMC-046", "AMC-047", "R01-012", "R01-116"}
    assert reported - {c.patient_id for c in conflicts_of(labels.patients, with_centres=False)} == {"R01-116"}
    features = real_data / "nsclc_radiogenomics_radiomics"
    with (features / "lung_features_117.csv").open() as file:
        other = {row["Case ID"]: row["EGFR mutation status"] for row in csv.DictReader(file)}
    words = {"0": "wild type", "1": "mutant"}
    status = {patient.patient_id: patient.status["EGFR"] for patient in labels.patients}
    assert [p for p, s in other.items() if p in status and status[p] != words[s]] == ["R01-012"]
    centres = read_tumour_centres(real_data / "nsclc_radiogenomics" / "tumour_centres.csv").centre_lps_mm
    with (features / "tumour_features_60.csv").open() as file:
        masks = {
            row["Case ID"]: tuple(map(float, row["diagnostics_Mask-original_CenterOfMass"].strip("()").split(",")))
            for row in csv.DictReader(file)
        }
    apart_mm = {p: math.dist(centres[p], masks[p]) for p in masks if p in centres}
    assert [p for p, distance in apart_mm.items() if distance > 0.001] == ["R01-116"]
    assert round(apart_mm["R01-116"]) == 77


def test_centres_stand_in_the_table_as_points(labels, real_data):
    centres = read_tumour_centres(real_data / "nsclc_radiogenomics" / "tumour_centres.csv")
    assert centres.problems == ()
    rows = label_table(labels, "all", centres.centre_lps_mm).rows
    assert sum("nodule" in row for row in rows) == 100


def test_the_lines_of_two_patients_are_exchanged_against_their_headers(labels):
    """Of all patients, two differ from their headers by more than a year, and each fits the other."""
    import idc_index_data
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(
        str(idc_index_data.IDC_INDEX_PARQUET_FILEPATH),
        columns=["PatientID", "PatientAge", "StudyDate", "Modality"],
        filters=[("collection_id", "==", "nsclc_radiogenomics")],
    )
    ages: dict[str, set[int]] = {}
    days: dict[str, set[date]] = {}
    for row in table.to_pylist():
        if row["PatientAge"] and int(row["PatientAge"][:3]):
            ages.setdefault(row["PatientID"], set()).add(int(row["PatientAge"][:3]))
        if row["Modality"] == "CT":
            days.setdefault(row["PatientID"], set()).add(date.fromisoformat(row["StudyDate"]))
    said = {patient.patient_id: patient for patient in labels.patients}
    differ = [p for p in said if min(abs(said[p].age_years - age) for age in ages[p]) > 1]
    assert differ == ["AMC-046", "AMC-047"]
    for one, other in (differ, differ[::-1]):
        assert min(abs(said[one].age_years - age) for age in ages[other]) <= 1
        assert min(abs((said[one].ct_date - day).days) for day in days[other]) <= 1
        assert min(abs((said[one].ct_date - day).days) for day in days[one]) > 100
