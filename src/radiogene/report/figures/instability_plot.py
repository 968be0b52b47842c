"""Instability plots: each patient's probability by other fits against that of the first."""

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
from radiogene.report.line_styles import MARKERS, curve_styles


@dataclass(frozen=True, eq=False)
class InstabilityPoints:
    """One system's fits for one gene.

    Attributes:
        label: of the system, with what was fitted again.
        first: (N,) probabilities of the first fit.
        others: (R, N) those of the other fits.
        highlighted: whether the reader is to see this one first.
    """

    label: str
    first: NDArray[np.float64]
    others: NDArray[np.float64]
    highlighted: bool = False


def instability_figure(genes: Mapping[str, Sequence[InstabilityPoints]], synthetic: bool) -> Figure:
    """One panel per gene: on the diagonal nothing moved, and a patient's points above each other are its other fits.

    Args:
        genes: systems per gene.
        synthetic: whether any patient does not exist.

    Source: Riley and Collins, Biom J 65:2200302 (2023).
    """
    most = max(len(systems) for systems in genes.values())
    figure = printed_figure(82.0 + 3.3 * most, synthetic)
    for gene, axes in gene_columns(figure, list(genes)).items():
        _draw(axes, genes[gene])
    return figure


def _draw(axes: Axes, systems: Sequence[InstabilityPoints]) -> None:
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.7, linestyle=":", zorder=1)
    styles = curve_styles([system.highlighted for system in systems])
    for number, (system, style) in enumerate(zip(systems, styles, strict=True)):
        axes.plot(
            np.tile(system.first, len(system.others)),
            system.others.ravel(),
            label=system.label,
            marker=MARKERS[number % len(MARKERS)],
            markersize=2.6,
            linestyle="none",
            color=style["color"],
            alpha=0.6,
            clip_on=False,
            zorder=style.get("zorder", 2),
        )
    axes.set_xlabel("probability by the first fit")
    axes.set_ylabel("probability by another fit")
    plain_axes(axes)
    unit_square(axes)
    legend_below(axes, "points: a patient by another fit")
