"""The page of one prediction, the same result for programs, and the part of a notebook that shows it."""

from pathlib import Path

from radiogene import __version__
from radiogene.report.case_report import ReportedCase
from radiogene.report.case_section import case_section
from radiogene.report.page import render_page
from radiogene.storage.atomic_files import write_json, write_text
from radiogene.storage.hashed_folder import HASHES_FILE, hashes_under

PAGE_FILE = "report.html"
RESULT_FILE = "prediction.json"


def write_case_report(out: Path, case: ReportedCase) -> Path:
    """Write `report.html`, one A4 page that stands alone, `prediction.json` and their hashes; the path of the page.

    Args:
        out: the folder; other files in it stay.
        case: what to show.
    """
    page = render_page("prediction.html.j2", {"version": __version__, "case": case_section(case)})
    weights = {gene: dict(shares) for gene, shares in case.view_weights.items()}
    write_text(out / PAGE_FILE, page)
    write_json(out / RESULT_FILE, {**case.result.to_json(), **({"view_weights": weights} if weights else {})})
    write_json(out / HASHES_FILE, hashes_under(out, (PAGE_FILE, RESULT_FILE)))
    return out / PAGE_FILE


def notebook_view(case: ReportedCase) -> str:
    """The case as HTML for the output of a notebook's cell, with its own style and nothing loaded from elsewhere.

    Args:
        case: what to show.
    """
    return render_page("notebook.html.j2", {"version": __version__, "case": case_section(case)})
