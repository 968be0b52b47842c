"""Answers of a model and the molecular results that came in later, by keyed hash: a file of the state folder.

    <state folder>/outcomes/<model>.json

No identifier is in it. A patient is known by the keyed hash of the patient id, which nobody can find without the key.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from radiogene.decision.decision import Decision
from radiogene.errors import OutcomesError
from radiogene.storage.state_folder import state_folder
from radiogene.storage.typed_json import from_json_text, to_json

OUTCOMES_FOLDER = "outcomes"
NAME_DIGITS = 32

MUTANT, WILD_TYPE = "mutant", "wild type"

NAMED = 5
"""Patients that a refusal names."""


@dataclass(frozen=True)
class RecordedAnswer:
    """What the model answered for a patient.

    Attributes:
        patient: keyed hash.
        probabilities: of each gene, as answered.
    """

    patient: str
    probabilities: dict[str, float]


@dataclass(frozen=True)
class RecordedOutcome:
    """A molecular result of a patient.

    Attributes:
        patient: keyed hash.
        gene: which.
        mutated: True for a mutation.
    """

    patient: str
    gene: str
    mutated: bool


@dataclass(frozen=True)
class OutcomeRecord:
    """What a site knows of a model's answers.

    Attributes:
        model: name of the model with its decision.
        key: name of the key of the hashes.
        synthetic: True where any patient does not exist.
        prevalence: per gene, that all answers are anchored to.
        answers: in the order in which they were recorded.
        outcomes: in the order in which they came in.
        look_again: per gene, why the model is to be looked at again; empty where nothing speaks for it.
    """

    model: str
    key: str
    synthetic: bool = False
    prevalence: dict[str, float] = field(default_factory=dict)
    answers: tuple[RecordedAnswer, ...] = ()
    outcomes: tuple[RecordedOutcome, ...] = ()
    look_again: dict[str, str] = field(default_factory=dict)

    def with_answers(self, answers: Sequence[RecordedAnswer], named: Mapping[str, str]) -> "OutcomeRecord":
        """The record with further answers; one that is there already is passed over.

        Args:
            answers: of this model.
            named: patient id of each hash, for the refusal alone.

        Raises:
            OutcomesError: another answer for a patient who has one.
        """
        there = {answer.patient: answer for answer in self.answers}
        other = [named[each.patient] for each in answers if there.get(each.patient, each) != each]
        if other:
            raise OutcomesError(
                f"Another answer is recorded for {_names(other)}; wanted one answer of one model per patient. Leave "
                "these rows out, or begin a new record (`restart`)."
            )
        new = {answer.patient: answer for answer in answers if answer.patient not in there}
        return replace(self, answers=(*self.answers, *new.values()))

    def with_outcomes(self, outcomes: Sequence[RecordedOutcome], named: Mapping[str, str]) -> "OutcomeRecord":
        """The record with further results; one that is there already is passed over.

        Args:
            outcomes: in the order in which they came in.
            named: patient id of each hash, for refusals alone.

        Raises:
            OutcomesError: a patient without an answer, or results that contradict each other.
        """
        answered = {answer.patient for answer in self.answers}
        unknown = [named[each.patient] for each in outcomes if each.patient not in answered]
        if unknown:
            raise OutcomesError(
                f"No answer of this model is recorded for {_names(unknown)}; give the answers first "
                "(`predictions`), or leave these rows out."
            )
        there = {(each.patient, each.gene): each.mutated for each in self.outcomes}
        new = []
        for each in outcomes:
            before = there.get((each.patient, each.gene))
            if before is None:
                there[each.patient, each.gene] = each.mutated
                new.append(each)
            elif before != each.mutated:
                old, now = (MUTANT if mutated else WILD_TYPE for mutated in (before, each.mutated))
                raise OutcomesError(
                    f"{each.gene} of {named[each.patient]}: found {now}, but {old} is recorded. Correct the table, or "
                    "begin a new record (`restart`)."
                )
        return replace(self, outcomes=(*self.outcomes, *new))

    def of_gene(self, gene: str) -> list[tuple[float, bool]]:
        """Probability and result of each patient with a result of a gene, in the order in which results came in."""
        answers = {answer.patient: answer.probabilities for answer in self.answers}
        return [
            (answers[each.patient][gene], each.mutated)
            for each in self.outcomes
            if each.gene == gene and gene in answers[each.patient]
        ]


def model_name(weights_sha256: str, decision: Decision) -> str:
    """The name of a model with its calibration: another calibration gives other answers, and begins a new record.

    Args:
        weights_sha256: of what was fitted.
        decision: of the model folder, without a site's settings.
    """
    decided = json.dumps(decision.to_json(), sort_keys=True)
    return hashlib.sha256(f"{weights_sha256}\0{decided}".encode()).hexdigest()[:NAME_DIGITS]


def record_file(model: str) -> Path:
    """The file of a model's record, which need not be there."""
    return state_folder() / OUTCOMES_FOLDER / f"{model}.json"


def read_record(model: str) -> OutcomeRecord | None:
    """The record of a model; None where there is none.

    Raises:
        OutcomesError: it cannot be read.
    """
    file = record_file(model)
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutcomesError(f"{file} (answers and their outcomes) cannot be read ({error.strerror}).") from error
    return from_json_text(OutcomeRecord, text, where=file, error=OutcomesError, way_out="restore it from a backup")


def record_text(record: OutcomeRecord) -> str:
    """The content of the record's file."""
    return json.dumps(to_json(record)) + "\n"


def _names(patients: Sequence[str]) -> str:
    """Some patients by name: "P1, P2 and 7 more"."""
    different = list(dict.fromkeys(patients))
    more = f" and {len(different) - NAMED} more" if len(different) > NAMED else ""
    return ", ".join(different[:NAMED]) + more
