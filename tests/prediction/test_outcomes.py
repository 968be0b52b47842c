"""Outcomes that come in later: recorded by keyed hash, refused by name, and a model told to be looked at again."""

import csv
import json

import numpy as np
import pytest

import radiogene as rg
from radiogene.cohort.identity.site_key import site_key
from radiogene.decision.calibration import IdentityCalibration
from radiogene.decision.conformal import ClassScores
from radiogene.decision.decision import Decision, GeneDecision, ModelKind
from radiogene.errors import OutcomesError
from radiogene.evaluation.drift import WATCHED
from radiogene.evaluation.held_out import OUT_OF_FOLD
from radiogene.model.model_folder import DECISION_FILE, MANIFEST_FILE
from radiogene.prediction.outcome_record import model_name, read_record, record_file
from radiogene.storage.atomic_files import write_json
from radiogene.storage.checked_files import sha256_of

GENES = ("EGFR", "KRAS")


@pytest.fixture(scope="module")
def model(trained_model, tmp_path_factory):
    """A model folder whose decision rests on 200 out-of-fold probabilities that are right."""
    from shutil import copytree

    folder = copytree(trained_model, tmp_path_factory.mktemp("outcomes") / "model")
    rng = np.random.default_rng(0)
    p = rng.uniform(0.05, 0.7, 200)
    labels = (rng.random(200) < p).astype(np.int8)
    rule = GeneDecision(
        0.4, IdentityCalibration(), OUT_OF_FOLD, 200, int(labels.sum()), scores=ClassScores.of(labels, p)
    )
    write_json(folder / DECISION_FILE, Decision(ModelKind.REFIT, dict.fromkeys(GENES, rule)).to_json())
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    manifest["sha256"][DECISION_FILE] = sha256_of(folder / DECISION_FILE)
    write_json(folder / MANIFEST_FILE, manifest)
    return folder


def table(path, rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def answers(path, probabilities):
    return table(
        path,
        [
            {"patient_id": f"P{n}", "EGFR_probability": p, "KRAS_probability": p, "synthetic": "True"}
            for n, p in enumerate(probabilities)
        ],
    )


def drawn(count, factor=1.0, seed=1):
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.05, 0.7, count)
    odds = factor * p / (1 - p)
    return p, rng.random(count) < odds / (1 + odds)


def results(path, mutated, first=0):
    words = ("wild type", "mutant")
    return table(
        path, [{"patient_id": f"P{n}", "EGFR": words[int(each)]} for n, each in enumerate(mutated, start=first)]
    )


def test_right_answers_stand_and_nothing_kept_names_a_patient(model, own_state, tmp_path):
    p, mutated = drawn(60)
    rg.record_outcomes(model, predictions=answers(tmp_path / "a.csv", p))
    watch = rg.record_outcomes(model, results=results(tmp_path / "r.csv", mutated), out=tmp_path / "page")
    assert watch.answers == 60
    assert (watch.waiting, watch.genes["EGFR"].results, watch.genes["KRAS"].results) == (0, 60, 0)
    assert watch.genes["EGFR"].mutants == int(mutated.sum())
    assert watch.genes["EGFR"].expected == pytest.approx(p.sum())
    assert not watch.record.look_again
    page = (tmp_path / "page" / "outcomes.html").read_text(encoding="utf-8")
    assert "No chart stands in alarm" in page
    assert "SYNTHETIC" in page
    (file,) = (own_state / "outcomes").glob("*.json")
    kept = file.read_text() + page + (tmp_path / "page" / "outcomes.json").read_text()
    assert '"P1' not in kept
    assert site_key().hashed("patient", "P1") in kept


def test_results_may_come_in_parts_and_again(model, own_state, tmp_path):
    p, mutated = drawn(40)
    rg.record_outcomes(model, predictions=answers(tmp_path / "a.csv", p))
    whole = rg.record_outcomes(model, results=results(tmp_path / "r.csv", mutated))
    rg.record_outcomes(model, restart=True, predictions=tmp_path / "a.csv")
    rg.record_outcomes(model, results=results(tmp_path / "r1.csv", mutated[:25]))
    parts = rg.record_outcomes(model, results=results(tmp_path / "r2.csv", mutated[25:], first=25))
    again = rg.record_outcomes(model, predictions=tmp_path / "a.csv", results=tmp_path / "r.csv")
    assert whole.to_json() == parts.to_json() == again.to_json()


