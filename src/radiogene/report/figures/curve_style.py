"""How curves of several systems are told apart: one stands out, the others are thinner, each with its own dashes."""

from matplotlib.axes import Axes

from radiogene.report.figures.printed_page import SMALL_POINTS
from radiogene.report.line_styles import COLOURS, DASHES, LineStyle

OTHER_COLOURS = (*COLOURS[1:], "0.35", "#8c6bb1", "#7f5a2a", "#a3a500")
"""Of the curves that do not stand out, in order; the first of `COLOURS` is the highlighted one's."""


def curve_styles(highlighted: list[bool]) -> list[LineStyle]:
    """Colour, dashes, width and depth of each curve, in order.

    Args:
        highlighted: per curve, whether the reader is to see it first.
    """
    styles: list[LineStyle] = []
    others = 0
    for stands_out in highlighted:
        styles.append(_highlighted() if stands_out else _other(others))
        others += not stands_out
    return styles


def legend_below(axes: Axes, title: str, drop: float = -0.17) -> None:
    """The legend under the panel, one line per curve.

    Args:
        axes: with labelled curves.
        title: above its lines.
        drop: where it starts, in heights of the panel from its lower edge.
    """
    axes.legend(
        title=title,
        title_fontsize=SMALL_POINTS,
        fontsize=SMALL_POINTS,
        loc="upper center",
        bbox_to_anchor=(0.5, drop),
        frameon=False,
        handlelength=3.2,
        labelspacing=0.25,
        alignment="left",
    )


def _highlighted() -> LineStyle:
    return {"color": COLOURS[0], "linestyle": "-", "linewidth": 2.0, "zorder": 3}


def _other(number: int) -> LineStyle:
    """Colour and dashes of the curve of that number; the pair is new for the first eighteen."""
    return {
        "color": OTHER_COLOURS[number % len(OTHER_COLOURS)],
        "linestyle": DASHES[number % len(DASHES)],
        "linewidth": 1.0,
        "zorder": 2,
    }
