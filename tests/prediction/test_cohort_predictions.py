"""A batch: failures are listed by row, the rest goes on, and an interrupted batch goes on where it stopped."""

import csv
import shutil
from dataclasses import replace

import pytest

from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.errors import CohortError
from radiogene.prediction.cohort_predictions import predict_cohort
from radiogene.prediction.predictor import Predictor


@pytest.fixture
def damaged_cohort(synthetic_cohort, tmp_path):
    """Four patients, the second one's scan with a slice cut short."""
    lines = synthetic_cohort.read_text().splitlines()
    (tmp_path / "cohort.csv").write_text("\n".join(lines[:5]) + "\n")
    for row in read_cohort(synthetic_cohort).rows[:4]:
        shutil.copytree(row.ct.parent, tmp_path / row.ct.parent.name)
    rows = read_cohort(tmp_path / "cohort.csv").rows
    victim = max((file for file in rows[1].ct.rglob("*") if file.is_file()), key=lambda file: file.stat().st_size)
    victim.write_bytes(victim.read_bytes()[:-2000])
    return read_cohort(tmp_path / "cohort.csv")


@pytest.fixture(scope="module")
def predictor(trained_model):
    return Predictor.from_folder(trained_model)


def test_one_line_per_row_with_the_error_of_the_row_that_failed(predictor, damaged_cohort, tmp_path):
    out = tmp_path / "results.csv"
    summary = predict_cohort(predictor, damaged_cohort.rows, out)
    with out.open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert (summary.done, summary.failed, len(lines)) == (3, 1, 4)
    assert [bool(line["error"]) for line in lines] == [False, True, False, False]
    assert "SeriesError" in lines[1]["error"]
    assert lines[1]["EGFR_probability"] == ""
    assert 0 < float(lines[0]["EGFR_probability"]) < 1
    assert lines[0]["synthetic"] == "True"
    assert [file.name for file in tmp_path.iterdir() if "journal" in file.name] == []


def test_an_interrupted_batch_goes_on_and_ends_with_the_same_table(predictor, damaged_cohort, tmp_path):
    whole = tmp_path / "whole.csv"
    predict_cohort(predictor, damaged_cohort.rows, whole)
    interrupted = tmp_path / "interrupted.csv"

    def stop_after_two(finished, total):
        if finished == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict_cohort(predictor, damaged_cohort.rows, interrupted, progress=stop_after_two)
    assert not interrupted.exists()
    summary = predict_cohort(predictor, damaged_cohort.rows, interrupted)
    assert summary.resumed == 2
    assert interrupted.read_bytes() == whole.read_bytes()


def test_a_value_changed_after_an_interruption_is_predicted_again(predictor, damaged_cohort, tmp_path):
    out = tmp_path / "results.csv"

    def stop(finished, total):
        if finished == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict_cohort(predictor, damaged_cohort.rows, out, progress=stop)
    older = replace(damaged_cohort.rows[0], age_years=99.0)
    changed = replace(damaged_cohort, rows=(older, *damaged_cohort.rows[1:]))
    predict_cohort(predictor, changed.rows, out)
    fresh = tmp_path / "fresh.csv"
    predict_cohort(predictor, changed.rows, fresh)
    assert out.read_bytes() == fresh.read_bytes()


def test_a_journal_of_another_model_is_refused(predictor, damaged_cohort, tmp_path):
    (tmp_path / ".results.csv.journal.jsonl").write_text('{"model_sha256": "other"}\n')
    with pytest.raises(CohortError, match="another model"):
        predict_cohort(predictor, damaged_cohort.rows, tmp_path / "results.csv")


def test_a_damaged_journal_is_refused_by_name(predictor, damaged_cohort, tmp_path):
    (tmp_path / ".results.csv.journal.jsonl").write_text('{"model_sha256": \x00\n')
    with pytest.raises(CohortError, match=r"journal\.jsonl holds .* is damaged"):
        predict_cohort(predictor, damaged_cohort.rows, tmp_path / "results.csv")


def test_a_damaged_line_of_a_journal_is_refused_by_its_number(predictor, damaged_cohort, tmp_path):
    out = tmp_path / "results.csv"

    def stop(finished, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict_cohort(predictor, damaged_cohort.rows, out, progress=stop)
    journal = tmp_path / ".results.csv.journal.jsonl"
    journal.write_text(journal.read_text().replace('"row":', '"line":'))
    with pytest.raises(CohortError, match=r"journal\.jsonl, line 2, .*wanted.*delete it, or choose another `out`"):
        predict_cohort(predictor, damaged_cohort.rows, out)
