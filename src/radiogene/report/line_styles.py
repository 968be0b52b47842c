"""Colours, dashes and markers that are told apart with any colour vision and in black and white."""

from typing import Any

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""Okabe and Ito's colours, told apart with any colour vision."""

DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1, 1.5)))
"""Line styles, so that the curves can be told apart in black and white."""

MARKERS = ("o", "s", "^", "D")
