"""Two small synthetic cohorts, written once for all tests of the phantom."""

from pathlib import Path

import pytest

from radiogene.phantom import write_cohort


@pytest.fixture(scope="session")
def cohort_a(tmp_path_factory) -> Path:
    """Twenty patients of site A: one with two nodules, all three markings."""
    return write_cohort(tmp_path_factory.mktemp("phantom") / "a", patients=20, site="A", seed=7)


@pytest.fixture(scope="session")
def cohort_b(tmp_path_factory) -> Path:
    """Eight patients of site B with PET and slides."""
    out = tmp_path_factory.mktemp("phantom") / "b"
    return write_cohort(out, patients=8, site="B", seed=7, pet=True, slides=True)
