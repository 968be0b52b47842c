"""Temperature and isotonic calibration against scikit-learn and scipy; cross-fitting; JSON."""

import json
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import log_loss

from radiogene.decision.calibration import (
    Calibration,
    CalibrationKind,
    IdentityCalibration,
    IsotonicCalibration,
    TemperatureCalibration,
    cross_fitted,
    fit_calibration,
)
from radiogene.errors import TrainingError, WeightsError
from radiogene.evaluation.metrics import auc
from radiogene.storage.typed_json import from_json, to_json


def overconfident(patients=200, seed=0, temperature=2.5):
    """Labels drawn from probabilities whose log odds are then multiplied by `temperature`."""
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(-0.5, 1.0, patients)
    labels = (generator.random(patients) < expit(log_odds)).astype(np.int8)
    return labels, expit(temperature * log_odds)


@pytest.mark.parametrize("seed", range(3))
def test_temperature_is_where_the_log_loss_is_least(seed):
    labels, probabilities = overconfident(seed=seed)
    fitted = fit_calibration(CalibrationKind.TEMPERATURE, np.append(labels, -1), np.append(probabilities, 0.001))
    best = minimize_scalar(
        lambda t: log_loss(labels, expit(logit(probabilities) / t)),
        bounds=(0.1, 20),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert fitted.temperature == pytest.approx(best.x, rel=1e-5)
    calibrated = fitted.apply(probabilities)
    assert calibrated == pytest.approx(expit(logit(probabilities) / best.x), rel=1e-5)
    assert auc(labels, calibrated) == auc(labels, probabilities)


def test_temperature_recovers_a_known_one():
    labels, probabilities = overconfident(40_000, 1, temperature=2.5)
    assert fit_calibration(CalibrationKind.TEMPERATURE, labels, probabilities).temperature == pytest.approx(
        2.5, rel=0.05
    )


def test_isotonic_is_scikit_learns_within_bounds():
    labels, probabilities = overconfident(seed=4)
    fitted = fit_calibration(CalibrationKind.ISOTONIC, labels, probabilities)
    plain = IsotonicRegression(out_of_bounds="clip").fit(probabilities, labels)
    asked = np.linspace(0, 1, 333)
    margin = 1 / 202
    expected = np.clip(plain.predict(probabilities), margin, 1 - margin)
    assert fitted.apply(probabilities) == pytest.approx(expected)
    everywhere = fitted.apply(asked)
    assert (np.diff(everywhere) >= 0).all()
    assert everywhere.min() >= margin
    assert everywhere.max() <= 1 - margin


@dataclass(frozen=True)
class Kept:
    """A calibration in a file."""

    calibration: Calibration


def read(content):
    return from_json(Kept, {"calibration": content}, where="here", error=WeightsError).calibration


@pytest.mark.parametrize("kind", CalibrationKind)
def test_json_round_trip_gives_the_same_bytes(kind):
    labels, probabilities = overconfident(60, 2)
    fitted = fit_calibration(kind, labels, probabilities)
    again = read(json.loads(json.dumps(to_json(fitted))))
    assert again == fitted
    assert again.apply(probabilities).tobytes() == fitted.apply(probabilities).tobytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"kind": "platt"}, "kind: found \"platt\", wanted 'identity', 'temperature', 'isotonic'"),
        (None, "calibration: found null, wanted an object"),
        ({"kind": "identity", "temperature": 1.0}, "temperature: found this key, wanted no key of that name"),
        ({"kind": "temperature"}, "temperature: found no such key"),
        ({"kind": "temperature", "temperature": "warm"}, 'temperature: found "warm", wanted a number'),
        ({"kind": "temperature", "temperature": -1.0}, "from 0.01 to 100.0"),
        ({"kind": "temperature", "temperature": float("nan")}, "found NaN, wanted a finite number"),
        ({"kind": "isotonic", "raw": [0.1, 0.5], "calibrated": [0.4, 0.2]}, "never falling"),
        ({"kind": "isotonic", "raw": [0.5, 0.5], "calibrated": [0.2, 0.4]}, "rising in `raw`"),
        ({"kind": "isotonic", "raw": [0.5], "calibrated": [0.2, 0.4]}, "1 and 2 knots"),
        ({"kind": "isotonic", "raw": [], "calibrated": []}, "0 and 0 knots"),
        ({"kind": "isotonic", "raw": 0.5, "calibrated": [0.2]}, "raw: found 0.5, wanted a list"),
    ],
)
def test_json_that_makes_no_calibration(content, message):
    with pytest.raises(WeightsError, match=message):
        read(content)


def test_one_class_is_refused_except_for_identity():
    labels, probabilities = np.zeros(5, dtype=np.int8), np.linspace(0.1, 0.9, 5)
    for kind in (CalibrationKind.TEMPERATURE, CalibrationKind.ISOTONIC):
        with pytest.raises(TrainingError, match=f"no {kind.value} calibration can be fitted: no mutant"):
            fit_calibration(kind, labels, probabilities)
    assert fit_calibration(CalibrationKind.IDENTITY, labels, probabilities) == IdentityCalibration()


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [([0.1, 0.2, 0.8, 0.9], "right side of 0.5"), ([0.9, 0.8, 0.2, 0.1], "fall as the labels rise")],
)
def test_no_finite_temperature_is_refused(probabilities, message):
    with pytest.raises(TrainingError, match=message):
        fit_calibration(CalibrationKind.TEMPERATURE, np.array([0, 0, 1, 1], dtype=np.int8), np.array(probabilities))


def test_probabilities_of_0_and_1_stay_finite():
    found = TemperatureCalibration(2.0).apply(np.array([[0.0, 1.0]]))
    assert found.shape == (1, 2)
    assert ((found > 0) & (found < 1)).all()
    assert IsotonicCalibration((0.2, 0.6), (0.1, 0.9)).apply(np.array([0.0, 0.4, 1.0])) == pytest.approx(
        [0.1, 0.5, 0.9]
    )


@pytest.mark.parametrize("kind", [CalibrationKind.TEMPERATURE, CalibrationKind.ISOTONIC])
def test_cross_fitting_never_uses_the_fold_it_calibrates(kind):
    labels, probabilities = overconfident(90, 3)
    folds = np.arange(90) % 3
    calibrated = cross_fitted(kind, labels, probabilities, folds)
    own = folds == 1
    elsewhere = fit_calibration(kind, labels[~own], probabilities[~own]).apply(probabilities[own])
    assert calibrated[own] == pytest.approx(elsewhere)
    turned = np.where(own, 1 - labels, labels).astype(np.int8)
    assert cross_fitted(kind, turned, probabilities, folds)[own].tobytes() == calibrated[own].tobytes()
    assert cross_fitted(kind, turned, probabilities, folds)[~own].tobytes() != calibrated[~own].tobytes()


def test_fitting_on_itself_looks_better_than_cross_fitting():
    gains = []
    for seed in range(10):
        labels, probabilities = overconfident(90, seed)
        crossed = cross_fitted(CalibrationKind.ISOTONIC, labels, probabilities, np.arange(90) % 5)
        itself = fit_calibration(CalibrationKind.ISOTONIC, labels, probabilities).apply(probabilities)
        gains.append(((crossed - labels) ** 2).mean() - ((itself - labels) ** 2).mean())
    assert min(gains) > 0


def test_cross_fitting_needs_two_folds():
    labels, probabilities = overconfident(10, 3)
    with pytest.raises(TrainingError, match="at least two folds; found 1"):
        cross_fitted(CalibrationKind.TEMPERATURE, labels, probabilities, np.zeros(10, dtype=np.int64))
