"""Results and figures as the pages get them, from a made-up nodule and made-up predictions."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np

from radiogene.ct.geometry_report import GeometryReport, MarkedNodule
from radiogene.ct.nine_views import NINE_VIEWS, VIEW_NAMES
from radiogene.evaluation.added_value import AddedValue
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.evaluation import EvaluationSettings, Threshold, evaluate_predictions
from radiogene.evaluation.measure import Interval, Measure
from radiogene.evaluation.predictions import Predictions
from radiogene.prediction.result import (
    ClinicalAnswer,
    ConformalAnswer,
    GeneResult,
    ImageDifference,
    ModelIdentity,
    PredictionResult,
    PrevalenceAnswer,
    Spread,
)
from radiogene.report.case_report import ReportedCase
from radiogene.report.demo_metrics import DemoMetrics, DemoSite, LabelCounts
from radiogene.training.fitting.fit import FitOutcome

GENES = ("EGFR", "KRAS")
STRENGTHS = {"both": (1.6, 1.0), "image only": (1.2, 0.5), "clinical only": (0.8, 0.6)}
SERIES_UID = "1.2.826.0.1.3680043.8.498.1234567890"


def geometry(**changes: Any) -> GeometryReport:
    """A geometry report as `prepare_nodule` makes it."""
    report = GeometryReport(
        centre_lps_mm=(-21.94, -120.49, -611.5),
        centre_ijk=(217.72, 358.55, 33.2),
        spacing_mm=(0.5703, 0.5703, 5.0),
        shape_ijk=(512, 512, 48),
        directions_lps=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        share_outside=0.0213,
        nodule=MarkedNodule("dicom-seg", "Neoplasm", (13.7, 14.8, 15.0), 1.36, wider_than_cube=False),
        decisions=("2 missing slices interpolated linearly",),
        warnings=(),
        series_uid=SERIES_UID,
        facts={"manufacturer": "Acme", "kernel": "B31f", "kvp": 120, "slice_thickness_mm": 5.0, "files": 48},
        synthetic=False,
    )
    return replace(report, **changes)


def model(**changes: Any) -> ModelIdentity:
    """A model's identity as `Predictor` gives it."""
    identity = ModelIdentity(
        method="mmdl",
        title="MMDL",
        preset="tiny",
        backbone="inception-attention-resnet",
        kind="single",
        members=1,
        weights_sha256="0123456789abcdef" * 4,
        clinical_columns=("age", "sex", "smoking"),
        engine=None,
        synthetic=False,
    )
    return replace(identity, **changes)


def case(**changes: Any) -> ReportedCase:
    """A nodule with both genes; `changes` replace fields of the result or of the case."""
    generator = np.random.default_rng(0)
    result = PredictionResult(
        genes={
            "EGFR": GeneResult(
                0.8656,
                Spread(0.6012, 0.9345, 5, "folds"),
                0.4321,
                "mutant",
                ClinicalAnswer(0.4123),
                ImageDifference(0.4533, 0.052, -0.011, 0.115, False),
                ConformalAnswer("undetermined", 0.9, 123),
                PrevalenceAnswer(0.25, 0.45),
            ),
            "KRAS": GeneResult(0.1184, None, 0.9137, "wild type"),
        },
        nodule=geometry(),
        warnings=("Slice spacing 5.00 mm is beyond the training cases (0.8 to 2.5).",),
        model=model(),
        joint={"EGFR only": 0.8345, "KRAS only": 0.0873, "both": 0.0311, "neither": 0.0471},
    )
    own = ("genes", "nodule", "warnings", "model", "joint")
    of_result = {name: value for name, value in changes.items() if name in own}
    shares = {gene: generator.dirichlet(np.full(len(NINE_VIEWS), 6.0)) for gene in GENES}
    whole = ReportedCase(
        result=replace(result, **of_result),
        views_vhw=generator.normal(-600, 300, (9, 16, 16)).astype(np.float32),
        maps={gene: generator.uniform(size=(9, 8, 8)).astype(np.float32) for gene in GENES},
        view_weights={g: dict(zip(VIEW_NAMES, share.tolist(), strict=True)) for g, share in shares.items()},
        clinical={"age": "63 years", "sex": "female", "smoking": "unknown"},
    )
    return replace(whole, **{name: value for name, value in changes.items() if name not in of_result})


