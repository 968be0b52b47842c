"""Sample sizes: against pmsampsize and pmvalsampsize, by simulation, and by what a cohort of the size then reaches."""

import json

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

import radiogene as rg
from radiogene.cli.app import main
from radiogene.errors import SettingsError
from radiogene.evaluation.sample_size.development import DevelopmentTargets, development_size
from radiogene.evaluation.sample_size.expected_model import ExpectedModel
from radiogene.evaluation.sample_size.validation import ValidationTargets, validation_size

# pmsampsize 0.1.0 and pmvalsampsize 0.2.1 of PyPI, which simulate a million patients to get from an AUC to R2 and to
# the information of a calibration slope (seed 123456; `increment` 0.01): their last digits are chance.
PMSAMPSIZE = [
    (0.174, 0.80, 30, 0.1668, (1464, 894, 221)),
    (0.174, 0.89, 24, 0.2908, (615, 660, 221)),
    (0.25, 0.75, 4, 0.1446, (229, 108, 289)),
    (0.45, 0.65, 10, 0.0684, (1266, 254, 381)),
]
PMVALSAMPSIZE = [
    (0.25, 0.75, (1154, 3126, 485)),
    (0.174, 0.80, (1826, 2891, 524)),
    (0.45, 0.65, (470, 6007, 463)),
]


def test_published_example_of_riley_et_al():
    # Stat Med 38:1276, the example of Chagas disease: R2 0.288, 24 candidates, prevalence 0.174.
    size = development_size(0.174, 24, 0.288)
    assert (size.for_shrinkage, size.for_optimism, size.for_overall_risk) == (623, 662, 221)
    assert size.patients == 662
    assert size.largest_r2 == pytest.approx(0.6032086677670351, rel=1e-12)


@pytest.mark.parametrize(("prevalence", "auc", "candidates", "r2", "patients"), PMSAMPSIZE)
def test_development_equals_pmsampsize(prevalence, auc, candidates, r2, patients):
    expected = ExpectedModel(prevalence, auc)
    assert expected.cox_snell_r2 == pytest.approx(r2, abs=0.0006)
    # From the same rounded R2, to the patient; from ours, to what a million simulated patients leave to chance.
    same = development_size(prevalence, candidates, r2)
    assert (same.for_shrinkage, same.for_optimism, same.for_overall_risk) == patients
    own = development_size(prevalence, candidates, expected.cox_snell_r2)
    assert (own.for_shrinkage, own.for_optimism) == pytest.approx(patients[:2], rel=0.005, abs=1)


@pytest.mark.parametrize(("prevalence", "auc", "patients"), PMVALSAMPSIZE)
def test_validation_equals_pmvalsampsize(prevalence, auc, patients):
    size = validation_size(ExpectedModel(prevalence, auc))
    # It rounds the error of O/E to a multiple of 0.0001, and its slope is simulated.
    assert size.for_observed_expected == pytest.approx(patients[0], rel=0.005)
    assert size.for_slope == pytest.approx(patients[1], rel=0.005)
    assert size.for_auc == patients[2]


def test_r2_and_slope_information_are_those_of_a_large_simulated_cohort():
    expected, generator, patients = ExpectedModel(0.3, 0.8), np.random.default_rng(3), 400_000
    labels = generator.random(patients) < 0.3
    scores = generator.standard_normal(patients) + expected.distance * labels
    fitted = LogisticRegression(C=1e12).fit(scores[:, None], labels)
    risk = fitted.predict_proba(scores[:, None])[:, 1]
    gain = np.log(np.where(labels, risk, 1 - risk)).mean() - np.log(np.where(labels, 0.3, 0.7)).mean()
    assert 1 - np.exp(-2 * gain) == pytest.approx(expected.cox_snell_r2, rel=0.01)
    log_odds = np.log(risk / (1 - risk))
    spread = risk * (1 - risk)
    information = np.array([[spread.sum(), spread @ log_odds], [spread @ log_odds, spread @ log_odds**2]])
    assert patients * np.linalg.inv(information)[1, 1] == pytest.approx(expected.slope_variance, rel=0.02)


