"""The page of an experiment, from its question to its software."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from markupsafe import Markup

from radiogene import __version__
from radiogene.report.embedded_image import image_data_uri
from radiogene.report.evidence.answer import answer_sentence, chance_sentence, question_of, tag_of
from radiogene.report.evidence.answer_drawing import answer_drawing
from radiogene.report.evidence.cautions import cautions
from radiogene.report.evidence.checklists.checklist import Checklist
from radiogene.report.evidence.checklists.claim import CLAIM
from radiogene.report.evidence.checklists.probast_ai import PROBAST_AI
from radiogene.report.evidence.checklists.stard_ai import STARD_AI
from radiogene.report.evidence.checklists.tripod_ai import TRIPOD_AI
from radiogene.report.evidence.evidence_report import EvidenceFigure, EvidenceReport, GeneAnswer
from radiogene.report.evidence.evidence_table import EvidenceTable
from radiogene.report.evidence.manifest_facts import fact, words_of
from radiogene.report.evidence.methods_text import methods_paragraphs
from radiogene.report.evidence.printed_rows import table_html
from radiogene.report.evidence.table_answers import table_answers
from radiogene.report.numbers import MISSING, p_text, percent_interval, percent_value, signed_points, value_text
from radiogene.report.page import render_page
from radiogene.report.paper.paper_values import PAPER
from radiogene.report.table_one_text import table_one_grid

CHECKLISTS: tuple[Checklist, ...] = (TRIPOD_AI, STARD_AI, CLAIM, PROBAST_AI)

SETTINGS_SHOWN = (
    ("finished", "finished"),
    ("preset", "preset"),
    ("image_size_px", "pixels of a view"),
    ("seeds", "seeds"),
    ("device", "device"),
    ("precision", "arithmetic"),
    ("cores", "cores"),
    ("fingerprints.training", "training store, SHA-256"),
    ("fingerprints.external", "external store, SHA-256"),
)
"""Facts of the manifest that the page prints as they are, and their words; nothing else, as it may hold paths."""


ROWS_OF_ONE_PAGE = 12
"""A table of so many rows is not broken in print."""


@dataclass(frozen=True)
class ShownAnswer:
    """One gene's answer in numbers and words; each pair is a figure and its interval."""

    gene: str
    verdict: str
    main: str
    reference: str
    main_auc: tuple[str, str]
    reference_auc: tuple[str, str]
    difference: tuple[str, str]
    p: str
    p_holm: str
    sentence: str
    chance: str


@dataclass(frozen=True)
class ShownTable:
    """A table of the page; a short one is not broken in print."""

    name: str
    heading: str
    html: Markup
    short: bool


@dataclass(frozen=True)
class ShownFigure:
    """A figure and its image as a data address; None where it could not be drawn."""

    figure: EvidenceFigure
    source: str | None


def report_page(report: EvidenceReport) -> str:
    """The page as HTML that needs no other file.

    Args:
        report: of an experiment.

    Raises:
        SettingsError: a figure that is no image.
    """
    values = {
        "report": report,
        "version": __version__,
        "paper": PAPER,
        "question": question_of(report),
        "cautions": cautions(report),
        "answers": _answers(report.answers),
        "table_answers": [
            (_heading(name, title), list(answers))
            for (name, title), answers in groupby(table_answers(report.tables), key=lambda a: (a.table, a.title))
        ],
        "several_references": len({answer.reference for answer in report.answers}) > 1,
        "drawing": answer_drawing(report.answers),
        "table_one": None if report.table_one is None else table_one_grid(report.table_one, True),
        "tables": [_table(table) for table in report.tables],
        "figures": [_figure(figure) for figure in report.figures],
        "supplement": [
            {"entry": entry, "figures": [_figure(figure) for figure in entry.figures]} for entry in report.supplement
        ],
        "permutations": [{"line": line, "auc": value_text(line.mean_auc)} for line in report.permutations],
        "methods": methods_paragraphs(report.manifest, report.tables),
        "checklists": [{"checklist": checklist, "table": checklist.filled(report)} for checklist in CHECKLISTS],
        "versions": dict(fact(report.manifest, "versions") or {}),
        "settings": _settings(report),
        "seconds": {name: f"{value:,.1f}" for name, value in report.seconds.items()},
        "total_seconds": f"{sum(report.seconds.values()):,.1f}",
    }
    return render_page("evidence.html.j2", values)


def _answers(answers: Sequence[GeneAnswer]) -> list[ShownAnswer]:
    """All answers; whether the main system beats chance is said once per gene."""
    shown: list[ShownAnswer] = []
    for answer in answers:
        found = _answer(answer)
        said = any(earlier.gene == found.gene and earlier.chance == found.chance for earlier in shown)
        shown.append(replace(found, chance="") if said else found)
    return shown


def _answer(answer: GeneAnswer) -> ShownAnswer:
    comparison = answer.comparison
    difference = None if comparison is None else comparison.difference
    value = None if difference is None else difference.value
    return ShownAnswer(
        gene=answer.gene,
        verdict=tag_of(answer),
        main=answer.main,
        reference=answer.reference,
        main_auc=(percent_value(answer.main_auc), percent_interval(answer.main_auc)),
        reference_auc=(percent_value(answer.reference_auc), percent_interval(answer.reference_auc)),
        difference=(MISSING if value is None else signed_points(value), percent_interval(difference, signed=True)),
        p=p_text(None if comparison is None else comparison.p_value),
        p_holm=p_text(None if comparison is None else comparison.p_holm),
        sentence=answer_sentence(answer),
        chance=chance_sentence(answer),
    )


def _table(table: EvidenceTable) -> ShownTable:
    rows = sum(len(block.rows) for block in table.blocks)
    return ShownTable(table.name, _heading(table.name, table.title), table_html(table), rows <= ROWS_OF_ONE_PAGE)


def _heading(name: str, title: str) -> str:
    """`Table 3. Its title`, where the name has a number."""
    number = name.removeprefix("table")
    return f"Table {number}. {title}" if number.isdigit() else title


def _figure(figure: EvidenceFigure) -> ShownFigure:
    return ShownFigure(figure, image_data_uri(figure.name, figure.content) if figure.content else None)


def _settings(report: EvidenceReport) -> dict[str, str]:
    found = {words: fact(report.manifest, path) for path, words in SETTINGS_SHOWN}
    return {words: words_of(value) for words, value in found.items() if value is not None}
