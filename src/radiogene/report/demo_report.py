"""The page of the demonstration: what was asked of a synthetic cohort, and what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from radiogene import __version__
from radiogene.errors import SettingsError
from radiogene.evaluation.added_value import AddedValue
from radiogene.evaluation.evaluation import EvaluationReport, GeneEvaluation
from radiogene.evaluation.measure import Measure
from radiogene.evaluation.predictions import Predictions
from radiogene.report.case_report import ReportedCase
from radiogene.report.case_section import CaseSection, case_section
from radiogene.report.demo_figures import auc_figure, calibration_figure, roc_figure, training_figure
from radiogene.report.demo_metrics import BySystem, DemoMetrics, LabelCounts, RangeBySystem
from radiogene.report.embedded_image import png_data_uri
from radiogene.report.numbers import measure_text, range_text, value_text
from radiogene.report.page import render_page
from radiogene.storage.atomic_files import write_text

if TYPE_CHECKING:
    from radiogene.training.fitting.fit import FitOutcome

SYSTEMS = ("both", "image only", "clinical only")
"""In the order of every table and legend."""

MAIN_SYSTEM = "both"

SITE_ROLES = {"A": "training", "B": "external evaluation"}

SHARES = (("accuracy", "ACC"), ("sensitivity", "SEN"), ("specificity", "SPE"), ("f1", "F1"))

CALIBRATION = (
    ("brier", "Brier score"),
    ("calibration_slope", "slope"),
    ("calibration_in_the_large", "in the large"),
    ("ece", "ECE"),
)


def write_demo_report(
    path: Path,
    metrics: DemoMetrics,
    predictions: Mapping[str, Predictions],
    example: ReportedCase,
    history: "Sequence[FitOutcome]",
) -> None:
    """Writes the demonstration's page as one HTML file that stands alone.

    Args:
        path: the file.
        metrics: what `metrics.json` holds.
        predictions: per system, for site B.
        example: one prediction of the system with image and clinical values.
        history: stages of that system's training with their losses, as in its `history.json`.

    Raises:
        SettingsError: figures that are not marked synthetic, or a system that is missing.
    """
    if not metrics.synthetic:
        raise SettingsError("The demonstration's figures must be marked synthetic; found `synthetic` not true.")
    for name, systems in (("metrics.external", metrics.external), ("predictions", predictions)):
        if set(systems) != set(SYSTEMS):
            raise SettingsError(f"{name} of {sorted(systems)}: expected {', '.join(SYSTEMS)}.")
    write_text(path, render_page("demo.html.j2", _page(metrics, predictions, example, history)))


@dataclass(frozen=True)
class Answer:
    """The sentence that answers for one gene; `above_chance` and `adds` are None where a reason says why."""

    gene: str
    auc: str
    above_chance: bool | None
    ceiling: str
    reason: str
    difference: str
    adds: bool | None


@dataclass(frozen=True)
class ShownSite:
    """A line of the table of sites."""

    name: str
    role: str
    patients: int
    nodules: int
    labels: Mapping[str, LabelCounts]


@dataclass(frozen=True)
class Cell:
    """A figure, its interval and what is missing of them, each as words."""

    value: str
    interval: str | None
    reason: str


@dataclass(frozen=True)
class AucRow:
    """One system in the table of AUC."""

    system: str
    auc: Cell
    ceiling: str
    by_chance: str
    of_these: str


@dataclass(frozen=True)
class AucGroup:
    """The rows of one gene in the table of AUC."""

    gene: str
    mutants: int
    wild_types: int
    rows: tuple[AucRow, ...]


@dataclass(frozen=True)
class MeasureRow:
    """One system in a table of several measures."""

    system: str
    cells: tuple[Cell, ...]
    threshold: str
    set_on: str
    ece_if_calibrated: str


@dataclass(frozen=True)
class MeasureGroup:
    """The rows of one gene in a table of several measures."""

    gene: str
    rows: tuple[MeasureRow, ...]


@dataclass(frozen=True)
class IntervalMethods:
    """How the intervals of the AUC and of the other figures were made."""

    auc: str
    others: str


@dataclass(frozen=True)
class DemoImages:
    """The page's images as data addresses; `training` is None without a history."""

    auc: str
    roc: str
    calibration: str
    training: str | None


@dataclass(frozen=True)
class DemoPage:
    """What the template `demo.html.j2` asks for."""

    version: str
    metrics: DemoMetrics
    genes: tuple[str, ...]
    answers: tuple[Answer, ...]
    sites: tuple[ShownSite, ...]
    auc_rows: tuple[AucGroup, ...]
    share_rows: tuple[MeasureGroup, ...]
    calibration_rows: tuple[MeasureGroup, ...]
    share_names: tuple[str, ...]
    calibration_names: tuple[str, ...]
    methods: IntervalMethods
    figures: DemoImages
    case: CaseSection
    total_seconds: float


