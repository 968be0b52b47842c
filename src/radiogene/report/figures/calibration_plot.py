"""Calibration curves: the share of mutants against the predicted probability, with the patients' distribution."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from radiogene.report.figures.printed_page import (
    QUIET,
    gene_columns,
    legend_below,
    plain_axes,
    printed_figure,
    unit_square,
)
from radiogene.report.line_styles import MARKERS, LineStyle, curve_styles

BARS = 25
"""Bars of the distribution of probabilities."""

DISTRIBUTION_HEIGHT = 0.14
"""Of the panel, below the curves, that the highest bar fills."""


@dataclass(frozen=True, eq=False)
class CalibrationLine:
    """One system's calibration for one gene.

    Attributes:
        label: of the system, with the figures that belong to the curve (slope, ECE).
        mean_probability: (B,) of each bin.
        mutant_share: (B,) of each bin.
        interval: lowest and highest share of mutants (B,) of each bin; None where none is drawn.
        probabilities: (N,) of the patients, for their distribution; only the highlighted curve's is drawn.
        highlighted: whether the reader is to see this one first.
        curve: probability and share of mutants (T,) of a smooth curve, which is then drawn in place of lines from bin
            to bin; None draws those.
        band: lowest and highest share (T,) around the smooth curve; None where none is drawn.
    """

    label: str
    mean_probability: NDArray[np.float64]
    mutant_share: NDArray[np.float64]
    interval: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    probabilities: NDArray[np.float64] | None = None
    highlighted: bool = False
    curve: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    band: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None


def calibration_figure(genes: Mapping[str, Sequence[CalibrationLine]], synthetic: bool) -> Figure:
    """One panel per gene; the diagonal is perfect calibration.

    Args:
        genes: curves per gene.
        synthetic: whether any patient does not exist.
    """
    most = max(len(lines) for lines in genes.values())
    figure = printed_figure(82.0 + 3.3 * most, synthetic)
    for gene, axes in gene_columns(figure, list(genes)).items():
        _draw(axes, genes[gene])
    return figure


def _draw(axes: Axes, lines: Sequence[CalibrationLine]) -> None:
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.7, linestyle=":", zorder=1)
    styles = curve_styles([line.highlighted for line in lines])
    for number, (line, style) in enumerate(zip(lines, styles, strict=True)):
        if line.highlighted and line.probabilities is not None:
            _draw_distribution(axes, line.probabilities, style["color"])
        if line.interval is not None:
            low, high = line.interval
            axes.vlines(line.mean_probability, low, high, color=style["color"], linewidth=0.9, zorder=style["zorder"])
        marker = MARKERS[number % len(MARKERS)]
        if line.curve is not None:
            _draw_smooth(axes, line, style, marker)
            continue
        axes.plot(
            line.mean_probability,
            line.mutant_share,
            label=line.label,
            marker=marker,
            markersize=3.6,
            clip_on=False,
            **style,
        )
    axes.set_xlabel("predicted probability of a mutation")
    axes.set_ylabel("share of mutants")
    plain_axes(axes)
    unit_square(axes)
    if lines:
        bars = any(line.highlighted and line.probabilities is not None for line in lines)
        intervals = any(line.interval is not None for line in lines)
        words = ["points: bins of equally many patients"]
        bands = any(line.band is not None for line in lines)
        words += ["lines: 95%"] * intervals + ["band: 95%"] * bands + ["bars: patients"] * bars
        legend_below(axes, "; ".join(words))


def _draw_smooth(axes: Axes, line: CalibrationLine, style: LineStyle, marker: str) -> None:
    """The smooth curve with its band; the bins of the highlighted system alone as points."""
    if line.curve is None:
        return
    probability, share = line.curve
    if line.band is not None:
        axes.fill_between(probability, *line.band, color=style["color"], alpha=0.16, linewidth=0, zorder=1.2)
    axes.plot(probability, share, label=line.label, **style)
    if line.highlighted:
        axes.plot(
            line.mean_probability,
            line.mutant_share,
            marker=marker,
            markersize=3.6,
            linestyle="none",
            color=style["color"],
            clip_on=False,
            zorder=4,
        )


def _draw_distribution(axes: Axes, probabilities: NDArray[np.float64], colour: str) -> None:
    """The distribution of probabilities along the lower edge."""
    counts, edges = np.histogram(probabilities, bins=BARS, range=(0, 1))
    heights = counts / max(counts.max(), 1) * DISTRIBUTION_HEIGHT
    axes.bar(edges[:-1], heights, width=np.diff(edges), align="edge", color=colour, alpha=0.25, linewidth=0, zorder=0.5)
