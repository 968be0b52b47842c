"""A planted leak, a column that copies the label, is found by name; what is merely good is not."""

import numpy as np
import pytest

from radiogene.cohort.label_copies import label_copies, refuse_label_copies
from radiogene.cohort.row import PatientRow
from radiogene.errors import CohortError


def cohort(columns, mutants=15, wild_types=25, **values):
    """Rows whose further columns are functions of the label and the patient's number."""
    rows = []
    for n in range(mutants + wild_types):
        label = int(n < mutants)
        extra = {name: str(make(label, n)) for name, make in columns.items()}
        own = {name: make(label, n) for name, make in values.items()}
        rows.append(PatientRow(patient_id=f"p{n}", labels={"EGFR": label, "KRAS": n % 2}, extra=extra, **own))
    return rows


@pytest.mark.parametrize(
    "planted",
    [
        lambda label, n: label,
        lambda label, n: 1 - label,
        lambda label, n: ["wt", "mut"][label],
        lambda label, n: 0.3 + label + n / 1000,  # somebody's probability
        lambda label, n: ["none", ("exon 19", "L858R")[n % 2]][label],
        lambda label, n: ["", ("exon 19", "L858R")[n % 2]][label],  # filled for mutants only
        lambda label, n: ["", n][label],  # months on the drug that mutants get
        lambda label, n: [(1, 3)[n % 2], 2][label],  # a code
        lambda label, n: "" if n % 5 == 0 else label,  # not known of everybody
    ],
)
def test_a_planted_copy_is_found_and_refused_by_name(planted):
    rows = cohort({"stage": lambda label, n: ["IA", "IB", "II"][n % 3], "note": planted})
    (found,) = label_copies(rows, ("age", "stage", "note"), ("EGFR", "KRAS"))
    assert (found.column, found.gene, found.patients, found.mutants) == ("note", "EGFR", 40, 15)
    with pytest.raises(CohortError, match=r"note tells all 15 EGFR mutants from all 25 wild types.*`clinical`"):
        refuse_label_copies(rows, ("stage", "note"), ("EGFR", "KRAS"))
    refuse_label_copies(rows, ("age", "sex", "stage"), ("EGFR", "KRAS"))


@pytest.mark.parametrize(
    "honest",
    [
        lambda label, n: label if n != 7 else 1 - label,  # one error in 40 is a very good column
        lambda label, n: f"word {n}",  # an identifier
        lambda label, n: n * 17 % 40,
        lambda label, n: "same",
        lambda label, n: "",
        lambda label, n: "" if n == 0 else "filled",
    ],
)
def test_what_is_not_a_copy_is_left_alone(honest):
    rows = cohort({"note": honest})
    assert label_copies(rows, ("note",), ("EGFR",)) == []


def test_age_sex_and_smoking_are_looked_at_too():
    rows = cohort({}, sex=lambda label, n: ["male", "female"][label], age_years=lambda label, n: 40.0 + n)
    assert [copy.column for copy in label_copies(rows, ("age", "sex", "smoking"), ("EGFR",))] == ["age", "sex"]


@pytest.mark.parametrize(("count", "found"), [(8, 0), (9, 1)])
def test_few_patients_are_separated_by_chance(count, found):
    rows = cohort({"note": lambda label, n: label}, count, count)
    assert len(label_copies(rows, ("note",), ("EGFR",))) == found


def test_the_chance_is_how_often_shuffled_labels_are_separated():
    # Groups of 1, 2, 2, 3 patients, 3 of 8 mutant: 1 + 2, 1 + 2 and 3 make 3 of 56 ways.
    sizes, generator = (1, 2, 2, 3), np.random.default_rng(1)
    words = np.repeat(["a", "b", "c", "d"], sizes)
    labels = np.array([1, 1, 1, 0, 0, 0, 0, 0])
    pure = 0
    for _ in range(20_000):
        shuffled = generator.permutation(labels)
        pure += all(len(set(shuffled[words == word])) == 1 for word in "abcd")
    from radiogene.cohort.label_copies import _chance_by_words

    exact = _chance_by_words([(str(word), bool(label)) for word, label in zip(words, labels, strict=True)])
    assert exact == pytest.approx(3 / 56)
    assert pure / 20_000 == pytest.approx(exact, abs=0.005)


def test_a_patient_with_several_rows_counts_once():
    rows = [row for row in cohort({"note": lambda label, n: label}, 8, 8) for _ in range(5)]
    assert label_copies(rows, ("note",), ("EGFR",)) == []


def test_unknown_labels_are_no_evidence():
    rows = cohort({"note": lambda label, n: label})
    unknown = [PatientRow(patient_id=f"u{n}", labels={"EGFR": None}, extra={"note": "1"}) for n in range(9)]
    (found,) = label_copies([*rows, *unknown], ("note",), ("EGFR",))
    assert found.patients == 40
