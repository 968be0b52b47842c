"""Net benefit against the package dcurves, by hand, and where it must lie."""

import numpy as np
import pytest
from scipy.special import expit

from radiogene.errors import SettingsError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.decision_curve import decision_curve

FEW = BootstrapSettings(resamples=300)


def simulated(patients, seed):
    """Labels drawn from the probabilities beside them."""
    generator = np.random.default_rng(seed)
    probabilities = expit(generator.normal(-1.0, 1.2, patients))
    return (generator.random(patients) < probabilities).astype(np.int8), probabilities


@pytest.mark.parametrize("rounded", [False, True])
def test_equals_dcurves(rounded):
    dcurves, pandas = pytest.importorskip("dcurves"), pytest.importorskip("pandas")
    labels, probabilities = simulated(140, 3)
    probabilities = np.round(probabilities, 2) if rounded else probabilities
    found = decision_curve(labels, probabilities, settings=FEW)
    table = dcurves.dca(
        pandas.DataFrame({"label": labels, "model": probabilities}),
        "label",
        ["model"],
        thresholds=found.thresholds,
    )
    of = {name: table[table.model == name].net_benefit.to_numpy(dtype=float) for name in ("model", "all", "none")}
    assert found.net_benefit == pytest.approx(of["model"], abs=1e-12)
    assert found.treat_all == pytest.approx(of["all"], abs=1e-12)
    assert of["none"] == pytest.approx(0.0)


def test_by_hand():
    # Of 10 patients 3 are called at 0.25, 2 of them mutants: 2/10 - 1/10 x 1/3.
    labels = np.array([1, 1, 0, 1, 0, 0, 0, 0, 0, 0, -1], dtype=np.int8)
    probabilities = np.array([0.9, 0.25, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.99])
    found = decision_curve(labels, probabilities, np.array([0.25]), FEW)
    assert found.net_benefit[0] == pytest.approx(0.2 - 0.1 / 3)
    assert found.treat_all[0] == pytest.approx(0.3 - 0.7 / 3)
    assert (found.patients, found.mutants) == (10, 3)


def test_ends_where_it_must():
    labels, probabilities = simulated(90, 4)
    found = decision_curve(labels, probabilities, np.array([0.0, 0.999]), FEW)
    # At 0 everybody is acted on and a wild type costs nothing; nobody reaches 0.999.
    assert found.net_benefit == pytest.approx([labels.mean(), 0.0])


def test_the_band_is_that_of_resampling_patients_one_by_one():
    labels, probabilities = simulated(120, 5)
    cuts = np.array([0.1, 0.3, 0.5])
    found = decision_curve(labels, probabilities, cuts, BootstrapSettings(resamples=6000))
    generator, resampled = np.random.default_rng(6), []
    for _ in range(3000):
        drawn = generator.integers(0, labels.size, labels.size)
        y, p = labels[drawn], probabilities[drawn]
        resampled.append([np.mean((y == 1) & (p >= t)) - np.mean((y == 0) & (p >= t)) * t / (1 - t) for t in cuts])
    low, high = np.quantile(resampled, [0.025, 0.975], axis=0)
    assert found.band.low == pytest.approx(low, abs=0.01)
    assert found.band.high == pytest.approx(high, abs=0.01)
    assert "pointwise" in found.band.method


def test_one_class_has_no_curve_and_a_threshold_of_1_is_refused():
    labels, probabilities = simulated(20, 7)
    nothing = decision_curve(np.zeros(20, dtype=np.int8), probabilities, settings=FEW)
    assert (nothing.band, nothing.net_benefit.size) == (None, 0)
    assert "no mutant" in nothing.to_json()["reason"]
    with pytest.raises(SettingsError, match=r"threshold probability 1\.0"):
        decision_curve(labels, probabilities, np.array([0.5, 1.0]), FEW)
