"""Predictions for every row of a cohort table: failures listed by row, resumed where it stopped."""

import hashlib
import json
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from radiogene.cohort.row import CohortRow, PatientRow
from radiogene.cohort.store.cube_record import row_key
from radiogene.cohort.store.row_preparation import prepared_rows
from radiogene.ct.preparation import PreparedNodule
from radiogene.errors import CohortError
from radiogene.parallel.workers import Workers
from radiogene.prediction.predictor import Predictor
from radiogene.prediction.result import GeneResult
from radiogene.storage.atomic_files import write_text
from radiogene.storage.csv_text import csv_text
from radiogene.storage.json_text import parsed_json
from radiogene.storage.regular_file import read_file_text, refuse_special
from radiogene.storage.typed_json import MAY_BE_ABSENT, JsonObject, from_json_text, to_json

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class GeneLine:
    """One gene in a line of the table.

    Attributes:
        probability, call, threshold: as in `GeneResult`.
        low, high: among the members of an ensemble; None for a single model.
        clinical_only: probability by the clinical values alone.
        set: the conformal set.
        prevalence: that the probability carries.
    """

    probability: float
    call: str
    threshold: float
    low: float | None
    high: float | None
    clinical_only: float | None = field(default=None, metadata=MAY_BE_ABSENT)
    set: str | None = field(default=None, metadata=MAY_BE_ABSENT)
    prevalence: float | None = field(default=None, metadata=MAY_BE_ABSENT)


@dataclass(frozen=True)
class PredictionLine:
    """One row of a cohort and its prediction, or the error.

    Attributes:
        row: its number in the table.
        patient_id: of the row.
        genes: per gene name; none where there is an error.
        share_outside: share of the cube that lies outside the scan.
        synthetic: True where the scan or any training patient was synthetic.
        warnings: sentences, one after the other.
        error: empty where there is none.
    """

    row: int
    patient_id: str
    genes: dict[str, GeneLine] = field(default_factory=dict)
    share_outside: float | None = None
    synthetic: bool | None = None
    warnings: str = ""
    error: str = ""

    def columns(self) -> dict[str, object]:
        """The cells of the table by column; those that an error leaves empty are not among them."""
        cells: dict[str, object] = {"row": self.row, "patient_id": self.patient_id}
        for gene, line in self.genes.items():
            cells |= {f"{gene}_{part.name}": getattr(line, part.name) for part in fields(GeneLine)}
        return cells | {
            "share_outside": self.share_outside,
            "synthetic": self.synthetic,
            "warnings": self.warnings,
            "error": self.error,
        }


