"""A checklist of reporting, and how one of its items is filled from a run."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from radiogene.report.evidence.evidence_report import EvidenceReport, PlainTable


class Status(StrEnum):
    """Who answers an item."""

    RUN = "from the run"
    PARTLY = "from the run, authors add"
    AUTHORS = "for the authors"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Filled:
    """An item's answer.

    Attributes:
        status: who gives it.
        words: the answer; what authors must say; or why it does not apply.
        where: section of the report that shows it; empty where none does.
        add: what authors must add to an answer from the run.
    """

    status: Status
    words: str
    where: str = ""
    add: str = ""

    @property
    def printed(self) -> str:
        """The answer with who gives it."""
        if self.status is Status.RUN:
            return self.words
        if self.status is Status.PARTLY:
            return f"{self.words} {Status.AUTHORS.value} to add: {self.add}"
        return f"{self.status.value}: {self.words}"


Fill = Callable[[EvidenceReport], Filled]
"""An item's answer for one report."""


@dataclass(frozen=True)
class ChecklistItem:
    """One item.

    Attributes:
        number: as published; empty where the questions are not numbered here.
        section: of the checklist.
        topic: in our words.
        fill: its answer.
    """

    number: str
    section: str
    topic: str
    fill: Fill


@dataclass(frozen=True)
class Checklist:
    """A published checklist.

    Attributes:
        name: of its file.
        title: of its section in the report.
        source: publication.
        items: in its order.
        note: on how it is used here, printed beneath it.
    """

    name: str
    title: str
    source: str
    items: tuple[ChecklistItem, ...]
    note: str = ""

    def filled(self, report: EvidenceReport) -> PlainTable:
        """The checklist as a table of words.

        Args:
            report: of an experiment.
        """
        rows = []
        for item in self.items:
            answer = item.fill(report)
            rows.append((item.number, item.section, item.topic, answer.status.value, answer.printed, answer.where))
        headings = ("item", "section", "topic", "answered", "answer", "where in the report")
        notes = (f"{self.source}. Topics are in our words; the publication has the items.", self.note)
        return PlainTable(headings, tuple(rows), tuple(note for note in notes if note))


def authors(words: str) -> Fill:
    """An item that only authors can answer.

    Args:
        words: what they must say.
    """
    return lambda report: Filled(Status.AUTHORS, words)


def of_patients(words: str) -> Fill:
    """An item that only authors can answer, and that means nothing where no patient exists.

    Args:
        words: what they must say.
    """
    made_up = Filled(Status.NOT_APPLICABLE, "the patients are synthetic")
    return lambda report: made_up if report.synthetic else Filled(Status.AUTHORS, words)


def not_applicable(why: str) -> Fill:
    """An item that does not apply to any such experiment.

    Args:
        why: the reason.
    """
    return lambda report: Filled(Status.NOT_APPLICABLE, why)


def run(found: Callable[[EvidenceReport], str], where: str, otherwise: str, add: str = "") -> Fill:
    """An item that the run answers where it knows.

    Args:
        found: the answer; empty where the run does not say.
        where: section of the report that shows it.
        otherwise: what authors must say where it does not.
        add: what authors must add in any case; nothing of a cohort that does not exist.
    """

    def fill(report: EvidenceReport) -> Filled:
        words = found(report)
        if not words:
            return Filled(Status.AUTHORS, otherwise)
        if add and not report.synthetic:
            return Filled(Status.PARTLY, words, where, add)
        return Filled(Status.RUN, words, where)

    return fill
