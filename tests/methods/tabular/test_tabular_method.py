"""A tabular system from patients to probabilities: what it makes of a table, what it refuses, and what it says."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from methods.table_patients import TablePatients
from radiogene.errors import CohortError, SettingsError, TrainingError
from radiogene.methods.method_settings import EliminationSettings, MethodSettings
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.nested import fold_numbers
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_method import TabularMethod

CLINICAL = TabularPlan(Learner.FOREST, clinical=("age", "sex", "smoking", "stage"))


def system(plan=CLINICAL, **settings):
    return TabularMethod(plan, MethodSettings(**settings))


@pytest.fixture(scope="module")
def patients():
    return TablePatients()


@pytest.fixture(scope="module")
def forest(patients):
    return system().fit(patients.cohort, patients.labels)


def test_it_finds_what_smoking_tells_in_patients_it_has_not_seen(forest):
    others = TablePatients(seed=1)
    probabilities = forest.predict_proba(others.cohort)
    assert probabilities.shape == (80, 2)
    for column in range(2):
        known = others.labels[:, column] >= 0
        assert roc_auc_score(others.labels[known, column], probabilities[known, column]) > 0.75


def test_held_out_predictions_are_of_all_patients_by_the_folds_of_their_labels(forest, patients):
    held_out = forest.held_out
    assert held_out.predictions.patient_ids == patients.cohort.patient_ids
    assert held_out.set_on == "out-of-fold"
    assert [run.seed for run in held_out.runs] == [0]
    np.testing.assert_array_equal(held_out.predictions.labels, patients.labels)
    expected = fold_numbers(patients.cohort.patient_ids, patients.labels, ("EGFR", "KRAS"), 5, 0)
    np.testing.assert_array_equal(held_out.folds, expected)
    assert not np.array_equal(held_out.predictions.probabilities, forest.predict_proba(patients.cohort))


def test_scaling_and_words_come_from_the_training_part_alone(forest):
    """A held-out patient with the only stage of its kind and an age of 110 changes no other fold's model."""
    plain = forest.held_out
    strange = TablePatients()
    strange.rows[5].extra["stage"] = "IVB"
    changed = system().fit(strange.cohort, strange.labels).held_out
    own_fold = plain.folds == plain.folds[5]
    others = own_fold & (np.arange(80) != 5)
    np.testing.assert_array_equal(plain.predictions.probabilities[others], changed.predictions.probabilities[others])
    assert not np.array_equal(plain.predictions.probabilities[~own_fold], changed.predictions.probabilities[~own_fold])


def test_shuffled_labels_leave_nothing_to_find():
    patients = TablePatients(count=60)
    found = []
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(60)
        held_out = (
            system(TabularPlan(Learner.LOGISTIC, clinical=("age", "sex", "smoking")))
            .fit(patients.cohort, patients.labels[order])
            .held_out
        )
        of_gene = held_out.predictions.gene("EGFR")
        folds = held_out.folds[of_gene.known]
        found += [
            roc_auc_score(of_gene.labels[folds == number], of_gene.probabilities[folds == number])
            for number in range(5)
        ]
    assert abs(np.mean(found) - 0.5) < 0.05


def test_several_seeds_are_averaged_over_the_same_folds(forest, patients):
    both = system(seeds=2).fit(patients.cohort, patients.labels)
    np.testing.assert_array_equal(both.held_out.folds, forest.held_out.folds)
    assert not np.array_equal(both.predict_proba(patients.cohort), forest.predict_proba(patients.cohort))
    assert both.facts.seeds == 2
    assert [len(gene) for gene in both._pipelines] == [2, 2]
    values = [pipeline.named_steps["classifier"].random_state for pipeline in both._pipelines[0]]
    assert values == [0, 1]
    members = both.member_probabilities(patients.cohort)
    assert members.shape == (2, 80, 2)
    np.testing.assert_array_equal(members.mean(axis=0), both.predict_proba(patients.cohort))


def test_columns_of_the_user_take_the_place_of_the_clinical_ones_only():
    plan = TabularPlan(Learner.LOGISTIC, clinical=("age", "sex"), semantic=("texture",), suv=True)
    assert plan.columns() == ("age", "sex", "SUVmax", "texture")
    assert system(plan, clinical=("smoking",)).columns == ("smoking", "SUVmax", "texture")
    semantic = TabularPlan(Learner.TREE, semantic=("texture",))
    assert system(semantic, clinical=("smoking",)).columns == ("texture",)


def test_a_system_of_columns_without_any_is_refused():
    with pytest.raises(SettingsError, match="none is named"):
        system(clinical=())


def test_fewer_than_five_mutants_are_refused_with_the_counts(patients):
    few = patients.labels.copy()
    mutants = np.flatnonzero(few[:, 1] == 1)
    few[mutants[4:], 1] = 0
    with pytest.raises(
        TrainingError,
        match=r"training cohort has 4 KRAS mutants and \d+ wild types among 80 patients; at least 5 of each",
    ):
        system().fit(patients.cohort, few)


def test_more_folds_than_mutants_are_refused_as_for_every_training(patients):
    few = patients.labels.copy()
    mutants = np.flatnonzero(few[:, 0] == 1)
    few[mutants[7:], 0] = 0
    with pytest.raises(CohortError, match="EGFR has 7 known mutants; 10 folds need 10"):
        system(folds=10).fit(patients.cohort, few)


def test_a_column_that_the_table_does_not_have_is_refused(patients):
    with pytest.raises(CohortError, match="no column 'weight'"):
        system(clinical=("age", "weight")).fit(patients.cohort, patients.labels)


def test_it_says_what_an_unknown_value_counts_as_and_which_features_it_uses(patients):
    forest = system(TabularPlan(Learner.TREE, clinical=("age", "sex", "smoking"))).fit(patients.cohort, patients.labels)
    assert "an unknown value counts as the training patients' mean" in forest.notes
    assert "EGFR: 1 of 3 features are used in the fit on all patients (smoking)" in forest.notes


def test_it_says_how_many_features_an_elimination_left(patients):
    plan = TabularPlan(Learner.LOGISTIC_AFTER_ELIMINATION, clinical=("age", "sex", "smoking", "stage"))
    settings = EliminationSettings(seeds=2, elimination_step=0.5)
    eliminated = TabularMethod(plan, settings).fit(patients.cohort, patients.labels)
    (note,) = [note for note in eliminated.notes if note.startswith("KRAS")]
    assert "of 8 features are used in the fit on all patients" in note


def test_nothing_is_predicted_before_the_fit(patients):
    assert not system().is_fitted
    with pytest.raises(SettingsError, match="has not been fitted"):
        system().predict_proba(patients.cohort)
    with pytest.raises(SettingsError, match="right after the fit only"):
        _ = system().held_out
