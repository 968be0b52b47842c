"""The simulation of false claims: its fits are scikit-learn's, and its tables hold every cell."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import false_claims


@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_fits_are_scikit_learns(shift):
    generator = np.random.default_rng(1)
    values, labels = false_claims.cohort(generator, 60, 15, shift)
    folds = false_claims.stratified(generator, labels)
    found = false_claims.out_of_fold(values[:, :3], labels, folds)
    for fold in range(5):
        held = folds == fold
        mean, deviation = values[~held, :3].mean(axis=0), values[~held, :3].std(axis=0)
        model = LogisticRegression(tol=1e-10).fit((values[~held, :3] - mean) / deviation, labels[~held])
        expected = model.predict_proba((values[held, :3] - mean) / deviation)[:, 1]
        assert found[held] == pytest.approx(expected, abs=1e-5)


def test_each_fold_has_its_share_of_both_classes():
    labels = np.array([1] * 10 + [0] * 40, dtype=np.int8)
    folds = false_claims.stratified(np.random.default_rng(2), labels)
    for fold in range(5):
        assert (labels[folds == fold] == 1).sum() == 2
        assert (folds == fold).sum() == 10


def test_a_run_writes_every_cell(tmp_path):
    false_claims.run(tmp_path, simulations=2)
    table = (tmp_path / "false_claims.md").read_text(encoding="utf-8")
    assert table.count("| 100 (20) |") == 4
    assert "shown, difference" in table
