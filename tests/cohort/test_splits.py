"""Splits: by patient, balanced over both genes, decided by the seed alone."""

import random
from itertools import product

import pytest

from radiogene.cohort.row import PatientRow, patient_labels
from radiogene.cohort.splits import inner_validation_split, stratified_folds
from radiogene.errors import CohortError

GENES = ("EGFR", "KRAS")
SHARES = {
    (1, 0): 40,
    (0, 1): 30,
    (1, 1): 3,
    (0, 0): 60,
    (None, 0): 7,
    (None, 1): 4,
    (1, None): 5,
    (0, None): 9,
    (None, None): 11,
}


def labels_of(counts=SHARES):
    joint = [pair for pair, count in counts.items() for _ in range(count)]
    random.Random(5).shuffle(joint)
    return {f"p{n:03d}": dict(zip(GENES, pair, strict=True)) for n, pair in enumerate(joint)}


def count(labels, ids, gene, value):
    return sum(labels[patient][gene] == value for patient in ids)


@pytest.mark.parametrize(("folds", "seed"), list(product((2, 3, 5, 10), (0, 1, 77))))
def test_every_patient_is_in_one_test_part_and_mutants_differ_by_at_most_one(folds, seed):
    labels = labels_of()
    split = stratified_folds(labels, folds, seed)
    assert sorted(patient for fold in split for patient in fold.test_ids) == sorted(labels)
    for train_ids, test_ids in split:
        assert not set(train_ids) & set(test_ids)
        assert set(train_ids) | set(test_ids) == set(labels)
    for gene in GENES:
        mutants = [count(labels, fold.test_ids, gene, 1) for fold in split]
        wild = [count(labels, fold.test_ids, gene, 0) for fold in split]
        assert max(mutants) - min(mutants) <= 1
        assert max(wild) - min(wild) <= 2
    sizes = [len(fold.test_ids) for fold in split]
    assert max(sizes) - min(sizes) <= 1


def test_balance_holds_for_any_mix_of_labels():
    generator = random.Random(9)
    for _ in range(200):
        labels = labels_of({pair: generator.randint(0, 6) for pair in SHARES} | {(1, 0): 5, (0, 1): 5})
        for gene in GENES:
            mutants = [count(labels, fold.test_ids, gene, 1) for fold in stratified_folds(labels, 5, 0)]
            assert max(mutants) - min(mutants) <= 1


def test_the_seed_decides_and_the_order_of_patients_does_not():
    labels = labels_of()
    backwards = dict(reversed(labels.items()))
    assert stratified_folds(labels, 5, 3) == stratified_folds(backwards, 5, 3)
    assert stratified_folds(labels, 5, 3) != stratified_folds(labels, 5, 4)
    # A split recorded once must come back in every later version: these identifiers are a contract.
    small = {f"p{n}": {"EGFR": n % 2} for n in range(8)}
    want = [("p2", "p3", "p6", "p7"), ("p0", "p1", "p4", "p5")]
    assert [fold.test_ids for fold in stratified_folds(small, 2, 0)] == want


def test_nodules_of_one_patient_never_stand_on_two_sides():
    rows = [
        PatientRow(patient_id=f"p{n // 3}", row_number=n + 2, labels={"EGFR": n // 3 % 2 if n % 3 else None})
        for n in range(60)
    ]
    for train_ids, test_ids in stratified_folds(patient_labels(rows, ("EGFR",)), 5, 0):
        train = {row.row_number for row in rows if row.patient_id in train_ids}
        test = {row.row_number for row in rows if row.patient_id in test_ids}
        assert not train & test
        assert len(train) + len(test) == 60
        assert len(test) == 12


@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.5])
def test_inner_validation_holds_out_the_fraction_of_each_gene(fraction):
    labels = labels_of()
    train_ids = stratified_folds(labels, 5, 0)[0].train_ids
    inner = inner_validation_split(train_ids, labels, fraction, seed=1)
    assert sorted((*inner.train_ids, *inner.test_ids)) == sorted(train_ids)
    assert len(inner.test_ids) == round(fraction * len(train_ids))
    for gene in GENES:
        want = fraction * count(labels, train_ids, gene, 1)
        assert abs(count(labels, inner.test_ids, gene, 1) - want) <= 1.5
    assert inner == inner_validation_split(tuple(reversed(train_ids)), labels, fraction, seed=1)


def test_inner_validation_of_few_patients_leaves_both_parts_something():
    labels = {"a": {"EGFR": 1}, "b": {"EGFR": 0}}
    for fraction in (0.01, 0.99):
        assert [len(part) for part in inner_validation_split(["a", "b"], labels, fraction, 0)] == [1, 1]


@pytest.mark.parametrize(
    ("labels", "folds", "message"),
    [
        (labels_of({(1, 0): 4, (0, 1): 20}), 5, "EGFR has 4 known mutants;"),
        (labels_of({(1, 1): 20, (0, 1): 20, (0, 0): 2}), 5, "KRAS has 2 known wild types;"),
        (labels_of(), 1, "wanted 2 or more"),
        ({}, 5, "no patient"),
        ({"a": {"EGFR": 1}, "b": {"KRAS": 1}}, 2, "has labels of"),
    ],
)
def test_splits_that_cannot_be_are_refused(labels, folds, message):
    with pytest.raises(CohortError, match=message):
        stratified_folds(labels, folds, 0)
