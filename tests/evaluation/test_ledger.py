"""The ledger: what a line holds, several writers at once, damaged files."""

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from radiogene.errors import SettingsError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.evaluation import EvaluationSettings, Threshold, evaluate_predictions
from radiogene.evaluation.ledger import (
    EarlierEvaluations,
    LedgerEntry,
    append_to_ledger,
    copy_into_ledger,
    earlier_evaluations,
    ledger_entry,
    looks_at,
    read_ledger,
)
from radiogene.evaluation.predictions import Predictions
from radiogene.storage.typed_json import to_json

WEIGHTS, COHORT = "a" * 64, "c" * 64


def entry(weights=WEIGHTS, cohort=COHORT, threshold=0.5):
    labels = np.array([[1], [0], [1], [0]], dtype=np.int8)
    predictions = Predictions(
        ("Mrs Smith", "p2", "p3", "p4"), ("EGFR",), np.array([[0.9], [0.1], [0.6], [0.7]]), labels
    )
    report = evaluate_predictions(
        predictions, {"EGFR": Threshold(threshold, "out-of-fold")}, settings=EvaluationSettings(BootstrapSettings(50))
    )
    return ledger_entry("MMDL", weights, (cohort,), {"threshold": threshold}, report)


def test_a_line_names_the_figures_and_holds_no_identifier_and_no_value(tmp_path):
    path = tmp_path / "new" / "ledger.jsonl"
    written = entry()
    assert append_to_ledger(path, written).evaluations == 0
    assert read_ledger(path) == (written,)
    content = json.loads(path.read_text())
    assert {"EGFR auc", "EGFR sensitivity", "EGFR brier", "EGFR ece"} <= set(content["figures"])
    assert content["time_utc"].endswith("+00:00")
    assert "Smith" not in path.read_text()
    assert str(tmp_path) not in path.read_text()
    assert not any(isinstance(value, float) for value in content.values())


def test_earlier_looks_are_counted_by_cohort_and_system(tmp_path):
    path = tmp_path / "ledger.jsonl"
    for weights, cohort in ((WEIGHTS, COHORT), ("b" * 64, COHORT), (WEIGHTS, "d" * 64), (WEIGHTS, COHORT)):
        append_to_ledger(path, entry(weights, cohort))
    before = append_to_ledger(path, entry(WEIGHTS, COHORT))
    assert (before.evaluations, before.systems, before.same_system) == (3, 2, 2)
    assert earlier_evaluations(read_ledger(path), entry("e" * 64, "d" * 64)) == EarlierEvaluations(
        evaluations=1, systems=1, same_system=0
    )


def test_cohorts_that_share_a_scan_count_as_looks(tmp_path):
    path, scans = tmp_path / "ledger.jsonl", ["1" * 16, "2" * 16, "3" * 16]
    append_to_ledger(path, entry(cohort=scans[0]))
    append_to_ledger(path, entry(cohort="9" * 16))
    both = replace(entry(), scans=tuple(scans), cohort="e" * 64)
    assert append_to_ledger(path, both) == EarlierEvaluations(1, 1, 1, of_other_cohorts=1)
    assert len(looks_at(read_ledger(path), scans[1:])) == 1


def test_the_lines_of_an_experiment_are_copied_once(tmp_path):
    own, mine = tmp_path / "own.jsonl", tmp_path / "state" / "ledger.jsonl"
    append_to_ledger(own, entry())
    assert copy_into_ledger(mine, read_ledger(own)) == ()
    append_to_ledger(own, entry(threshold=0.3))
    assert len(copy_into_ledger(mine, read_ledger(own))) == 1
    assert read_ledger(mine) == read_ledger(own)


def test_lines_of_older_versions_are_read_and_count_by_their_cohort(tmp_path):
    path = tmp_path / "ledger.jsonl"
    content = to_json(entry())
    for name in ("scans", "protocol", "patients"):
        del content[name]
    path.write_text(json.dumps(content) + "\n")
    (older,) = read_ledger(path)
    assert (older.scans, older.protocol) == ((), "")
    assert append_to_ledger(path, entry()).evaluations == 1


def test_another_threshold_is_another_choice():
    assert entry(threshold=0.5).choices_sha256 != entry(threshold=0.4).choices_sha256
    assert entry().choices_sha256 == entry().choices_sha256


def add_twenty(path):
    return [append_to_ledger(path, entry()).evaluations for _ in range(20)]


def test_writers_at_once_lose_no_line_and_count_each_other(tmp_path):
    path = tmp_path / "ledger.jsonl"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        counts = [count for found in pool.map(add_twenty, [path] * 2) for count in found]
    assert sorted(counts) == list(range(40))
    assert len(read_ledger(path)) == 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:-1], "line 2 is no entry.*no whole line"),
        (
            lambda text: text + "{}\n",
            "line 3 is no entry of a ledger, time_utc: found no such key",
        ),
        (lambda text: text.replace("EGFR auc", "\x00", 1).replace("{", "", 1), "line 1 is no entry"),
        (lambda text: text.replace('"figures": [', '"figures": [1, ', 1), "line 1 is no entry.*figures"),
        (lambda text: text.replace(COHORT, "Mrs Smith", 1), "line 1 is no entry.*hexadecimal"),
        (lambda text: "\n" + text, "line 1 is no entry"),
    ],
)
def test_a_damaged_ledger_is_neither_read_nor_written(change, message, tmp_path):
    path = tmp_path / "ledger.jsonl"
    append_to_ledger(path, entry())
    append_to_ledger(path, entry())
    path.write_text(change(path.read_text()))
    before = path.read_bytes()
    for use in (lambda: read_ledger(path), lambda: append_to_ledger(path, entry())):
        with pytest.raises(SettingsError, match=message):
            use()
    assert path.read_bytes() == before


def test_a_place_that_takes_no_file_is_refused(tmp_path):
    for use in (lambda: read_ledger(tmp_path), lambda: append_to_ledger(tmp_path, entry())):
        with pytest.raises(SettingsError, match="cannot be used as a ledger"):
            use()
    assert read_ledger(tmp_path / "absent.jsonl") == ()


def test_what_is_no_hash_cannot_get_into_a_line():
    with pytest.raises(SettingsError, match="cohort is 'Mrs Smith'"):
        LedgerEntry("now", "MMDL", WEIGHTS, "Mrs Smith", WEIGHTS, (), False, "0.1.0")
