"""Out-of-fold predictions and what must not leak into them."""

import numpy as np
import pytest
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.metrics import roc_auc_score

from radiogene.errors import CohortError, TrainingError
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.nested import fitted, fold_numbers, out_of_fold, plain
from radiogene.methods.tabular.pipeline import CLASSIFIER, SCALER, SELECTION, learner_pipeline


def noise(patients=60, features=500, seed=0):
    """Values that say nothing of the labels, the labels, and folds."""
    rng = np.random.default_rng(seed)
    labels = (rng.permutation(patients) < 0.4 * patients).astype(np.int8)
    names = [f"P{n}" for n in range(patients)]
    return rng.normal(size=(patients, features)), labels, fold_numbers(names, labels[:, None], ["EGFR"], 5, seed)


def quick(learner=Learner.FOREST_AFTER_ELIMINATION):
    return lambda: learner_pipeline(learner, seed=0, elimination_step=0.5, trees=5)


def within_folds(labels, predicted, folds):
    return foldwise_auc(labels, predicted, folds).auc.value


def test_selection_on_all_patients_makes_noise_look_predictive_and_ours_does_not():
    ours, planted = [], []
    for seed in range(3):
        values, labels, folds = noise(seed=seed)
        seen = SelectKBest(f_classif, k=10).fit_transform(values, labels)
        logistic = quick(Learner.LOGISTIC_AFTER_ELIMINATION)
        planted.append(within_folds(labels, out_of_fold(plain(seen), labels, folds, logistic), folds))
        ours.append(within_folds(labels, out_of_fold(plain(values), labels, folds, logistic), folds))
    assert np.mean(planted) > 0.8
    assert abs(np.mean(ours) - 0.5) < 0.1


def test_shuffled_labels_give_an_auc_of_one_half():
    """method.md section 6: fold-wise AUC averaged over at least 20 permutations within 0.5 +- 0.05."""
    found = []
    for permutation in range(20):
        values, labels, folds = noise(features=10, seed=100 + permutation)
        found.append(within_folds(labels, out_of_fold(plain(values), labels, folds, quick()), folds))
    assert abs(np.mean(found) - 0.5) < 0.05


@pytest.mark.parametrize("learner", [Learner.FOREST_AFTER_ELIMINATION, Learner.LASSO, Learner.TREE])
def test_what_held_out_patients_have_changes_nothing_that_is_fitted(learner):
    """Values and labels of a held-out fold may be anything; its model stays the same to the last bit."""
    values, labels, folds = noise(features=25)
    made = []

    def make():
        made.append(quick(learner)())
        return made[-1]

    before = out_of_fold(plain(values), labels, folds, make)
    changed, other = values.copy(), labels.copy()
    changed[folds == 2] = 1e6
    other[folds == 2] = 1 - labels[folds == 2]
    after = out_of_fold(plain(changed), other, folds, make)
    first, second = made[2], made[7]
    np.testing.assert_array_equal(first.named_steps[SCALER].mean_, second.named_steps[SCALER].mean_)
    if learner is Learner.FOREST_AFTER_ELIMINATION:
        np.testing.assert_array_equal(first.named_steps[SELECTION].support_, second.named_steps[SELECTION].support_)
    np.testing.assert_array_equal(first.predict_proba(values), second.predict_proba(values))
    assert not np.array_equal(made[1].named_steps[SCALER].mean_, made[6].named_steps[SCALER].mean_)
    assert np.isfinite(before).all()
    assert np.isfinite(after).all()


def test_each_prediction_comes_from_a_pipeline_that_saw_the_other_folds_alone():
    values, labels, folds = noise(features=25)
    predicted = out_of_fold(plain(values), labels, folds, quick())
    for number in range(5):
        alone = quick()().fit(values[folds != number], labels[folds != number])
        np.testing.assert_array_equal(predicted[folds == number], alone.predict_proba(values[folds == number])[:, 1])


