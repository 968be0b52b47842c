"""The collection's patients as the benchmarks take them."""

from collections import Counter

import pytest

from patients.collection_patients import (
    BROAD_STAGE,
    BROAD_STAGES,
    STAGE,
    collection_patients,
    of_papers_arm,
    with_adenocarcinoma,
)
from radiogene.errors import CohortError

HEADER = (
    "Case ID,Patient affiliation,Age at Histological Diagnosis,Gender,Smoking status,Pack Years,%GG,Histology ,"
    "Pathological T stage,Pathological N stage,Pathological M stage,EGFR mutation status,KRAS mutation status,"
    "ALK translocation status,CT Date"
)
R01 = "R01-001,VA,61,Male,Former,40,0%,Adenocarcinoma,Tis,N0,M0,Mutant,Unknown,Wildtype,1/2/1994"
AMC = (
    "AMC-001,Stanford,34,Female,Nonsmoker,N/A,Not Assessed,Squamous cell carcinoma,Not Collected,Not Collected,"
    "Not Collected,Wildtype,Mutant,Wildtype,8/10/1994"
)


def written(folder, *lines):
    path = folder / "labels.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_patient_has_labels_smoking_and_both_stages(tmp_path):
    first, second = collection_patients(written(tmp_path, R01, AMC))
    assert first.labels == {"EGFR": 1, "KRAS": None}
    assert (first.smoking, second.smoking) == (True, False)
    assert (first.extra[STAGE], first.extra[BROAD_STAGE]) == ("0", "I")
    assert (second.extra[STAGE], second.extra[BROAD_STAGE]) == ("", "")
    assert of_papers_arm((first, second)) == with_adenocarcinoma((first, second)) == (first,)


def test_a_value_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(CohortError, match="a hundred"):
        collection_patients(written(tmp_path, R01.replace("61", "a hundred")))


def test_broad_stages_drop_the_letter():
    assert {fine: broad for fine, broad in BROAD_STAGES.items() if fine.rstrip("AB") != broad} == {"0": "I"}


@pytest.mark.real_data
def test_the_real_counts_behind_every_row(real_data):
    rows = collection_patients(real_data / "nsclc_radiogenomics" / "labels.csv")
    arm = of_papers_arm(rows)

    def counts(of):
        return [
            (sum(row.labels[gene] is not None for row in of), sum(row.labels[gene] == 1 for row in of))
            for gene in ("EGFR", "KRAS")
        ]

    assert counts(rows) == [(123, 30), (122, 31)]
    assert counts(arm) == [(88, 16), (85, 24)]
    assert counts(with_adenocarcinoma(rows)) == [(111, 30), (110, 30)]
    assert counts(with_adenocarcinoma(arm)) == [(76, 16), (73, 23)]
    assert Counter(row.extra[BROAD_STAGE] for row in arm) == {"I": 67, "II": 24, "III": 17, "IV": 2}
    assert {row.extra[STAGE] for row in rows if row not in arm} == {""}


@pytest.mark.real_data
def test_the_two_arms_are_two_populations(real_data):
    rows = collection_patients(real_data / "nsclc_radiogenomics" / "labels.csv")
    arm = of_papers_arm(rows)
    other = [row for row in rows if row not in arm]

    def mutants(of, **wanted):
        """EGFR mutants, and patients with a known EGFR, among those with these values."""
        chosen = [row.labels["EGFR"] for row in of if all(getattr(row, key) == value for key, value in wanted.items())]
        return chosen.count(1), len(chosen) - chosen.count(None)

    assert [(len(of), sum(r.sex == "female" for r in of), sum(not r.smoking for r in of)) for of in (arm, other)] == [
        (110, 27, 14),
        (37, 24, 19),
    ]
    assert [mutants(of) for of in (arm, other)] == [(16, 88), (14, 35)]
    assert [mutants(arm, smoking=ever) for ever in (False, True)] == [(3, 10), (13, 78)]
    assert [mutants(other, smoking=ever) for ever in (False, True)] == [(12, 19), (2, 16)]
