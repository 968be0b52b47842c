"""The page that shows whether answers still agree with molecular results, and the same for programs."""

from pathlib import Path

from radiogene import __version__
from radiogene.prediction.outcome_watch import OutcomeWatch
from radiogene.report.embedded_image import png_data_uri
from radiogene.report.figures.drift_charts import drift_figure
from radiogene.report.outcome_text import charts_of, figures_of, verdict_of
from radiogene.report.page import render_page
from radiogene.storage.atomic_files import write_json, write_text

PAGE_FILE = "outcomes.html"
RESULT_FILE = "outcomes.json"


def write_outcome_page(out: Path, watch: OutcomeWatch) -> Path:
    """Write `outcomes.html` and `outcomes.json` into a folder; the path of the page.

    Args:
        out: the folder; other files in it stay.
        watch: what to show; nothing in it names a patient.
    """
    values = {
        "version": __version__,
        "synthetic": watch.record.synthetic,
        "alarm": bool(watch.record.look_again),
        "verdict": verdict_of(watch),
        "answers": watch.answers,
        "waiting": watch.waiting,
        "charts_png": png_data_uri(drift_figure(watch.genes, watch.record.synthetic)),
        "genes": {gene: (figures_of(own), charts_of(own)) for gene, own in watch.genes.items()},
    }
    write_text(out / PAGE_FILE, render_page("outcomes.html.j2", values))
    write_json(out / RESULT_FILE, watch.to_json())
    return out / PAGE_FILE