def _page(
    metrics: DemoMetrics,
    predictions: Mapping[str, Predictions],
    example: ReportedCase,
    history: "Sequence[FitOutcome]",
) -> DemoPage:
    external, ceiling = metrics.external, metrics.ceiling
    ordered = {system: predictions[system] for system in SYSTEMS}
    main = external[MAIN_SYSTEM].genes
    return DemoPage(
        version=__version__,
        metrics=metrics,
        genes=tuple(ceiling),
        answers=tuple(
            _answer(gene, main[gene].auc, ceiling[gene][MAIN_SYSTEM], metrics.added_value[gene]) for gene in ceiling
        ),
        sites=tuple(
            ShownSite(name, SITE_ROLES.get(name, ""), site.patients, site.nodules, site.labels)
            for name, site in metrics.sites.items()
        ),
        auc_rows=tuple(
            _auc_rows(
                gene,
                external,
                ceiling[gene],
                metrics.ceiling_range.get(gene, {}),
                metrics.ceiling_on_these_patients[gene],
            )
            for gene in ceiling
        ),
        share_rows=tuple(_measure_rows(gene, external, SHARES) for gene in ceiling),
        calibration_rows=tuple(_measure_rows(gene, external, CALIBRATION) for gene in ceiling),
        share_names=tuple(name for _, name in SHARES),
        calibration_names=tuple(name for _, name in CALIBRATION),
        methods=_interval_methods(external),
        figures=DemoImages(
            auc=png_data_uri(auc_figure(external, ceiling, metrics.ceiling_range, SYSTEMS)),
            roc=png_data_uri(roc_figure(ordered)),
            calibration=png_data_uri(calibration_figure(ordered)),
            training=png_data_uri(training_figure(history)) if history else None,
        ),
        case=case_section(example),
        total_seconds=sum(metrics.seconds.values()),
    )


def _answer(gene: str, auc: Measure, best: float, added: AddedValue) -> Answer:
    above = None if auc.interval is None else auc.interval.low > 0.5
    adds = None if added.auc.interval is None else added.is_shown
    return Answer(gene, measure_text(auc), above, value_text(best), auc.reason, measure_text(added.auc), adds)


def _auc_rows(
    gene: str, external: Mapping[str, EvaluationReport], best: BySystem, by_chance: RangeBySystem, of_these: BySystem
) -> AucGroup:
    rows = tuple(
        AucRow(
            system,
            _cell(external[system].genes[gene].auc),
            value_text(best[system]),
            range_text(*by_chance[system]) if system in by_chance else "–",
            value_text(of_these[system]),
        )
        for system in SYSTEMS
    )
    of_gene = external[MAIN_SYSTEM].genes[gene]
    return AucGroup(gene, of_gene.mutants, of_gene.metrics.counts.wild_types, rows)


def _measure_rows(
    gene: str, external: Mapping[str, EvaluationReport], measures: Sequence[tuple[str, str]]
) -> MeasureGroup:
    return MeasureGroup(gene, tuple(_measure_row(system, external[system].genes[gene], measures) for system in SYSTEMS))


def _measure_row(system: str, of_gene: GeneEvaluation, measures: Sequence[tuple[str, str]]) -> MeasureRow:
    expected = of_gene.calibration.error.expected_if_calibrated
    return MeasureRow(
        system=system,
        cells=tuple(_cell(of_gene.measures[key]) for key, _ in measures),
        threshold=value_text(of_gene.threshold.value),
        set_on=of_gene.threshold.set_on,
        ece_if_calibrated=value_text(expected),
    )


def _cell(measure: Measure) -> Cell:
    value, interval = measure.value, measure.interval
    return Cell(
        value=value_text(value),
        interval=None if interval is None else range_text(interval.low, interval.high),
        reason=measure.reason,
    )


def _interval_methods(external: Mapping[str, EvaluationReport]) -> IntervalMethods:
    """How the intervals were made, as the figures themselves say."""
    auc: set[str] = set()
    others: set[str] = set()
    for report in external.values():
        for of_gene in report.genes.values():
            for key in ("auc", "accuracy", "brier", "ece"):
                interval = of_gene.measures[key].interval
                if interval is not None:
                    used = interval.resamples_used
                    words = interval.method + (f" ({used} resamples)" if used else "")
                    (auc if key == "auc" else others).add(words)
    return IntervalMethods("; ".join(sorted(auc)) or "none", "; ".join(sorted(others)) or "none")
