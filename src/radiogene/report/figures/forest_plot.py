"""AUC of every system with its interval, one under the other: the answer at a glance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiogene.evaluation.measure import Measure
from radiogene.report.figures.printed_page import (
    QUIET,
    SMALL_POINTS,
    UNDEFINED,
    gene_columns,
    printed_figure,
)
from radiogene.report.line_styles import COLOURS
from radiogene.report.numbers import measure_text

ROW_MM = 5.4


@dataclass(frozen=True)
class ForestRow:
    """One system.

    Attributes:
        label: of the system.
        auc: with its interval; without a value, its reason is drawn.
        paper: the paper's AUC as a share; None where it has none.
        highlighted: whether it is the one that the others are compared with.
    """

    label: str
    auc: Measure
    paper: float | None = None
    highlighted: bool = False


def forest_figure(genes: Mapping[str, Sequence[ForestRow]], synthetic: bool) -> Figure:
    """One panel per gene, its rows from top to bottom, with the figures at the right.

    Args:
        genes: rows per gene.
        synthetic: whether any patient does not exist.
    """
    most = max(len(rows) for rows in genes.values())
    figure = printed_figure(ROW_MM * most + 20.0, synthetic)
    numbers = [number for rows in genes.values() for row in rows for number in _numbers(row)]
    first = [row.label for row in next(iter(genes.values()))]
    for number, (gene, axes) in enumerate(gene_columns(figure, list(genes)).items()):
        _draw(axes, genes[gene])
        axes.set_xlim(min([0.45, *(n - 0.03 for n in numbers)]), min(1.0, max([0.75, *(n + 0.02 for n in numbers)])))
        if number and [row.label for row in genes[gene]] == first:
            axes.set_yticklabels([])
    return figure


def _draw(axes: Axes, rows: Sequence[ForestRow]) -> None:
    axes.axvline(0.5, color=QUIET, linewidth=0.8, linestyle=":", zorder=1)
    for place, row in enumerate(rows):
        if row.highlighted:
            axes.axhspan(place - 0.5, place + 0.5, color=COLOURS[0], alpha=0.10, linewidth=0, zorder=0)
            if row.auc.value is not None:
                axes.axvline(row.auc.value, color=COLOURS[0], linewidth=0.7, linestyle="--", zorder=1)
        _draw_row(axes, row, place)
    axes.set_yticks(range(len(rows)), [row.label for row in rows], fontsize=SMALL_POINTS, parse_math=False)
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if row.highlighted else "normal")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    paper = "; diamond: paper" if any(row.paper is not None for row in rows) else ""
    axes.set_xlabel(f"AUC with 95% interval{paper}", fontsize=SMALL_POINTS)


def _draw_row(axes: Axes, row: ForestRow, place: int) -> None:
    if row.paper is not None:
        axes.plot(row.paper, place, "D", color="white", markeredgecolor="0.35", markersize=3.8, zorder=3)
    if row.auc.value is None:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        axes.text(0.5, place, f" {row.auc.reason}", fontsize=SMALL_POINTS, color="0.35", va="center", bbox=box)
        return
    colour = COLOURS[0] if row.highlighted else "0.2"
    if row.auc.interval is not None:
        ends = [row.auc.interval.low, row.auc.interval.high]
        axes.plot(ends, [place, place], color=colour, linewidth=1.4, zorder=2, clip_on=False)
    axes.plot(row.auc.value, place, "s", color=colour, markersize=4, zorder=4, clip_on=False)
    axes.annotate(
        measure_text(row.auc, 2, undefined=UNDEFINED),
        (1, place),
        (3, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        fontsize=SMALL_POINTS,
        va="center",
        annotation_clip=False,
    )


def _numbers(row: ForestRow) -> list[float]:
    """What a row draws."""
    ends = [] if row.auc.interval is None else [row.auc.interval.low, row.auc.interval.high]
    return [value for value in (row.auc.value, row.paper) if value is not None] + ends
