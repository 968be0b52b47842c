"""CUSUM charts of drift: per gene, the three sums after each result, in shares of their limits."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiogene.evaluation.drift import CHANGES
from radiogene.prediction.outcome_watch import GeneWatch
from radiogene.report.figures.printed_page import (
    NORMAL_POINTS,
    QUIET,
    STAMP_COLOUR,
    gene_columns,
    legend_below,
    printed_figure,
)
from radiogene.report.line_styles import curve_styles

HEADROOM = 1.15
"""Of the axis above the limit or the highest sum."""


def drift_figure(genes: Mapping[str, GeneWatch], synthetic: bool) -> Figure:
    """One panel per gene; at 1, the limit, a chart raises its alarm.

    Args:
        genes: what is watched.
        synthetic: whether any patient does not exist.
    """
    figure = printed_figure(84.0, synthetic)
    for gene, axes in gene_columns(figure, list(genes)).items():
        _draw(axes, genes[gene])
    return figure


def _draw(axes: Axes, own: GeneWatch) -> None:
    axes.set_xlabel("molecular results")
    axes.set_ylabel("sum, in shares of the limit")
    if own.limits is None or not own.results:
        axes.set_xticks([])
        axes.set_yticks([])
        words = "no result yet" if own.limits is not None else "no charts"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", fontsize=NORMAL_POINTS, color=QUIET)
        return
    highest = 1.0
    for number, (change, chart) in enumerate(zip(CHANGES, own.charts, strict=True)):
        shares = np.concatenate([[0.0], chart / own.limits.charts[change].limit])
        highest = max(highest, float(shares.max()))
        style = curve_styles([False] * len(CHANGES))[number]
        axes.step(np.arange(len(shares)), shares, where="post", label=change.value, **style)
    axes.axhline(1.0, color=STAMP_COLOUR, linewidth=0.8)
    axes.set_xlim(0, own.results)
    axes.set_ylim(0, HEADROOM * highest)
    legend_below(axes, "red: limit, where a chart raises an alarm")