def predictions(patients: int = 90) -> dict[str, Predictions]:
    """Predictions of the three systems for one made-up site."""
    generator = np.random.default_rng(1)
    labels = (generator.uniform(size=(patients, 2)) < 0.35).astype(np.int8)
    labels[generator.uniform(size=labels.shape) < 0.1] = -1
    ids = tuple(f"SYN-B-{number:04d}" for number in range(patients))
    noise = generator.normal(size=(patients, 2))
    return {
        system: Predictions(
            ids, GENES, 1 / (1 + np.exp(-(np.array(s) * (2 * labels - 1) * (labels >= 0) + noise))), labels
        )
        for system, s in STRENGTHS.items()
    }


ADDED = AddedValue(
    patients=121,
    mutants=41,
    threshold=0.3,
    auc=Measure(0.1234, Interval(0.0567, 0.1901, "paired DeLong")),
    log_likelihood=Measure(0.05, Interval(-0.01, 0.11, "bootstrap")),
    net_benefit=Measure(0.02, Interval(-0.01, 0.05, "bootstrap")),
)


def metrics(of_systems: dict[str, Predictions]) -> DemoMetrics:
    """What the demonstration writes to `metrics.json`."""
    thresholds = {"EGFR": Threshold(0.4, "inner validation"), "KRAS": Threshold(0.5, "inner validation")}
    settings = EvaluationSettings(BootstrapSettings(resamples=200))
    reports = {name: evaluate_predictions(p, thresholds, None, settings) for name, p in of_systems.items()}
    labels = {gene: LabelCounts(41, 80, 9) for gene in GENES}
    return DemoMetrics(
        synthetic=True,
        seed=7,
        preset="tiny",
        sites={"A": DemoSite(130, 137, labels), "B": DemoSite(90, 95, labels)},
        ceiling={gene: {"both": 0.9012, "image only": 0.8456, "clinical only": 0.7023} for gene in GENES},
        ceiling_draws=1_000_000,
        ceiling_on_these_patients={
            gene: {"both": 0.9123, "image only": 0.8512, "clinical only": 0.7101} for gene in GENES
        },
        ceiling_range={
            gene: {"both": (0.8444, 0.9555), "image only": (0.8, 0.9), "clinical only": (0.6, 0.8)} for gene in GENES
        },
        added_value=dict.fromkeys(GENES, ADDED),
        external=reports,
        training=tuple(replace(stage, history=()) for stage in history()),
        settings={"seed": 7},
        versions={"radiogene": "0.1.0", "torch": "2.11.0"},
        seconds={"synthetic DICOM": 41.2, "cubes": 20.4, "training, both": 95.7},
        peak_memory_mb=1843.2,
    )


def history() -> list[FitOutcome]:
    """Two stages of training, as `history.json` keeps them."""
    stages = []
    for name, start, epochs, kept in (("all layers", 0.7, 12, 10), ("fusion", 0.65, 6, -1)):
        losses = [
            {"epoch": e, "loss": start * 0.93**e, "validation_loss": start * 0.96**e + 0.002 * e} for e in range(epochs)
        ]
        stages.append(
            FitOutcome(
                name=name,
                epochs=epochs,
                best_epoch=kept,
                best_validation_loss=losses[kept]["validation_loss"] if kept >= 0 else 0.4,
                stopped_because="the schedule's last epoch",
                history=tuple(losses),
                incoming_validation_loss=0.9 if kept >= 0 else 0.4,
            )
        )
    return stages


class PageParser(HTMLParser):
    """Reads a page strictly: every element that must be closed is closed, in order."""

    EMPTY = frozenset({"meta", "img", "br", "link", "hr", "input"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words of the page with single spaces."""
        return " ".join(" ".join(self.words).split())


def parsed(html: str) -> PageParser:
    """The page, parsed to its end."""
    parser = PageParser()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser
