"""The page that shows how a model holds under other acquisitions, and the same for programs."""

from pathlib import Path

from radiogene import __version__
from radiogene.prediction.stress import StressResult
from radiogene.report.embedded_image import png_data_uri
from radiogene.report.figures.stress_curves import stress_figure
from radiogene.report.numbers import measure_text
from radiogene.report.page import render_page
from radiogene.report.stress_text import level_words
from radiogene.storage.atomic_files import write_json, write_text

PAGE_FILE = "stress.html"
RESULT_FILE = "stress.json"

PAGE_DIGITS = 2
"""Six columns with intervals have no room for more on A4; the file has them all."""


def write_stress_page(out: Path, result: StressResult) -> Path:
    """Write `stress.html` and `stress.json` into a folder; the path of the page.

    Args:
        out: the folder; other files in it stay.
        result: what to show; nothing in it names a patient.
    """
    curves = any(level.amount is not None for level in result.levels)
    rows = {
        gene: [
            (
                level_words(level),
                *(
                    measure_text(measure, PAGE_DIGITS)
                    for measure in (own.auc, own.auc_difference, own.in_the_large, own.movement, own.calls_changed)
                ),
            )
            for level in result.levels
            if (own := level.genes[gene])
        ]
        for gene in result.levels[0].genes
    }
    values = {
        "version": __version__,
        "synthetic": result.synthetic,
        "training_cases": result.includes_training_cases,
        "patients": result.patients,
        "curves_png": png_data_uri(stress_figure(result)) if curves else "",
        "rows": rows,
    }
    write_text(out / PAGE_FILE, render_page("stress.html.j2", values))
    write_json(out / RESULT_FILE, result.to_json())
    return out / PAGE_FILE
