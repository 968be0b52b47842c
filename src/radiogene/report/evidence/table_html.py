"""A table of evidence as HTML, a part of the page."""

from markupsafe import Markup

from radiogene.report.evidence.evidence_table import EvidenceTable
from radiogene.report.evidence.printed_rows import TESTS, printed_evidence
from radiogene.report.page import render_page


def table_html(table: EvidenceTable) -> Markup:
    """The table with its notes, every word escaped.

    Args:
        table: of an experiment.
    """
    values = {"table": table, "printed": printed_evidence(table), "tests": TESTS}
    # The template escapes every value, so its result is markup.
    return Markup(render_page("evidence_table.html.j2", values))
