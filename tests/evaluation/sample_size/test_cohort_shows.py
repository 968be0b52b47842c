"""What a cohort can show: Newcombe's interval, the smallest AUC by bisection, and the gate."""

import numpy as np
import pytest

from radiogene.evaluation.intervals import newcombe_ends
from radiogene.evaluation.sample_size.cohort_shows import cohort_shows


def test_the_interval_and_the_smallest_auc_are_newcombes():
    shows = cohort_shows(30, 70)
    low, high = newcombe_ends(np.array(0.75), 30, 70)
    assert (shows.low, shows.high) == (float(low), float(high))
    below, at = (float(newcombe_ends(np.array(auc), 30, 70)[0]) for auc in (shows.smallest - 0.005, shows.smallest))
    assert below <= 0.5 < at
    assert shows.sentence.startswith("30 mutants and 70 wild types: an AUC of 0.75 would have a 95% interval from 0.6")


def test_more_patients_show_more():
    smallest = [cohort_shows(n, 3 * n).smallest for n in (10, 30, 100, 1000)]
    assert smallest == sorted(smallest, reverse=True)
    assert smallest[-1] < 0.55


@pytest.mark.parametrize(("mutants", "wild_types"), [(9, 200), (200, 9), (0, 0)])
def test_few_of_either_class_show_nothing(mutants, wild_types):
    assert "can show nothing of a model (no interval, test or claim" in cohort_shows(mutants, wild_types).sentence
