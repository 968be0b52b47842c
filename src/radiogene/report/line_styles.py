"""Colours, dashes and markers that are told apart with any colour vision and in black and white."""

from typing import NotRequired, TypedDict

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""Okabe and Ito's colours, told apart with any colour vision."""

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
