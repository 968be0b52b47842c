"""Recursive elimination: as scikit-learn's own where the steps are the same, and its number chosen inside."""

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import RFE
from sklearn.linear_model import LogisticRegression

from radiogene.methods.tabular.elimination import SMALLEST_KEPT, RecursiveElimination


def informative(patients=60, features=40, seed=0):
    """Values of which the columns 3 and 17 tell the label."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(patients, features))
    labels = (values[:, 3] + values[:, 17] + 0.5 * rng.normal(size=patients) > 0.3).astype(np.int8)
    return values, labels


def test_its_rounds_are_those_of_scikit_learns_rfe_while_the_step_is_below_half_of_what_is_left():
    values, labels = informative()
    ranker = LogisticRegression()
    for round_ in RecursiveElimination(ranker, 0.1)._rounds(values, labels):
        if len(round_.kept) >= 8:
            expected = RFE(ranker, n_features_to_select=len(round_.kept), step=0.1).fit(values, labels)
            np.testing.assert_array_equal(round_.kept, np.flatnonzero(expected.support_))


def test_a_large_table_is_not_cut_from_a_hundred_features_to_ten_in_one_round():
    values, labels = informative(features=200)
    sizes = RecursiveElimination(LogisticRegression(), 0.1).fit(values, labels).sizes_
    np.testing.assert_array_equal(sizes[:3], [200, 180, 160])
    assert sizes[-1] == SMALLEST_KEPT
    assert (sizes[1:] >= sizes[:-1] // 2).all()


def test_the_features_that_tell_the_label_are_the_last_to_go():
    values, labels = informative()
    ranker = RandomForestClassifier(30, random_state=0)
    *_, last = RecursiveElimination(ranker, 0.2)._rounds(values, labels)
    assert len(last.kept) == SMALLEST_KEPT
    assert {3, 17} <= set(last.kept.tolist())


def test_noise_around_a_strong_pair_of_features_is_dropped():
    values, labels = informative(features=120)
    support = RecursiveElimination(LogisticRegression(), 0.2).fit(values, labels).support_
    assert support[[3, 17]].all()
    assert support.sum() < 60


def test_of_equal_scores_the_fewest_features_win():
    values, labels = informative()
    values[:, 3] = labels * 10.0
    assert RecursiveElimination(LogisticRegression(), 0.2).fit(values, labels).support_.sum() == SMALLEST_KEPT


def test_a_table_that_is_small_already_stays_as_it_is():
    values, labels = informative()
    assert RecursiveElimination(LogisticRegression(), 0.1).fit(values[:, :4], labels).support_.all()