def test_inputs_are_encoded_by_the_training_part_of_each_fold():
    values, labels, folds = noise(features=8)
    asked = []

    def inputs(training):
        asked.append(training)
        return values

    out_of_fold(inputs, labels, folds, quick(Learner.LOGISTIC))
    for number, training in enumerate(asked):
        np.testing.assert_array_equal(training, np.flatnonzero(folds != number))


def test_patients_without_a_label_are_predicted_and_not_fitted_on():
    values, labels, folds = noise(features=8)
    partly = labels.copy()
    partly[::4] = -1
    predicted = out_of_fold(plain(values), partly, folds, quick(Learner.LOGISTIC))
    assert np.isfinite(predicted).all()
    values[::4] = np.random.default_rng(9).normal(size=(15, 8))
    again = out_of_fold(plain(values), partly, folds, quick(Learner.LOGISTIC))
    np.testing.assert_array_equal(predicted[partly >= 0], again[partly >= 0])


def test_a_feature_that_tells_the_label_is_found_again_out_of_fold():
    values, labels, folds = noise()
    values[:, 123] += 3 * labels
    predicted = out_of_fold(plain(values), labels, folds, quick(Learner.LASSO))
    assert roc_auc_score(labels, predicted) > 0.9


def test_folds_are_balanced_over_both_genes_and_do_not_depend_on_the_order_of_the_patients():
    rng = np.random.default_rng(1)
    names = [f"P{n}" for n in range(50)]
    labels = np.column_stack([rng.random(50) < 0.3, rng.random(50) < 0.2]).astype(np.int8)
    folds = fold_numbers(names, labels, ["EGFR", "KRAS"], 5, 7)
    for gene in labels.T:
        mutants = np.bincount(folds[gene == 1], minlength=5)
        assert np.ptp(mutants) <= 1
    back = fold_numbers(names[::-1], labels[::-1], ["EGFR", "KRAS"], 5, 7)[::-1]
    np.testing.assert_array_equal(folds, back)


def test_too_few_mutants_for_the_folds_are_refused_as_everywhere():
    labels = np.array([1] * 4 + [0] * 20, dtype=np.int8)[:, None]
    with pytest.raises(CohortError, match="EGFR has 4 known mutants; 5 folds need 5 or more"):
        fold_numbers([str(n) for n in range(24)], labels, ["EGFR"], 5, 0)


def test_a_training_part_with_too_few_of_a_kind_is_refused_with_the_counts():
    values, labels, _ = noise(features=8)
    few = np.where(np.cumsum(labels) > 2, 0, labels).astype(np.int8)
    with pytest.raises(TrainingError, match="has 2 EGFR mutants and 58 wild types among 60"):
        fitted(values, few, quick(Learner.LOGISTIC), "EGFR")


def test_features_that_never_vary_are_refused():
    _, labels, _ = noise(features=8)
    constant = np.full((60, 3), 2.0)
    constant[:, 2] = np.nan
    with pytest.raises(TrainingError, match="All 3 features are constant or unknown in the 60 training patients"):
        fitted(constant, labels, quick(Learner.LOGISTIC))


def test_an_infinite_value_is_refused_by_place():
    values, labels, _ = noise(features=8)
    values[4, 6] = np.inf
    with pytest.raises(TrainingError, match="Feature 6 of training patient 4 is infinite"):
        fitted(values, labels, quick(Learner.LOGISTIC))


def test_the_refit_uses_all_patients_with_a_label():
    values, labels, _ = noise(features=8)
    partly = labels.copy()
    partly[:10] = -1
    refit = fitted(values, partly, quick(Learner.LOGISTIC))
    expected = quick(Learner.LOGISTIC)().fit(values[10:], labels[10:])
    np.testing.assert_array_equal(refit.named_steps[CLASSIFIER].coef_, expected.named_steps[CLASSIFIER].coef_)
