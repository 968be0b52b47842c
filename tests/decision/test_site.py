"""A site's prevalence and operating point: prior shift, thresholds that follow, the estimate, and what is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

import answers_prevalence
from radiogene.decision.answer_settings import AnswerSettings
from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.decision import Decision, ModelKind, fit_decision
from radiogene.decision.operating_point import OperatingPoint, PointKind, operating_point
from radiogene.decision.prevalence import estimated_prevalence, most_likely
from radiogene.decision.prior_shift import shifted
from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.held_out import INNER_VALIDATION, OUT_OF_FOLD
from radiogene.evaluation.predictions import Predictions
from radiogene.prediction.unlabelled_predictions import answered_prevalence, read_probabilities

FEW = BootstrapSettings(resamples=200)


@pytest.fixture(scope="module")
def decision():
    return decided()


def decided(count=300, seed=0, set_on=OUT_OF_FOLD, kind=CalibrationKind.IDENTITY):
    rng = np.random.default_rng(seed)
    labels = (rng.random((count, 2)) < 0.3).astype(np.int8)
    said = expit(-0.8 + 1.2 * (2 * labels - 1) + rng.standard_normal((count, 2)))
    predictions = Predictions(tuple(str(n) for n in range(count)), ("EGFR", "KRAS"), said, labels)
    return fit_decision(predictions, set_on, ModelKind.REFIT, kind, np.arange(count) % 5)


def test_the_shift_is_on_the_log_odds_and_keeps_0_and_1():
    p = np.array([0.0, 1e-9, 0.2, 0.5, 0.999, 1.0])
    found = shifted(p, 0.25, 0.45)
    assert found[[0, -1]].tolist() == [0.0, 1.0]
    assert logit(found[1:-1]) == pytest.approx(logit(p[1:-1]) + logit(0.45) - logit(0.25), abs=1e-9)
    assert shifted(0.25, 0.25, 0.45) == pytest.approx(0.45)
    assert (np.diff(found) > 0).all()


def test_nothing_named_changes_nothing_to_the_last_bit(decision):
    assert decision.answering(AnswerSettings()) == decision
    raw = np.random.default_rng(1).random(50)
    rule = decision.gene("EGFR")
    assert np.array_equal(rule.apply(raw), rule.calibration.apply(raw))
    assert "prevalence_used" not in decision.to_json()["genes"]["EGFR"]


def test_threshold_calls_and_sets_follow_the_prevalence(decision):
    there = decision.answering(AnswerSettings(prevalence={"EGFR": 0.6}))
    before, after = decision.gene("EGFR"), there.gene("EGFR")
    assert after.threshold == shifted(before.threshold, before.prevalence, 0.6)
    assert there.gene("KRAS") == decision.gene("KRAS")
    for raw in np.random.default_rng(2).random(200):
        old, new = before.calibrated(raw), after.calibrated(raw)
        assert new > old
        assert after.call(new) == before.call(old)
        assert after.cutoffs().set_of(new) == before.cutoffs().set_of(old)
    assert Decision.from_json(there.to_json()) == there


@pytest.mark.parametrize("kind", list(CalibrationKind))
def test_operating_points_reach_what_they_name_with_the_nearest_threshold(kind):
    decision = decided(kind=kind)
    rule = decision.gene("EGFR")
    mutants, wild_types = (rule.apply(np.array(s)) for s in (rule.scores.mutants, rule.scores.wild_types))
    for share in (0.5, 0.8, 0.9, 1.0):
        threshold = decision.answering(AnswerSettings(operating_point=f"sensitivity={share}")).gene("EGFR").threshold
        assert (mutants >= threshold).mean() >= share
        assert (mutants > threshold).mean() < share
        threshold = decision.answering(AnswerSettings(operating_point=f"specificity={share}")).gene("EGFR").threshold
        assert (wild_types < threshold).mean() >= share
        lower = wild_types[wild_types < threshold].max()
        assert (wild_types < lower).mean() < share
    assert decision.answering(AnswerSettings(operating_point="cost=4")).gene("EGFR").threshold == 0.2
    assert decision.answering(AnswerSettings(operating_point="youden")) == decision


def test_a_cost_ratio_holds_at_the_sites_prevalence_and_a_sensitivity_stays(decision):
    settings = AnswerSettings(prevalence={"EGFR": 0.6}, operating_point="cost=1")
    assert decision.answering(settings).gene("EGFR").threshold == 0.5
    plain = decision.answering(AnswerSettings(operating_point="sensitivity=0.9")).gene("EGFR")
    there = decision.answering(AnswerSettings(prevalence={"EGFR": 0.6}, operating_point="sensitivity=0.9")).gene("EGFR")
    assert there.threshold == pytest.approx(shifted(plain.threshold, plain.prevalence, 0.6), abs=1e-12)


def test_calibration_in_the_large_after_the_shift_is_right_in_a_large_cohort():
    rng = np.random.default_rng(3)
    trained = answers_prevalence.Trained(4000, 0.25, rng)
    values, labels = answers_prevalence.patients(40_000, 0.45, rng)
    before = trained.says(values)
    there = trained.decision.answering(AnswerSettings(prevalence={"EGFR": 0.45})).gene("EGFR")
    assert abs(before.mean() - labels.mean()) > 0.08
    assert abs(there.apply(before).mean() - labels.mean()) < 0.02


def test_the_estimate_is_the_fixed_point_of_saerens_em():
    rng = np.random.default_rng(4)
    p = expit(rng.standard_normal(80) * 1.5 - 0.5)
    value = 0.25
    for _ in range(4000):
        value = shifted(p, 0.25, value).mean()
    found = most_likely(p, 0.25, np.ones((1, 80)))[0]
    assert found == pytest.approx(value, abs=1e-8)
    weights = rng.multinomial(80, np.full(80, 1 / 80), size=3).astype(float)
    each = [most_likely(np.repeat(p, row.astype(int)), 0.25, np.ones((1, 80)))[0] for row in weights]
    assert most_likely(p, 0.25, weights) == pytest.approx(each, abs=1e-9)


def test_the_estimate_finds_the_sites_prevalence_and_undoes_an_anchor():
    rng = np.random.default_rng(5)
    trained = answers_prevalence.Trained(4000, 0.25, rng)
    said = trained.says(answers_prevalence.patients(400, 0.45, rng)[0])
    found = estimated_prevalence(said, trained.rule, FEW)
    assert found.estimate.interval.low < 0.45 < found.estimate.interval.high
    assert found.estimate.value == pytest.approx(0.45, abs=0.08)
    anchored = replace(trained.rule, prevalence_used=0.6)
    again = estimated_prevalence(anchored.apply(said), anchored, FEW)
    assert again.estimate.value == pytest.approx(found.estimate.value, abs=1e-6)


def test_the_estimate_does_not_trust_a_model_that_is_too_sure():
    decision, rng = decided(count=600), np.random.default_rng(8)
    labels = (rng.random(600) < 0.6).astype(int)
    said = expit(-0.8 + 1.2 * (2 * labels - 1) + rng.standard_normal(600))
    found = estimated_prevalence(said, decision.gene("EGFR"), FEW).estimate
    assert found.interval.low < 0.6 < found.interval.high
    plain = most_likely(said, decision.gene("EGFR").prevalence, np.ones((1, 600)))[0]
    assert abs(plain - 0.6) > abs(found.value - 0.6)


@pytest.mark.long
@pytest.mark.slow
def test_intervals_of_the_estimate_hold_the_truth():
    rng = np.random.default_rng(6)
    held, told = 0, 0
    for _ in range(150):
        # A model of 200 patients: what it does not know of itself must be in the interval.
        trained = answers_prevalence.Trained(200, 0.25, rng)
        said = trained.says(answers_prevalence.patients(200, 0.45, rng)[0])
        interval = estimated_prevalence(said, trained.rule, FEW).estimate.interval
        if interval is not None:
            told += 1
            held += interval.low <= 0.45 <= interval.high
    assert told > 90
    assert held / told >= 0.90


def test_an_estimate_is_refused_where_it_cannot_be_told(decision):
    rule, rng = decision.gene("EGFR"), np.random.default_rng(7)
    said = expit(rng.standard_normal(120))
    assert "99 predictions are too few; 100" in estimated_prevalence(said[:99], rule, FEW).estimate.reason
    part = decided(set_on=INNER_VALIDATION).gene("EGFR")
    assert "trained without folds" in estimated_prevalence(said, part, FEW).estimate.reason
    older = replace(rule, scores=None)
    assert "radiogene calibrate" in estimated_prevalence(said, older, FEW).estimate.reason
    flat = estimated_prevalence(rule.prevalence + 0.02 * rng.standard_normal(120), rule, FEW).estimate
    assert "wider than 0.5" in flat.reason
    assert "mutants only" in estimated_prevalence(np.full(120, 0.99), rule, FEW).estimate.reason
    scores = replace(rule.scores, wild_types=rule.scores.mutants)
    chance = replace(rule, scores=scores)
    assert "not been shown to tell mutants" in estimated_prevalence(said, chance, FEW).estimate.reason


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"prevalence": {"EGFR": 0.0}}, r"`prevalence` 0 of EGFR; wanted a share above 0 and below 1"),
        ({"prevalence": {"EGFR": 1.0}}, r"`prevalence` 1 of EGFR"),
        ({"operating_point": "best"}, r"`operating_point` 'best'; wanted youden, sensitivity=SHARE"),
        ({"operating_point": "sensitivity"}, r"`operating_point` sensitivity; wanted"),
        ({"operating_point": "sensitivity=1.2"}, r"`operating_point` sensitivity=1.2; wanted"),
        ({"operating_point": "cost=0"}, r"`operating_point` cost=0; wanted"),
        ({"operating_point": "youden=1"}, r"`operating_point` youden=1; wanted"),
        ({"operating_point": "cost=nan"}, r"`operating_point` cost=nan; wanted"),
        ({"level": 1.0}, r"`level` 1; wanted one above 0 and below 1"),
    ],
)
def test_settings_of_a_site_that_cannot_be_meant(given, message):
    with pytest.raises(SettingsError, match=message):
        AnswerSettings(**given)


def test_what_a_model_cannot_follow_is_refused_with_the_way_out(decision):
    with pytest.raises(SettingsError, match="`prevalence` of ALK; the model predicts EGFR, KRAS"):
        decision.answering(AnswerSettings(prevalence={"ALK": 0.1}))
    part = decided(set_on=INNER_VALIDATION)
    for settings in (AnswerSettings(prevalence={"EGFR": 0.4}), AnswerSettings(operating_point="sensitivity=0.9")):
        with pytest.raises(SettingsError, match="radiogene train --folds 5"):
            part.answering(settings)
    older = Decision(decision.model_kind, {gene: replace(rule, scores=None) for gene, rule in decision.genes.items()})
    with pytest.raises(SettingsError, match="radiogene calibrate MODEL"):
        older.answering(AnswerSettings(operating_point="specificity=0.9"))
    assert older.answering(AnswerSettings(prevalence={"EGFR": 0.4})).gene("EGFR").prevalence_used == 0.4


def test_words_of_operating_points():
    assert operating_point("Sensitivity=0.9") == OperatingPoint(PointKind.SENSITIVITY, 0.9)
    assert operating_point("youden").text == "youden"
    assert operating_point("cost=4").text == "cost=4"


def test_tables_of_predictions(tmp_path):
    table = tmp_path / "predictions.csv"
    table.write_text("row,EGFR_probability,EGFR_prevalence,error\n1,0.5,0.3,\n2,,,SeriesError\n3,0.25,0.3,\n")
    assert read_probabilities(table, ("EGFR", "KRAS"))["EGFR"].tolist() == [0.5, 0.25]
    assert answered_prevalence(table, "EGFR") == 0.3
    assert answered_prevalence(table, "KRAS") is None
    with pytest.raises(CohortError, match="no column ALK_probability"):
        read_probabilities(table, ("ALK",))
    table.write_text("row,EGFR_probability,EGFR_prevalence\n1,0.5,0.3\n2,1.5,0.4\n")
    with pytest.raises(CohortError, match=r"line 3, column EGFR_probability: found '1.5'"):
        read_probabilities(table, ("EGFR",))
    with pytest.raises(CohortError, match="found 2 different values"):
        answered_prevalence(table, "EGFR")
    with pytest.raises(CohortError, match="not readable as CSV"):
        read_probabilities(tmp_path / "absent.csv", ("EGFR",))
    assert json.dumps(estimated_prevalence(np.full(5, 0.2), decided().gene("EGFR"), FEW).to_json())
