"""Tests of difference between two cohorts, each named so that a reader can repeat it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2_contingency, fisher_exact, mannwhitneyu

from radiogene.cohort.few_events import few_events

SMALLEST_EXPECTED = 5.0
"""Cochran's rule: below this expected count the chi-squared distribution is a poor approximation."""

WITH, WITHOUT = ("patient with it", "patients with it"), ("without it", "without it")
AGES, NUMBERS = ("age in one cohort", "ages in one cohort"), ("value in one cohort", "values in one cohort")
OTHER_NUMBERS = ("in the other", "in the other")
"""What is counted in the gate by number of events."""

FISHER = "Fisher's exact test"
CHI_SQUARED = "Pearson's chi-squared test"
MANN_WHITNEY = "Mann-Whitney U test"


@dataclass(frozen=True)
class Difference:
    """The result of a two-sided test.

    Attributes:
        test: its name; the row that it belongs to says what was compared.
        p: its p value; None where the test says nothing.
        reason: why there is none; empty where there is one.
    """

    test: str
    p: float | None
    reason: str = ""


def difference_of_shares(first: tuple[int, int], second: tuple[int, int]) -> Difference:
    """Whether a share differs between two cohorts, where there are patients enough with and without.

    Pearson's chi-squared without continuity correction; Fisher's exact test where an expected count is below 5.

    Args:
        first: patients with and without, in the first cohort, unknown ones left out.
        second: likewise in the second.
    """
    table = np.array([first, second])
    if (table.sum(axis=1) == 0).any():
        return Difference(FISHER, None, "known for nobody in one cohort")
    if (table.sum(axis=0) == 0).any():
        return Difference(FISHER, None, "the same in all patients of both cohorts")
    having, lacking = (int(count) for count in table.sum(axis=0))
    if few := few_events(having, lacking, WITH, WITHOUT):
        return Difference(FISHER, None, few)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if expected.min() < SMALLEST_EXPECTED:
        return Difference(FISHER, float(fisher_exact(table).pvalue))
    return Difference(CHI_SQUARED, float(chi2_contingency(table, correction=False).pvalue))


def difference_of_ages(first_years: Sequence[float], second_years: Sequence[float]) -> Difference:
    """Whether ages are higher in one cohort; see `difference_of_numbers`."""
    return difference_of_numbers(first_years, second_years, AGES)


def difference_of_numbers(
    first: Sequence[float], second: Sequence[float], nouns: tuple[str, str] = NUMBERS
) -> Difference:
    """Whether numbers are higher in one cohort: Mann-Whitney U, normal approximation, ties and continuity corrected.

    Args:
        first: known values of one cohort.
        second: those of the other.
        nouns: what one and several values of the first are called, where there are too few.
    """
    if not first or not second:
        return Difference(MANN_WHITNEY, None, "known for nobody in one cohort")
    if len({*first, *second}) == 1:
        return Difference(MANN_WHITNEY, None, "the same in all patients of both cohorts")
    if few := few_events(len(first), len(second), nouns, OTHER_NUMBERS):
        return Difference(MANN_WHITNEY, None, few)
    return Difference(MANN_WHITNEY, float(mannwhitneyu(first, second, method="asymptotic").pvalue))
