"""The demonstration's page with one nodule of site B predicted for it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from radiogene.cohort.row import CohortRow
from radiogene.ct.preparation import prepare_nodule
from radiogene.ct.scan import ScanOptions
from radiogene.decision.decision import MUTANT, WILD_TYPE
from radiogene.evaluation.predictions import Predictions
from radiogene.prediction.predictor import Predictor
from radiogene.report.case_report import reported_case
from radiogene.report.demo_metrics import DemoMetrics
from radiogene.report.demo_report import write_demo_report

if TYPE_CHECKING:
    from radiogene.training.fitting.fit import FitOutcome

DEMO_FILE = "report.html"


def write_demo_page(
    out: Path,
    metrics: DemoMetrics,
    predictions: Mapping[str, Predictions],
    predictor: Predictor,
    example: CohortRow,
    history: "Sequence[FitOutcome]",
) -> None:
    """Writes `report.html` into the demonstration's folder.

    Args:
        out: the folder.
        metrics: what `metrics.json` will hold.
        predictions: per system, for site B.
        predictor: of the model with image and clinical values.
        example: the row whose scan is read and predicted for the page.
        history: stages of the model's training.
    """
    prepared = prepare_nodule(
        example.ct,
        example.nodule,
        frame=example.frame,
        segment=example.segment,
        scan_options=ScanOptions(series_uid=example.series_uid),
        show_slice=True,
    )
    status = {1: MUTANT, 0: WILD_TYPE, None: "not tested"}
    truth = {gene: status[example.labels.get(gene)] for gene in predictor.facts.genes}
    case = reported_case(predictor, prepared, example, predictor.predict(prepared, example), truth)
    write_demo_report(out / DEMO_FILE, metrics, predictions, case, history)
