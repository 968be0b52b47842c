"""Pretrained against scratch (Figure 10): AUC, ACC, SEN and SPE per gene, with intervals.

The paper prints no figures with its Figure 10, so none of its own stand beside ours unless given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from radiogene.evaluation.measure import Measure
from radiogene.report.figures.printed_page import SMALL_POINTS, gene_columns, printed_figure
from radiogene.report.line_styles import COLOURS
from radiogene.report.numbers import value_text

MEASURES = {"auc": "AUC", "accuracy": "ACC", "sensitivity": "SEN", "specificity": "SPE"}
"""Of Figure 10, by their names in an evaluation."""

BAR_WIDTH = 0.36


class BarStyle(TypedDict, total=False):
    """Keywords of a bar, as matplotlib takes them."""

    facecolor: str
    linewidth: float
    alpha: float
    hatch: str
    edgecolor: str


class MarkStyle(TypedDict):
    """Keywords of a mark, as matplotlib takes them; `markersize` in points."""

    marker: str
    color: str
    markeredgecolor: str
    markersize: float


PAPER_MARK: MarkStyle = {"marker": "D", "color": "white", "markeredgecolor": "black", "markersize": 4}


@dataclass(frozen=True)
class StartMeasures:
    """One start of the network.

    Attributes:
        label: `pretrained` or `scratch`.
        measures: per gene, by the keys of `MEASURES`.
        paper: per gene, the paper's figures as shares; empty where it prints none.
    """

    label: str
    measures: Mapping[str, Mapping[str, Measure]]
    paper: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def pretraining_bars_figure(starts: Sequence[StartMeasures], synthetic: bool) -> Figure:
    """Bars of each start side by side, one panel per gene.

    Args:
        starts: at most two or three, each with the same genes.
        synthetic: whether any patient does not exist.
    """
    figure = printed_figure(66.0, synthetic)
    genes = list(starts[0].measures)
    for gene, axes in gene_columns(figure, genes).items():
        for number, start in enumerate(starts):
            offset = (number - (len(starts) - 1) / 2) * BAR_WIDTH
            _draw_start(axes, start, gene, offset, number)
        axes.set_xticks(range(len(MEASURES)), list(MEASURES.values()))
        axes.tick_params(axis="x", length=0)
        axes.set_ylim(0, 1)
        axes.axhline(0.5, color="0.75", linewidth=0.6, linestyle=":", zorder=0)
        axes.set_ylabel("with 95% interval", fontsize=SMALL_POINTS)
    figure.legend(handles=_handles(starts), loc="outside lower center", ncols=4, fontsize=SMALL_POINTS, frameon=False)
    return figure


def bar_style(number: int) -> BarStyle:
    """Colour and hatching of the bars of the start of that number."""
    style: BarStyle = {"facecolor": COLOURS[number % len(COLOURS)], "linewidth": 0}
    if number:
        return {**style, "alpha": 0.55, "hatch": "////", "edgecolor": "white"}
    return {**style, "alpha": 0.85}


def _handles(starts: Sequence[StartMeasures]) -> list[Artist]:
    """What the legend shows: a patch for each start, and the paper's mark where it is drawn."""
    handles: list[Artist] = [Patch(label=start.label, **bar_style(number)) for number, start in enumerate(starts)]
    if any(start.paper for start in starts):
        handles.append(Line2D([], [], label="paper", linestyle="none", **PAPER_MARK))
    return handles


def _draw_start(axes: Axes, start: StartMeasures, gene: str, offset: float, number: int) -> None:
    for place, name in enumerate(MEASURES):
        measure = start.measures[gene].get(name)
        x = place + offset
        if measure is None or measure.value is None:
            axes.text(x, 0.02, "undefined", rotation=90, fontsize=SMALL_POINTS, ha="center", va="bottom", color="0.35")
        else:
            axes.bar(x, measure.value, BAR_WIDTH * 0.94, **bar_style(number))
            _draw_value(axes, measure, x)
        paper = start.paper.get(gene, {}).get(name)
        if paper is not None:
            axes.plot(x, paper, linestyle="none", zorder=4, **PAPER_MARK)


def _draw_value(axes: Axes, measure: Measure, x: float) -> None:
    """The interval as a line, the value at the foot of the bar."""
    if measure.interval is not None:
        low, high = measure.interval.low, measure.interval.high
        axes.plot([x, x], [low, high], color="black", linewidth=1.0, zorder=3)
        for end in (low, high):
            axes.plot([x - 0.05, x + 0.05], [end, end], color="black", linewidth=1.0, zorder=3)
    axes.text(
        x,
        0.02,
        value_text(measure.value, 2),
        fontsize=SMALL_POINTS,
        ha="center",
        va="bottom",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
        zorder=5,
    )
