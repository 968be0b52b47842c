"""The coverage simulation: its intervals are those of the package, and its cohorts have the AUC that they should."""

import numpy as np
import pytest

import interval_coverage as simulation
from radiogene.evaluation.comparison import auc_difference
from radiogene.evaluation.intervals import AucScale, auc_with_interval, delong_auc


@pytest.mark.parametrize(("mutants", "wild_types"), [(10, 30), (20, 20)])
def test_intervals_at_once_are_those_of_the_package_one_by_one(mutants, wild_types):
    generator = np.random.default_rng(1)
    draws = [generator.normal(size=(8, size)) for size in (mutants, wild_types)]
    drawn = simulation.wide(0.95, *draws)
    found = simulation.auc_intervals(simulation.order(drawn))
    labels = np.array([1] * mutants + [0] * wild_types, dtype=np.int8)
    for row in range(8):
        scores = np.concatenate([drawn.mutant[row], drawn.wild_type[row]])
        expected = {
            "DeLong": delong_auc(labels, scores),
            "DeLong, logit": delong_auc(labels, scores, AucScale.LOGIT),
            "shown": auc_with_interval(labels, scores),
        }
        for method, measure in expected.items():
            ends = tuple(end[row] for end in found[method])
            assert ends == pytest.approx((measure.interval.low, measure.interval.high), abs=1e-9), method


def test_the_test_of_differences_is_that_of_the_package():
    generator = np.random.default_rng(2)
    labels = np.array([1] * 12 + [0] * 30, dtype=np.int8)
    first, second = simulation.correlated(generator, 20, 12, 30, 0.5)
    one, other = (simulation.order(simulation.normal(0.8, *of)) for of in (first, second))
    gained = one - other
    z = gained.mean(axis=(1, 2)) / np.sqrt(simulation.variances(gained.mean(axis=2), gained.mean(axis=1)))
    shown = np.minimum(np.abs(z), simulation.z_of_log_odds(one, other))
    for row in range(20):
        scores = [np.concatenate([of[0][row] + 2**0.5 * 0.8416212335729143, of[1][row]]) for of in (first, second)]
        assert abs(auc_difference(labels, *scores).z) == pytest.approx(shown[row])


@pytest.mark.parametrize("shape", simulation.SHAPES.values(), ids=simulation.SHAPES)
@pytest.mark.parametrize("auc", [0.5, 0.8, 0.95])
def test_shapes_have_their_auc(shape, auc):
    generator = np.random.default_rng(3)
    drawn = shape(auc, generator.normal(size=(400, 40)), generator.normal(size=(400, 40)))
    assert simulation.order(drawn).mean() == pytest.approx(auc, abs=0.012)
