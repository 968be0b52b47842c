"""Predictions for every row of a cohort table: failures listed by row, resumed where it stopped."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radiogene.cohort.row import CohortRow
from radiogene.cohort.store.cube_record import row_key
from radiogene.cohort.store.row_preparation import prepared_rows
from radiogene.cohort.table.cohort_table import Cohort
from radiogene.ct.preparation import PreparedNodule
from radiogene.errors import CohortError
from radiogene.parallel.workers import Workers
from radiogene.prediction.predictor import Predictor
from radiogene.storage.atomic_files import write_text

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CohortPredictions:
    """What a batch did.

    Attributes:
        done: rows predicted now.
        resumed: rows found in the journal of an interrupted run.
        failed: rows whose error stands in the table.
    """

    done: int
    resumed: int
    failed: int

    @property
    def rows(self) -> int:
        """All rows of the table."""
        return self.done + self.resumed + self.failed


def predict_cohort(
    predictor: Predictor,
    cohort: Cohort,
    out: Path,
    *,
    allow_gaps: bool = False,
    workers: Workers = 1,
    progress: Progress | None = None,
) -> CohortPredictions:
    """Writes one line per row of the table: probabilities and calls, or the error.

    While it runs, finished rows stand in a journal beside `out`; a second run goes on from there. Rows that failed are
    tried again.

    Args:
        predictor: the model.
        cohort: the table.
        out: the CSV file to write.
        allow_gaps: interpolate over missing or uneven slices.
        workers: who prepares the cubes.
        progress: is told of every finished row.

    Raises:
        CohortError: the journal belongs to another model.
    """
    journal = out.with_name(f".{out.name}.journal.jsonl")
    engine = predictor.model.method.engine
    header = {
        "weights_sha256": predictor.model.weights_sha256,
        "decision": predictor.decision.to_json(),
        "allow_gaps": allow_gaps,
        **({} if engine is None else engine.choice),
    }
    finished = _read_journal(journal, header)
    waiting = [row for row in cohort.rows if _input_key(row) not in finished]
    resumed = len(cohort.rows) - len(waiting)
    out.parent.mkdir(parents=True, exist_ok=True)
    failed = 0
    with journal.open("a", encoding="utf-8") as stream:
        if stream.tell() == 0:
            stream.write(json.dumps(header) + "\n")
        with closing(prepared_rows(waiting, allow_gaps, workers)) as outcomes:
            for count, (row, outcome) in enumerate(zip(waiting, outcomes, strict=True), start=1):
                line = _line(predictor, row, outcome)
                finished[_input_key(row)] = line
                if line["error"]:
                    failed += 1
                else:
                    stream.write(json.dumps({"key": _input_key(row), "line": line}) + "\n")
                    stream.flush()
                if progress is not None:
                    progress(resumed + count, len(cohort.rows))
    lines = [{**finished[_input_key(row)], "row": row.row_number} for row in cohort.rows]
    _write_table(out, predictor.facts.genes, lines)
    journal.unlink()
    return CohortPredictions(len(waiting) - failed, resumed, failed)


def _input_key(row: CohortRow) -> str:
    """A hash of everything in a row that its prediction depends on, and nothing else: not of its place in the table."""
    values = {name: value for name, value in row.patient_values().items() if name not in ("row_number", "labels")}
    text = json.dumps([row_key(row), values], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _line(predictor: Predictor, row: CohortRow, outcome: PreparedNodule | str) -> dict[str, Any]:
    line: dict[str, Any] = {"row": row.row_number, "patient_id": row.patient_id, "warnings": "", "error": ""}
    if isinstance(outcome, str):
        return {**line, "error": outcome}
    try:
        result = predictor.predict(outcome, row)
    except CohortError as error:
        return {**line, "error": f"{type(error).__name__}: {error}"}
    for gene, found in result.genes.items():
        line |= {
            f"{gene}_probability": found.probability,
            f"{gene}_call": found.call,
            f"{gene}_threshold": found.threshold,
            f"{gene}_low": None if found.spread is None else found.spread.low,
            f"{gene}_high": None if found.spread is None else found.spread.high,
        }
    line["share_outside"] = result.nodule.share_outside
    line["synthetic"] = result.model.synthetic or result.nodule.synthetic
    line["warnings"] = " ".join(result.warnings)
    return line


def _write_table(out: Path, genes: tuple[str, ...], lines: list[dict[str, Any]]) -> None:
    columns = ["row", "patient_id"]
    for gene in genes:
        columns += [f"{gene}_{what}" for what in ("probability", "call", "threshold", "low", "high")]
    columns += ["share_outside", "synthetic", "warnings", "error"]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    write_text(out, text.getvalue())


def _read_journal(journal: Path, header: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Lines by row key that an interrupted run had finished; a last line without an end is passed over."""
    if not journal.exists():
        return {}
    text = journal.read_text(encoding="utf-8")
    try:
        entries = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
    except ValueError as error:
        raise CohortError(
            f"{journal} holds the predictions of an interrupted run and is damaged ({error}). Delete it, or choose "
            "another `out`."
        ) from error
    if not entries:
        journal.unlink()
        return {}
    if entries[0] != header:
        raise CohortError(
            f"{journal} holds the unfinished predictions of another model or with other options. Delete it, or choose "
            "another `out`."
        )
    whole = "".join(json.dumps(entry) + "\n" for entry in entries)
    write_text(journal, whole)
    return {entry["key"]: entry["line"] for entry in entries[1:]}
