"""Two small synthetic cohorts, written once: that of all rooms, and one of the other site with PET and slides."""

from pathlib import Path

import pytest

from radiogene.phantom import write_cohort
from radiogene.phantom.cohort_folder import COHORT_FILE


@pytest.fixture(scope="session")
def cohort_a(synthetic_cohort) -> Path:
    """Twenty-eight patients of site A, seed 3: one with two nodules, all three markings."""
    return synthetic_cohort


@pytest.fixture(scope="session")
def cohort_b(made_once) -> Path:
    """Eight patients of site B, seed 7, with PET and slides."""

    def make(path: Path) -> None:
        write_cohort(path, patients=8, site="B", seed=7, pet=True, slides=True)

    return made_once("cohort-b", make) / COHORT_FILE
