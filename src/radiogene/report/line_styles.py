"""How curves are told apart, with any colour vision and in black and white: colours, dashes, markers, widths."""

from typing import NotRequired, TypedDict

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""Okabe and Ito's colours, told apart with any colour vision."""

OTHER_COLOURS = (*COLOURS[1:], "0.35", "#8c6bb1", "#7f5a2a", "#a3a500")
"""Of the curves that do not stand out, in order; the first of `COLOURS` is the highlighted one's."""

Dashes = str | tuple[int, tuple[float, ...]]
"""How matplotlib is told the dashes of a line."""

DASHES: tuple[Dashes, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1, 1.5)))
"""Line styles, so that the curves can be told apart in black and white."""

MARKERS = ("o", "s", "^", "D")


class LineStyle(TypedDict):
    """Keywords of a curve, as matplotlib takes them; `linewidth` in points."""

    color: str
    linestyle: Dashes
    linewidth: float
    zorder: NotRequired[float]


def numbered_line(number: int) -> LineStyle:
    """Colour and dashes of the curve with this number, where none stands out."""
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": DASHES[number % len(DASHES)], "linewidth": 1.4}


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