@dataclass(frozen=True)
class JournalEntry:
    """A finished row in the journal of an unfinished run.

    Attributes:
        key: of everything in the row that its prediction depends on.
        line: its prediction.
    """

    key: str
    line: PredictionLine


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
    rows: Sequence[PatientRow],
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
        rows: of the table; one without a scan (no `CohortRow`) is answered by its columns alone.
        out: the CSV file to write.
        allow_gaps: interpolate over missing or uneven slices.
        workers: who prepares the cubes.
        progress: is told of every finished row.

    Raises:
        CohortError: the journal belongs to another model.
    """
    journal = out.with_name(f".{out.name}.journal.jsonl")
    engine = predictor.model.method.engine
    header: JsonObject = {
        "weights_sha256": predictor.model.weights_sha256,
        "decision": predictor.decision.to_json(),
        "allow_gaps": allow_gaps,
        **({} if engine is None else engine.choice),
    }
    finished = _read_journal(journal, header)
    waiting = [row for row in rows if _input_key(row) not in finished]
    resumed = len(rows) - len(waiting)
    out.parent.mkdir(parents=True, exist_ok=True)
    failed = 0
    refuse_special(journal)
    with journal.open("a", encoding="utf-8") as stream:
        if stream.tell() == 0:
            stream.write(json.dumps(header) + "\n")
        with closing(_outcomes(waiting, allow_gaps, workers)) as outcomes:
            for count, (row, outcome) in enumerate(zip(waiting, outcomes, strict=True), start=1):
                line = _line(predictor, row, outcome)
                finished[_input_key(row)] = line
                if line.error:
                    failed += 1
                else:
                    stream.write(_text_of(JournalEntry(_input_key(row), line)))
                    stream.flush()
                if progress is not None:
                    progress(resumed + count, len(rows))
    lines = [replace(finished[_input_key(row)], row=row.row_number) for row in rows]
    _write_table(out, predictor.facts.genes, lines)
    journal.unlink()
    return CohortPredictions(len(waiting) - failed, resumed, failed)


def _outcomes(
    rows: Sequence[PatientRow], allow_gaps: bool, workers: Workers
) -> Generator[PreparedNodule | str | None, None, None]:
    """Per row, in order, its prepared nodule, the words of its refusal, or None where it has no scan."""
    scans = [row for row in rows if isinstance(row, CohortRow)]
    with closing(prepared_rows(scans, allow_gaps, workers)) as prepared:
        for row in rows:
            yield next(prepared) if isinstance(row, CohortRow) else None


def _input_key(row: PatientRow) -> str:
    """A hash of everything in a row that its prediction depends on, and nothing else: not of its place in the table."""
    values = {name: value for name, value in row.patient_values().items() if name not in ("row_number", "labels")}
    text = json.dumps([row_key(row) if isinstance(row, CohortRow) else "", values], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _line(predictor: Predictor, row: PatientRow, outcome: PreparedNodule | str | None) -> PredictionLine:
    line = PredictionLine(row.row_number, row.patient_id)
    if isinstance(outcome, str):
        return replace(line, error=outcome)
    try:
        result = predictor.predict(outcome, row)
    except CohortError as error:
        return replace(line, error=f"{type(error).__name__}: {error}")
    return replace(
        line,
        genes={gene: _gene_line(of_gene) for gene, of_gene in result.genes.items()},
        share_outside=None if result.nodule is None else result.nodule.share_outside,
        synthetic=result.synthetic,
        warnings=" ".join(result.warnings),
    )


def _gene_line(result: GeneResult) -> GeneLine:
    low, high = (None, None) if result.spread is None else (result.spread.low, result.spread.high)
    return GeneLine(
        result.probability,
        result.call,
        result.threshold,
        low,
        high,
        None if result.clinical_only is None else result.clinical_only.probability,
        None if result.conformal is None else result.conformal.set,
        None if result.prevalence is None else result.prevalence.used,
    )


def _write_table(out: Path, genes: tuple[str, ...], lines: list[PredictionLine]) -> None:
    columns = ["row", "patient_id"]
    for gene in genes:
        columns += [f"{gene}_{what}" for what in (part.name for part in fields(GeneLine))]
    columns += ["share_outside", "synthetic", "warnings", "error"]
    cells = (line.columns() for line in lines)
    write_text(out, csv_text([columns, *([of.get(column) for column in columns] for of in cells)]))


def _text_of(entry: JournalEntry) -> str:
    return json.dumps(to_json(entry)) + "\n"


def _read_journal(journal: Path, header: JsonObject) -> dict[str, PredictionLine]:
    """Lines by row key that an interrupted run had finished; a last line without an end is passed over."""
    if not journal.exists():
        return {}
    text = read_file_text(journal)
    lines = text[: text.rfind("\n") + 1].splitlines()
    if not lines:
        journal.unlink()
        return {}
    try:
        first = parsed_json(lines[0])
    except ValueError as error:
        raise CohortError(
            f"{journal} holds the predictions of an interrupted run and is damaged ({error}). Delete it, or choose "
            "another `out`."
        ) from error
    if first != json.loads(json.dumps(header)):
        raise CohortError(
            f"{journal} holds the unfinished predictions of another model or with other options. Delete it, or choose "
            "another `out`."
        )
    way_out = "delete it, or choose another `out`"
    entries = [
        from_json_text(JournalEntry, line, where=f"{journal}, line {number}", error=CohortError, way_out=way_out)
        for number, line in enumerate(lines[1:], start=2)
    ]
    write_text(journal, json.dumps(header) + "\n" + "".join(map(_text_of, entries)))
    return {entry.key: entry.line for entry in entries}
