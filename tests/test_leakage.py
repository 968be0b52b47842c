"""Planted leaks are caught: scaling, calibration and selection fitted on everybody, a column that copies the label."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from leakage import sees_held_out_rows, sees_held_out_values
from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.table.training_readiness import training_problems
from radiogene.decision.calibration import CalibrationKind, cross_fitted, fit_calibration
from radiogene.decision.threshold import youden_threshold
from radiogene.errors import CohortError
from radiogene.methods.tabular.nested import fitted
from radiogene.methods.tabular.patient_numbers import PatientNumbers
from radiogene.networks.standardisation import fit_standardisation
from radiogene.storage.typed_json import to_json
from radiogene.training.fitting.run_options import RunOptions
from whole_training import train

COLUMNS = ("age", "sex", "smoking", "stage", "suvmax")


@pytest.fixture(scope="module")
def rows():
    generator = np.random.default_rng(1)
    return [
        PatientRow(
            patient_id=f"p{n}",
            age_years=float(generator.integers(40, 85)),
            sex="female" if generator.random() < 0.5 else "male",
            smoking=bool(generator.random() < 0.6),
            labels={"EGFR": int(generator.random() < 0.4)},
            extra={"stage": ["IA", "IB", "IIA"][n % 3], "suvmax": f"{generator.uniform(1, 12):.1f}"},
        )
        for n in range(60)
    ]


@pytest.fixture(scope="module")
def held_out():
    return np.arange(60) % 5 == 2


def training_part(rows, held_out):
    return [row for row, held in zip(rows, held_out, strict=True) if not held]


def encoded_by_training(rows, held_out):
    return ClinicalEncoder.fit(training_part(rows, held_out), COLUMNS).to_json()


def encoded_by_everybody(rows, held_out):
    return ClinicalEncoder.fit(rows, COLUMNS).to_json()


def test_clinical_scaling_fitted_on_everybody_is_caught(rows, held_out):
    assert not sees_held_out_rows(encoded_by_training, rows, held_out)
    assert sees_held_out_rows(encoded_by_everybody, rows, held_out)


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_can_be_caught(column, rows, held_out):
    def leaking(rows, held_out):
        return ClinicalEncoder.fit(rows, (column,)).to_json()

    assert sees_held_out_rows(leaking, rows, held_out)


def test_a_classifier_whose_inputs_everybody_scaled_is_caught(rows, held_out):
    # As the systems of columns are fitted in each fold, and once with the positions of everybody.
    labels = np.array([row.labels["EGFR"] for row in rows], dtype=np.int8)

    def classifier(scaled_by):
        def fitted_on(rows, held_out):
            training = np.flatnonzero(~held_out)
            numbers = PatientNumbers(rows, COLUMNS, (), np.zeros((len(rows), 0)))
            values = numbers.as_seen_by(np.arange(len(rows)) if scaled_by == "everybody" else training)
            return fitted(values[training], labels[training], LogisticRegression).coef_.tolist()

        return fitted_on

    assert not sees_held_out_rows(classifier("training"), rows, held_out)
    assert sees_held_out_rows(classifier("everybody"), rows, held_out)


def test_grey_values_scaled_on_everybody_are_caught(held_out):
    cubes = np.random.default_rng(2).integers(-1000, 400, (60, 4, 4, 4)).astype(np.int16)

    def scaling(of):
        def fitted(cubes, held_out):
            found = fit_standardisation(cubes if of == "everybody" else cubes[~held_out])
            return [found.mean_hu, found.sd_hu]

        return fitted

    assert not sees_held_out_values(scaling("training"), cubes, held_out)
    assert sees_held_out_values(scaling("everybody"), cubes, held_out)


def test_thresholds_and_calibrations_set_on_everybody_are_caught():
    # Half of the patients: a threshold is a step, which a few others do not always move.
    held_out, generator = np.arange(60) % 2 == 0, np.random.default_rng(3)
    labels = generator.integers(0, 2, 60).astype(np.int8)
    scores = generator.normal(labels * 0.8, size=60)
    folds = np.where(held_out, 1, 0)

    def probabilities(scores):
        return 1 / (1 + np.exp(-scores))

    def threshold(of):
        return lambda s, held: youden_threshold(labels[of(held)], probabilities(s[of(held)])).value

    def isotonic(of):
        return lambda s, held: to_json(
            fit_calibration(CalibrationKind.ISOTONIC, labels[of(held)], probabilities(s[of(held)]))
        )

    for made in (threshold, isotonic):
        assert not sees_held_out_values(made(lambda held: ~held), scores, held_out)
        assert sees_held_out_values(made(lambda held: np.ones_like(held)), scores, held_out)

    def crossed(scores, held):
        # The held-out patients' own values are fitted on the others: theirs may move, the map may not.
        asked = np.where(held, 0.0, scores)
        return cross_fitted(CalibrationKind.ISOTONIC, labels, probabilities(asked), folds)[held].tolist()

    assert not sees_held_out_values(crossed, scores, held_out)


def with_leak(store, of_label):
    """The store's records with a further column that is made of the label."""
    records = tuple(
        replace(record, row=replace(record.row, extra=record.row.extra | {"subtype": of_label(record.row.labels)}))
        for record in store.records
    )
    leaking = CubeStore.open(store.path)
    leaking._records = records
    return leaking


def test_training_refuses_a_column_that_copies_the_label(synthetic_store, short_training, tmp_path):
    settings = replace(short_training, clinical_columns=("age", "subtype"))
    leaking = with_leak(synthetic_store, lambda labels: {1: "L858R", 0: "none", None: ""}[labels["EGFR"]])
    with pytest.raises(CohortError, match=r"subtype tells all \d+ EGFR mutants.*Leave subtype out"):
        train(PreparedCohort.of(leaking), settings, tmp_path / "model", RunOptions(accelerator="cpu", progress=False))
    assert list(tmp_path.iterdir()) == []


def test_check_names_the_column(synthetic_cohort):
    from radiogene.cohort.table.cohort_table import read_cohort

    cohort = read_cohort(synthetic_cohort)
    assert training_problems(cohort) == []
    leaking = replace(
        cohort,
        rows=tuple(
            replace(row, extra=row.extra | {"drug": {1: "gefitinib", 0: "cisplatin", None: ""}[row.labels["EGFR"]]})
            for row in cohort.rows
        ),
    )
    (problem,) = training_problems(leaking)
    assert problem.column == "drug"
    assert "all EGFR mutants" in problem.found
    assert "`clinical`" in problem.wanted