def test_a_model_that_drifts_is_told_to_be_looked_at_and_predict_warns(
    model, own_state, tmp_path, synthetic_cohort, synthetic_store
):
    p, mutated = drawn(WATCHED, factor=4.0)
    rg.record_outcomes(model, predictions=answers(tmp_path / "a.csv", p))
    watch = rg.record_outcomes(model, results=results(tmp_path / "r.csv", mutated), out=tmp_path / "page")
    assert "more frequent than answered" in watch.record.look_again["EGFR"]
    assert "KRAS" not in watch.record.look_again
    assert "LOOK AT THIS MODEL AGAIN" in (tmp_path / "page" / "outcomes.html").read_text(encoding="utf-8")
    loaded = rg.load_model(model)
    assert any(sentence.startswith("Look at this model again") for sentence in loaded.predictor._look_again)
    # Another calibration gives other answers, of which nothing is known yet.
    other = Decision(ModelKind.SINGLE, loaded.predictor.model.decision.genes)
    assert read_record(model_name(loaded.predictor.model.weights_sha256, other)) is None
    rg.record_outcomes(model, predictions=tmp_path / "a.csv", restart=True)
    assert rg.load_model(model).predictor._look_again == []


def test_what_contradicts_or_nobody_answered_is_refused_by_name(model, own_state, tmp_path):
    p, mutated = drawn(30)
    rg.record_outcomes(model, predictions=answers(tmp_path / "a.csv", p))
    with pytest.raises(OutcomesError, match=r"No answer of this model is recorded for P30; .*`predictions`"):
        rg.record_outcomes(model, results=results(tmp_path / "u.csv", [True] * 31))
    rg.record_outcomes(model, results=results(tmp_path / "r.csv", mutated))
    with pytest.raises(OutcomesError, match=r"EGFR of P0: found (mutant|wild type), but"):
        rg.record_outcomes(model, results=results(tmp_path / "o.csv", ~mutated))
    both = table(tmp_path / "b.csv", [{"patient_id": "P1", "EGFR": word} for word in ("mutant", "wild type")])
    with pytest.raises(OutcomesError, match=r"lines 2 and 3 contradict each other in EGFR of P1"):
        rg.record_outcomes(model, results=both)
    with pytest.raises(OutcomesError, match=r"Another answer is recorded for P0"):
        rg.record_outcomes(model, predictions=answers(tmp_path / "c.csv", p + 0.01))
    with pytest.raises(OutcomesError, match=r"line 2, column EGFR"):
        rg.record_outcomes(model, results=table(tmp_path / "w.csv", [{"patient_id": "P1", "EGFR": "perhaps"}]))
    watch = rg.record_outcomes(model)
    assert watch.genes["EGFR"].results == 30


def test_nothing_recorded_and_a_damaged_record_are_said(model, own_state, tmp_path):
    with pytest.raises(OutcomesError, match="No answer of this model is recorded yet"):
        rg.record_outcomes(model)
    p, _ = drawn(30)
    rg.record_outcomes(model, predictions=answers(tmp_path / "a.csv", p))
    (file,) = (own_state / "outcomes").glob("*.json")
    file.write_text("{")
    with pytest.raises(OutcomesError, match="backup"):
        rg.record_outcomes(model)
    assert "backup" in rg.load_model(model).predictor._look_again[0]
    assert record_file(file.stem) == file


def test_a_model_without_folds_says_that_it_has_no_charts(trained_model, own_state, tmp_path):
    p, mutated = drawn(12)
    rg.record_outcomes(trained_model, predictions=answers(tmp_path / "a.csv", p))
    watch = rg.record_outcomes(trained_model, results=results(tmp_path / "r.csv", mutated))
    own = watch.genes["EGFR"]
    assert "--folds 5" in own.reason
    assert own.alarms == {}
    assert own.auc.interval is None
    assert "at least 10" in own.auc.reason
