"""The spread over seeds, which is never called an interval."""

import pytest

from radiogene.errors import SettingsError
from radiogene.evaluation.seed_spread import seed_spread


def test_mean_lowest_and_highest():
    found = seed_spread([0.7, 0.8, 0.75])
    assert (found.mean, found.lowest, found.highest, found.seeds) == (pytest.approx(0.75), 0.7, 0.8, 3)
    content = found.to_json()
    assert "not a confidence interval" in content["kind"]
    assert "interval" not in content


def test_equal_seeds_have_no_spread_not_even_by_rounding():
    found = seed_spread([0.1] * 3)
    assert found.lowest == found.mean == found.highest == 0.1


@pytest.mark.parametrize("values", [[], [0.7, float("nan")]])
def test_a_seed_without_a_figure_is_refused(values):
    with pytest.raises(SettingsError, match="a number for each seed, was expected"):
        seed_spread(values)
