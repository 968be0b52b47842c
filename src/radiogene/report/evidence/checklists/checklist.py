"""A checklist of reporting, and how one of its items is filled from a run."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from radiogene.report.evidence.evidence_report import EvidenceReport, PlainTable


class Status(StrEnum):
    """Who answers an item."""

    RUN = "from the run"
    AUTHORS = "for the authors"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Filled:
    """An item's answer.

    Attributes:
        status: who gives it.
        words: the answer; what authors must say; or why it does not apply.
        where: section of the report that shows it; empty where none does.
    """

    status: Status
    words: str
    where: str = ""


Fill = Callable[[EvidenceReport], Filled]
"""An item's answer for one report."""


@dataclass(frozen=True)
class ChecklistItem:
    """One item.

    Attributes:
        number: as published.
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
    """

    name: str
    title: str
    source: str
    items: tuple[ChecklistItem, ...]

    def filled(self, report: EvidenceReport) -> PlainTable:
        """The checklist as a table of words.

        Args:
            report: of an experiment.
        """
        rows = []
        for item in self.items:
            answer = item.fill(report)
            words = answer.words if answer.status is Status.RUN else f"{answer.status.value}: {answer.words}"
            rows.append((item.number, item.section, item.topic, answer.status.value, words, answer.where))
        headings = ("item", "section", "topic", "answered", "answer", "where in the report")
        return PlainTable(
            headings, tuple(rows), (f"{self.source}. Topics are in our words; the publication has the items.",)
        )


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


def run(found: Callable[[EvidenceReport], str], where: str, otherwise: str) -> Fill:
    """An item that the run answers where it knows.

    Args:
        found: the answer; empty where the run does not say.
        where: section of the report that shows it.
        otherwise: what authors must then say.
    """

    def fill(report: EvidenceReport) -> Filled:
        words = found(report)
        return Filled(Status.RUN, words, where) if words else Filled(Status.AUTHORS, otherwise)

    return fill
