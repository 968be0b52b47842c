"""The one gate by number of events: how few of a kind forbid an interval, a test and a claim, and in which words."""

from radiogene.storage.plain_words import counted

FEWEST_EVENTS = 10
"""Of either class, below which a figure is a point alone. Intervals of an AUC and paired tests hold their nominal level
from about here on (`benchmarks/interval_coverage.py`)."""


def few_events(
    first: int,
    second: int,
    first_nouns: tuple[str, str] = ("mutant", "mutants"),
    second_nouns: tuple[str, str] = ("wild type", "wild types"),
) -> str:
    """Why there is no interval and no test; empty where there are events enough.

    >>> few_events(2, 26)
    'no interval, test or claim from 2 mutants and 26 wild types: at least 10 of each are needed'
    >>> few_events(10, 26)
    ''

    Args:
        first: patients of one class.
        second: patients of the other.
        first_nouns: what one and several of the first class are called.
        second_nouns: the same of the second.
    """
    if min(first, second) >= FEWEST_EVENTS:
        return ""
    found = f"{counted(first, *first_nouns)} and {counted(second, *second_nouns)}"
    return f"no interval, test or claim from {found}: at least {FEWEST_EVENTS} of each are needed"