def test_a_cohort_of_the_size_reaches_the_target_and_one_patient_less_does_not():
    expected = ExpectedModel(0.22, 0.72)
    size, tested = development_size(0.22, 6, expected.cox_snell_r2), validation_size(expected)
    for patients, key in ((size.for_shrinkage, "shrinkage"), (size.for_overall_risk, "margin")):
        enough, fewer = (getattr(size.reached_by(number), key) for number in (patients, patients - 1))
        target = getattr(size.targets, key)
        assert (enough >= target > fewer) if key == "shrinkage" else (enough <= target < fewer)
    optimism = [size.reached_by(number).optimism for number in (size.for_optimism, size.for_optimism - 1)]
    assert optimism[0] <= 0.05 < optimism[1]
    for patients, key in (
        (tested.for_observed_expected, "observed_expected_width"),
        (tested.for_slope, "slope_width"),
        (tested.for_auc, "auc_width"),
    ):
        enough, fewer = (getattr(tested.reached_by(number), key) for number in (patients, patients - 1))
        assert enough <= getattr(tested.targets, key) < fewer


def test_shrinkage_rises_with_the_patients_and_stays_between_r2_and_one():
    size = development_size(0.25, 40, 0.15)
    reached = [size.reached_by(patients).shrinkage for patients in (1, 25, 100, 1000, 10**6, 10**15)]
    assert reached == sorted(reached)
    assert reached[0] == pytest.approx(0.15, abs=1e-6)
    assert reached[-1] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.slow
def test_slopes_of_simulated_validations_have_the_promised_width():
    expected = ExpectedModel(0.3, 0.8)
    patients = validation_size(expected, ValidationTargets(slope_width=0.4)).for_slope
    generator, slopes = np.random.default_rng(5), []
    for _ in range(400):
        labels = generator.random(patients) < 0.3
        scores = generator.standard_normal(patients) + expected.distance * labels
        log_odds = np.log(0.3 / 0.7) + expected.distance * scores - expected.distance**2 / 2
        slopes.append(LogisticRegression(C=1e12).fit(log_odds[:, None], labels).coef_[0, 0])
        assert expit(log_odds).mean() == pytest.approx(0.3, abs=0.1)
    # The SD of 400 slopes is known to 3.5%.
    assert 2 * 1.96 * np.std(slopes) == pytest.approx(0.4, rel=0.12)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"prevalence": 0.0}, r"`prevalence` 0; wanted a share above 0 and below 1"),
        ({"prevalence": 1.0}, r"`prevalence` 1; wanted a share"),
        ({"auc": 0.5}, r"`auc` 0.5; wanted one from 0.51 to 0.99"),
        ({"candidates": 0}, r"0 `candidates`; wanted 1 or more"),
        ({"patients": 1}, r"1 `patients`; wanted 2 or more"),
        ({"targets": {"slope_width": 0.0}}, r"`slope_width` 0; wanted a width above 0"),
        ({"targets": {"shrinkage": 1.0}}, r"`shrinkage` 1; wanted a share"),
        ({"targets": {"slope": 0.2}}, r"`targets` slope; wanted some of shrinkage, optimism"),
    ],
)
def test_refusals(given, message):
    with pytest.raises(SettingsError, match=message):
        rg.sample_size(**{"prevalence": 0.25, "auc": 0.75, "candidates": 4, **given})


def test_an_r2_that_no_model_can_have_is_refused():
    with pytest.raises(SettingsError, match=r"`r2` 0.7; wanted one above 0 and below 0.603"):
        development_size(0.174, 4, 0.7)
    assert development_size(0.174, 4, 0.5, DevelopmentTargets(shrinkage=0.8)).for_shrinkage > 4


def test_command_line_prints_what_python_gives(capsys):
    words = ["samplesize", "--prevalence", "0.25", "--auc", "0.75", "--candidates", "4", "--patients", "120"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--json"])
    assert ended.value.code == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown == rg.sample_size(prevalence=0.25, auc=0.75, candidates=4, patients=120).to_json()
    assert shown["development"]["patients"] == 289
    assert shown["reached"]["validation"]["auc_width"] > 0.1
    with pytest.raises(SystemExit):
        main(words)
    text = capsys.readouterr().out
    assert "shrinkage at least 0.9: 228 patients; 120 reach 0.8" in text
    assert "Validation: 3123 other patients, 781 mutants." in text


def test_command_line_names_the_option(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["samplesize", "--prevalence", "1", "--auc", "0.75", "--candidates", "4"])
    assert ended.value.code == 3
    assert "Found the --prevalence 1; wanted" in capsys.readouterr().err
