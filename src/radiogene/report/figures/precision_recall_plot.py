"""Precision against recall, which tell more than ROC curves where mutants are few."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from radiogene.evaluation.measure import Measure
from radiogene.report.figures.printed_page import (
    QUIET,
    SMALL_POINTS,
    UNDEFINED,
    gene_columns,
    legend_below,
    plain_axes,
    printed_figure,
    unit_square,
)
from radiogene.report.line_styles import curve_styles
from radiogene.report.numbers import measure_text, value_text


@dataclass(frozen=True, eq=False)
class PrecisionRecallLine:
    """One system's curve for one gene.

    Attributes:
        label: of the system.
        recall: (P,) sensitivity, rising.
        precision: (P,) positive predictive value at these.
        average_precision: with its interval.
        highlighted: whether the reader is to see this one first.
    """

    label: str
    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    average_precision: Measure
    highlighted: bool = False


@dataclass(frozen=True)
class PrecisionRecallPanel:
    """The curves of one gene.

    Attributes:
        prevalence: share of mutants, the precision of a coin.
        lines: in the order of the legend.
    """

    prevalence: float
    lines: tuple[PrecisionRecallLine, ...]


def precision_recall_figure(genes: Mapping[str, PrecisionRecallPanel], synthetic: bool) -> Figure:
    """One panel per gene, each curve in steps, so that the area below it is the average precision.

    Args:
        genes: curves per gene.
        synthetic: whether any patient does not exist.
    """
    most = max(len(panel.lines) for panel in genes.values())
    figure = printed_figure(82.0 + 3.3 * most, synthetic)
    for gene, axes in gene_columns(figure, list(genes)).items():
        _draw(axes, genes[gene])
    return figure


def _draw(axes: Axes, panel: PrecisionRecallPanel) -> None:
    axes.axhline(panel.prevalence, color=QUIET, linewidth=0.8, linestyle=":", zorder=1)
    axes.text(
        1.0,
        panel.prevalence - 0.015,
        f"share of mutants {value_text(panel.prevalence, 2)}",
        fontsize=SMALL_POINTS,
        color="0.35",
        ha="right",
        va="top",
    )
    styles = curve_styles([line.highlighted for line in panel.lines])
    for line, style in zip(panel.lines, styles, strict=True):
        # Up to the first point every threshold that is reached has its precision.
        axes.step(
            np.concatenate([[0.0], line.recall]),
            np.concatenate([line.precision[:1], line.precision]),
            where="pre",
            label=f"{line.label}: {measure_text(line.average_precision, undefined=UNDEFINED)}",
            clip_on=False,
            **style,
        )
    axes.set_xlabel("recall (sensitivity)")
    axes.set_ylabel("precision")
    plain_axes(axes)
    unit_square(axes)
    if panel.lines:
        legend_below(axes, "average precision (95% interval)")
