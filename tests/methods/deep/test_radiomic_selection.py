"""The radiomic features of row D: chosen and scaled by the patients that they are fitted on."""

import numpy as np
import pytest

from radiogene.errors import TrainingError, WeightsError
from radiogene.methods.deep.radiomic_selection import LARGEST_STANDARDISED, RadiomicSelection
from radiogene.storage.typed_json import from_json, to_json

NAMES = tuple(f"feature{n}" for n in range(8))


def features():
    """40 patients, 8 features: the third follows a gene, the sixth the other, one is constant, one has a gap."""
    drawn = np.random.default_rng(0)
    labels = np.column_stack([np.arange(40) % 2, np.arange(40) // 2 % 2]).astype(np.int8)
    labels[30:, 1] = -1
    values = drawn.normal(size=(40, 8))
    values[:, 2] += 3 * labels[:, 0]
    values[:, 5] += 3 * (np.arange(40) // 2 % 2)
    values[:, 6] = 4.0
    values[3, 7] = np.nan
    return values, labels


def test_the_features_that_part_either_gene_are_kept_in_their_own_order():
    values, labels = features()
    found = RadiomicSelection.fit(NAMES, values, labels, 2)
    assert found.names == ("feature2", "feature5")
    np.testing.assert_allclose(found.mean, values[:, [2, 5]].mean(axis=0))
    np.testing.assert_allclose(found.sd, values[:, [2, 5]].std(axis=0))
    only_first = RadiomicSelection.fit(NAMES, values, labels[:, :1], 1)
    assert only_first.names == ("feature2",)


def test_features_without_variance_or_with_gaps_are_never_kept():
    values, labels = features()
    assert set(RadiomicSelection.fit(NAMES, values, labels, 8).names) == set(NAMES[:6])


def test_fitting_patients_have_mean_0_and_sd_1_and_others_are_bounded():
    values, labels = features()
    found = RadiomicSelection.fit(NAMES, values, labels, 3)
    encoded = found.encode(NAMES, values)
    np.testing.assert_allclose(encoded.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(encoded.std(axis=0), 1, atol=1e-6)
    far = np.full((1, 8), 1e9)
    far[0, 2] = np.nan
    assert sorted(set(found.encode(NAMES, far)[0].tolist())) == [0.0, LARGEST_STANDARDISED]


def test_the_order_of_the_columns_does_not_matter_but_a_missing_one_does():
    values, labels = features()
    found = RadiomicSelection.fit(NAMES, values, labels, 2)
    np.testing.assert_array_equal(found.encode(NAMES[::-1], values[:, ::-1]), found.encode(NAMES, values))
    with pytest.raises(WeightsError, match="feature2 is not"):
        found.encode(NAMES[:2], values[:, :2])


def test_it_is_read_as_it_was_written():
    values, labels = features()
    found = RadiomicSelection.fit(NAMES, values, labels, 3)
    assert from_json(RadiomicSelection, to_json(found), where="settings") == found
    with pytest.raises(WeightsError, match="3 names, 3 means and 1 SDs in a radiomic selection"):
        from_json(RadiomicSelection, {**to_json(found), "sd": [1.0]}, where="settings")


def test_features_that_say_nothing_at_all_are_refused():
    with pytest.raises(TrainingError, match="None of 8 radiomic features"):
        RadiomicSelection.fit(NAMES, np.ones((6, 8)), np.zeros((6, 2), dtype=np.int8), 3)
