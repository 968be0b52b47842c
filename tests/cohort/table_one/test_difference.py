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
    # Fisher's lady tasting tea: 34 of the 70 tables are as far off as 3 of 4.
    found = difference_of_shares((3, 1), (1, 3))
    assert (found.test, found.p) == (FISHER, pytest.approx(34 / 70))


def test_mann_whitney_of_separate_ages():
    # U is 0; its mean 4.5, its variance 3 x 3 x 7 / 12, and half a step of continuity.
    found = difference_of_ages([50, 51, 52], [60, 61, 62])
    z = (4.5 - 0.5) / math.sqrt(3 * 3 * 7 / 12)
    assert (found.test, found.p) == (MANN_WHITNEY, pytest.approx(math.erfc(z / math.sqrt(2))))


@pytest.mark.parametrize("counts", [((0, 0), (3, 4)), ((3, 0), (4, 0))])
def test_where_nothing_can_differ_there_is_a_reason_instead_of_a_p(counts):
    found = difference_of_shares(*counts)
    assert found.p is None
    assert found.reason


def test_ages_that_nobody_knows_or_that_are_all_equal():
    assert difference_of_ages([], [60]).p is None
    assert difference_of_ages([60, 60], [60]).reason == "the same in all patients of both cohorts"
