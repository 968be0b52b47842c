"""Curves of AUC and movement against the amount of each change, with 95% intervals where there are any."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiogene.evaluation.measure import Measure
from radiogene.prediction.stress import GeneLevel, StressLevel, StressResult
from radiogene.report.figures.printed_page import QUIET, legend_below, plain_axes, printed_figure
from radiogene.report.line_styles import MARKERS, curve_styles

PANELS: tuple[tuple[str, Callable[[GeneLevel], Measure]], ...] = (
    ("AUC", lambda level: level.auc),
    ("movement of answers", lambda level: level.movement),
)


def stress_figure(result: StressResult) -> Figure:
    """A row of panels for each figure, a column for each change; the scans as they are stand at 0.

    Args:
        result: with at least one change of the scans.
    """
    changes = list(dict.fromkeys(level.change for level in result.levels if level.amount is not None))
    figure = printed_figure(104.0, result.synthetic)
    panels = figure.subplots(len(PANELS), len(changes), squeeze=False, sharey="row")
    base = result.levels[0]
    for column, change in enumerate(changes):
        levels = [level for level in result.levels if level.change == change]
        for row, (words, measure_of) in enumerate(PANELS):
            axes = panels[row][column]
            plain_axes(axes)
            _draw(axes, base, levels, measure_of)
            if column == 0:
                axes.set_ylabel(words)
            if row == len(PANELS) - 1:
                axes.set_xlabel(change.replace(", ", ",\n"))
    legend_below(panels[-1][0], "lines: 95% intervals", drop=-0.42)
    return figure


def _draw(
    axes: Axes, base: StressLevel, levels: Sequence[StressLevel], measure_of: Callable[[GeneLevel], Measure]
) -> None:
    for number, gene in enumerate(base.genes):
        points = sorted(
            [
                (0.0, measure_of(base.genes[gene])),
                *((level.amount or 0.0, measure_of(level.genes[gene])) for level in levels),
            ],
            key=lambda point: point[0],
        )
        style = curve_styles([False] * len(base.genes))[number]
        x = np.array([amount for amount, _ in points])
        y = np.array([np.nan if measure.value is None else measure.value for _, measure in points])
        axes.plot(x, y, label=gene, marker=MARKERS[number % len(MARKERS)], markersize=3.0, **style)
        for amount, measure in points:
            if measure.interval is not None:
                axes.vlines(amount, measure.interval.low, measure.interval.high, color=style["color"], linewidth=0.8)
    axes.axvline(0.0, color=QUIET, linewidth=0.5, linestyle=":")
