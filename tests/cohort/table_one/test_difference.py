"""Tests of difference against values that can be had by hand or from textbooks."""

import math

import pytest

from radiogene.cohort.table_one.difference import (
    CHI_SQUARED,
    FISHER,
    MANN_WHITNEY,
    difference_of_ages,
    difference_of_shares,
)


def test_chi_squared_without_correction():
    # Each cell is 5 away from the 25 expected: chi-squared 4 x 25 / 25 = 4 at one degree of freedom.
    found = difference_of_shares((20, 30), (30, 20))
    assert found.test == CHI_SQUARED
    assert found.p == pytest.approx(math.erfc(math.sqrt(4 / 2)))


def test_fisher_where_few_are_expected():
    # 10 of 50 with it, 3.6 expected in the second cohort: the chances of all tables no likelier than 2 and 8 of 10.
    found = difference_of_shares((2, 30), (8, 10))
    chances = [math.comb(32, k) * math.comb(18, 10 - k) / math.comb(50, 10) for k in range(11)]
    expected = sum(chance for chance in chances if chance <= chances[2] * (1 + 1e-9))
    assert (found.test, found.p) == (FISHER, pytest.approx(expected))


def test_mann_whitney_of_separate_ages():
    # U is 0; its mean 50, its variance 10 x 10 x 21 / 12, and half a step of continuity.
    found = difference_of_ages(range(40, 50), range(60, 70))
    z = (50 - 0.5) / math.sqrt(10 * 10 * 21 / 12)
    assert (found.test, found.p) == (MANN_WHITNEY, pytest.approx(math.erfc(z / math.sqrt(2))))


def test_fewer_than_ten_with_it_or_without_are_not_tested():
    few = difference_of_shares((4, 60), (5, 40))
    assert few.p is None
    assert "9 patients with it and 100 without it: at least 10 of each" in few.reason
    assert difference_of_shares((4, 60), (6, 40)).p is not None
    ages = difference_of_ages(range(50, 59), range(50, 80))
    assert ages.p is None
    assert "9 ages in one cohort and 30 in the other" in ages.reason


@pytest.mark.parametrize("counts", [((0, 0), (3, 4)), ((3, 0), (4, 0))])
def test_where_nothing_can_differ_there_is_a_reason_instead_of_a_p(counts):
    found = difference_of_shares(*counts)
    assert found.p is None
    assert found.reason


def test_ages_that_nobody_knows_or_that_are_all_equal():
    assert difference_of_ages([], [60]).p is None
    assert difference_of_ages([60, 60], [60]).reason == "the same in all patients of both cohorts"
