"""What each view weighs in the decision, gene by gene, with the spread of the model's members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiogene.report.figures.printed_page import QUIET, SMALL_POINTS, gene_columns, printed_figure
from radiogene.report.line_styles import COLOURS

ROW_MM = 5.2


@dataclass(frozen=True)
class ViewWeights:
    """The shares of the views in one gene's decision.

    Attributes:
        views: names, in the model's order.
        members: per member, the share of each view; each sums to 1.
    """

    views: tuple[str, ...]
    members: tuple[tuple[float, ...], ...]


def view_weights_figure(weights: Mapping[str, ViewWeights], synthetic: bool) -> Figure:
    """One bar per view, the mean share over members, with a point for each member; one panel per gene.

    Args:
        weights: per gene.
        synthetic: whether any patient does not exist.
    """
    most = max(len(of_gene.views) for of_gene in weights.values())
    figure = printed_figure(ROW_MM * most + 19.0, synthetic)
    largest = max(max(map(max, of_gene.members)) for of_gene in weights.values())
    for gene, axes in gene_columns(figure, list(weights)).items():
        _draw(axes, weights[gene])
        axes.set_xlim(0, largest * 1.06)
    return figure


def _draw(axes: Axes, weights: ViewWeights) -> None:
    shares = np.asarray(weights.members)
    rows = np.arange(len(weights.views))
    axes.barh(rows, shares.mean(axis=0), height=0.62, color=COLOURS[0], alpha=0.75, zorder=2)
    if len(shares) > 1:
        for row, of_view in zip(rows, shares.T, strict=True):
            offsets = _spread(len(of_view))
            axes.plot(
                of_view,
                float(row) + np.asarray(offsets),
                "o",
                color="black",
                markersize=2.2,
                markeredgewidth=0,
                zorder=3,
            )
    axes.axvline(1 / len(rows), color=QUIET, linewidth=0.8, linestyle="--", zorder=2.5)
    axes.set_yticks(rows, weights.views, fontsize=SMALL_POINTS, parse_math=False)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    members = f"; points: {len(shares)} members" if len(shares) > 1 else "; one member"
    axes.set_xlabel(f"share in the decision{members}; dashed: equal shares", fontsize=SMALL_POINTS)


def _spread(members: int) -> Sequence[float]:
    """Vertical offsets that keep the points of a bar apart."""
    return np.linspace(-0.2, 0.2, members).tolist() if members > 1 else [0.0]
