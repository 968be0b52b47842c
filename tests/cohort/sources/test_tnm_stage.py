"""Stage groups of the 7th edition against its published table."""

import pytest

from radiogene.cohort.sources.nsclc_radiogenomics.tnm_stage import (
    SEVENTH_EDITION_N,
    SEVENTH_EDITION_T,
    checked_category,
    stage_group,
)
from radiogene.cohort.table.label_words import UnreadableValueError

PUBLISHED = {
    "0": ["Tis N0"],
    "IA": ["T1a N0", "T1b N0"],
    "IB": ["T2a N0"],
    "IIA": ["T1a N1", "T1b N1", "T2a N1", "T2b N0"],
    "IIB": ["T2b N1", "T3 N0"],
    "IIIA": ["T1a N2", "T1b N2", "T2a N2", "T2b N2", "T3 N1", "T3 N2", "T4 N0", "T4 N1"],
    "IIIB": ["T4 N2", *(f"{t} N3" for t in ("T1a", "T1b", "T2a", "T2b", "T3", "T4"))],
}
"""Goldstraw P, et al. J Thorac Oncol 2:706 (2007), table of stage groupings, M0."""


def test_every_group_is_that_of_the_published_table():
    published = {tuple(words.split()): group for group, pairs in PUBLISHED.items() for words in pairs}
    possible = {(t, n) for t in SEVENTH_EDITION_T for n in SEVENTH_EDITION_N if t != "Tis" or n == "N0"}
    assert set(published) == possible
    assert {pair: stage_group(*pair, "M0") for pair in possible} == published


@pytest.mark.parametrize("m", ["M1a", "M1b"])
def test_metastases_make_stage_iv_whatever_else_is_known(m):
    assert stage_group("T1a", "N0", m) == stage_group("", "", m) == "IV"


@pytest.mark.parametrize("words", [("", "N0", "M0"), ("T1a", "", "M0"), ("T1a", "N0", "")])
def test_what_is_unknown_has_no_stage(words):
    assert stage_group(*words) == ""


def test_impossible_and_foreign_values_are_refused():
    with pytest.raises(UnreadableValueError, match="in situ"):
        stage_group("Tis", "N1", "M0")
    with pytest.raises(UnreadableValueError, match="8th edition"):
        checked_category("T1c", SEVENTH_EDITION_T)
    assert checked_category(" tIS ", SEVENTH_EDITION_T) == "Tis"
