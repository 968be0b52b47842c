"""Decision curves: the net benefit of acting on each system's probability, against acting on all and on nobody."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from radiogene.report.figures.printed_page import gene_columns, legend_below, plain_axes, printed_figure
from radiogene.report.line_styles import curve_styles


@dataclass(frozen=True, eq=False)
class DecisionCurveLine:
    """One system's net benefit for one gene.

    Attributes:
        label: of the system.
        net_benefit: (T,) at each threshold of its panel.
        band: lowest and highest (T,); None where none is drawn.
        highlighted: whether the reader is to see this one first.
    """

    label: str
    net_benefit: NDArray[np.float64]
    band: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    highlighted: bool = False


@dataclass(frozen=True, eq=False)
class DecisionPanel:
    """The curves of one gene.

    Attributes:
        thresholds: (T,) probability from which on one acts, above 0 and below 1.
        treat_all: (T,) net benefit of acting on every patient.
        lines: in the order of the legend.
    """

    thresholds: NDArray[np.float64]
    treat_all: NDArray[np.float64]
    lines: tuple[DecisionCurveLine, ...]


def decision_curves_figure(genes: Mapping[str, DecisionPanel], synthetic: bool) -> Figure:
    """One panel per gene.

    Args:
        genes: curves per gene.
        synthetic: whether any patient does not exist.

    Source: Vickers and Elkin, Med Decis Making 26:565 (2006).
    """
    most = max(len(panel.lines) for panel in genes.values()) + 2
    figure = printed_figure(68.0 + 3.3 * most, synthetic)
    for gene, axes in gene_columns(figure, list(genes)).items():
        _draw(axes, genes[gene])
    return figure


def _draw(axes: Axes, panel: DecisionPanel) -> None:
    t = panel.thresholds
    axes.axhline(0, color="black", linewidth=0.9, zorder=1.5, label="call nobody mutant")
    axes.plot(t, panel.treat_all, color="0.6", linewidth=0.9, zorder=1.5, label="call everybody mutant")
    highest = float(max([panel.treat_all.max(), *(float(np.nanmax(line.net_benefit)) for line in panel.lines)]))
    styles = curve_styles([line.highlighted for line in panel.lines])
    for line, style in zip(panel.lines, styles, strict=True):
        if line.band is not None:
            axes.fill_between(t, *line.band, color=style["color"], alpha=0.16, linewidth=0, zorder=1.2)
            highest = max(highest, float(np.nanmax(line.band[1])))
        axes.plot(t, line.net_benefit, label=line.label, **style)
    axes.set_xlim(float(t.min()), float(t.max()))
    # Far below 0 nothing is to be read: acting on all at high thresholds would flatten every curve.
    axes.set_ylim(-0.25 * highest, 1.08 * highest)
    axes.set_xlabel("threshold probability")
    axes.set_ylabel("net benefit")
    plain_axes(axes)
    legend_below(axes, "band: 95%" if any(line.band is not None for line in panel.lines) else "", drop=-0.2)
