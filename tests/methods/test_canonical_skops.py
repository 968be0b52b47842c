"""The same estimators are the same bytes, and are what they were."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from radiogene.errors import WeightsError
from radiogene.methods.estimator_file import read_estimators, write_estimators


def fitted(seed=0):
    draws = np.random.default_rng(3)
    values, labels = draws.normal(size=(40, 4)), np.arange(40) % 2
    linear = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()).fit(values, labels)
    return values, [linear, RandomForestClassifier(3, random_state=seed).fit(values, labels)]


def test_two_fits_are_the_same_bytes_and_answer_alike(tmp_path):
    values, first = fitted()
    _, second = fitted()
    write_estimators(tmp_path / "a.skops", first)
    write_estimators(tmp_path / "b.skops", second)
    assert (tmp_path / "a.skops").read_bytes() == (tmp_path / "b.skops").read_bytes()
    for before, after in zip(first, read_estimators(tmp_path / "a.skops"), strict=True):
        np.testing.assert_array_equal(before.predict_proba(values), after.predict_proba(values))


def test_another_fit_is_other_bytes(tmp_path):
    write_estimators(tmp_path / "a.skops", fitted(0)[1])
    write_estimators(tmp_path / "b.skops", fitted(1)[1])
    assert (tmp_path / "a.skops").read_bytes() != (tmp_path / "b.skops").read_bytes()


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_a_scaler_without_a_spread_is_refused(tmp_path, value):
    _, estimators = fitted()
    estimators[0][1].scale_[2] = value
    write_estimators(tmp_path / "a.skops", estimators)
    with pytest.raises(WeightsError, match="scale_"):
        read_estimators(tmp_path / "a.skops")


def test_a_coefficient_that_is_no_number_is_refused(tmp_path):
    _, estimators = fitted()
    estimators[0][2].coef_[0, 1] = np.inf
    write_estimators(tmp_path / "a.skops", estimators)
    with pytest.raises(WeightsError, match="coef_ is not finite"):
        read_estimators(tmp_path / "a.skops")
