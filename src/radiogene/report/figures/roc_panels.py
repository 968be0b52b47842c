"""ROC curves of several systems (Figures 6 and 9): one stands out with its 95% band, the others can be told apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from radiogene.evaluation.measure import Measure
from radiogene.report.figures.printed_page import (
    QUIET,
    SMALL_POINTS,
    UNDEFINED,
    legend_below,
    panel_title,
    plain_axes,
    printed_figure,
    unit_square,
)
from radiogene.report.line_styles import curve_styles
from radiogene.report.numbers import measure_text

COLUMNS = 2

PANEL_MM, LEGEND_LINE_MM = 74.0, 3.3
"""Side of a panel's square with its labels, and what each line of the legend below it adds."""


@dataclass(frozen=True, eq=False)
class RocLine:
    """One system's ROC curve for one gene.

    Attributes:
        label: of the system.
        false_positive_rate: (P,) 1 - specificity, from 0 to 1, rising.
        true_positive_rate: (P,) sensitivity at these.
        auc: with its interval, where it has one.
        band: lowest and highest sensitivity (P,) at each `false_positive_rate`; None where none is drawn.
        highlighted: whether the reader is to see this one first.
    """

    label: str
    false_positive_rate: NDArray[np.float64]
    true_positive_rate: NDArray[np.float64]
    auc: Measure
    band: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    highlighted: bool = False


@dataclass(frozen=True)
class RocPanel:
    """The curves of one gene and task.

    Attributes:
        title: `EGFR, single-task`.
        lines: in the order of the legend.
        note: patients and mutants, or why the panel is empty.
    """

    title: str
    lines: tuple[RocLine, ...]
    note: str = ""


def roc_panels_figure(panels: Sequence[RocPanel], synthetic: bool) -> Figure:
    """The panels, two in a row, with their letters; AUC and interval of each curve stand below its panel.

    Args:
        panels: four for Figure 6 (EGFR, KRAS single-task; EGFR, KRAS multi-task), two for Figure 9.
        synthetic: whether any patient does not exist.
    """
    rows = -(-len(panels) // COLUMNS)
    legend_mm = LEGEND_LINE_MM * max(len(panel.lines) for panel in panels)
    figure = printed_figure(rows * (PANEL_MM + legend_mm + 8.0), synthetic)
    grid = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for number, (axes, panel) in enumerate(zip(grid, panels, strict=False)):
        _draw(axes, panel, panel_title(number, len(panels), panel.title))
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    return figure


def _draw(axes: Axes, panel: RocPanel, title: str) -> None:
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.7, linestyle=":", zorder=1)
    styles = curve_styles([line.highlighted for line in panel.lines])
    for line, style in zip(panel.lines, styles, strict=True):
        if line.band is not None:
            low, high = line.band
            axes.fill_between(
                line.false_positive_rate, low, high, color=style["color"], alpha=0.16, linewidth=0, zorder=1.5
            )
        axes.plot(
            line.false_positive_rate,
            line.true_positive_rate,
            label=f"{line.label}: {measure_text(line.auc, undefined=UNDEFINED)}",
            clip_on=False,
            **style,
        )
    axes.set_xlabel("1 − specificity")
    axes.set_ylabel("sensitivity")
    plain_axes(axes, title)
    unit_square(axes)
    if panel.note:
        axes.text(0.98, 0.03, panel.note, fontsize=SMALL_POINTS, color="0.3", ha="right", va="bottom")
    if panel.lines:
        banded = any(line.band is not None for line in panel.lines)
        bracketed = any(line.auc.interval is not None for line in panel.lines)
        legend_below(axes, "AUC" + (" (95% interval)" if bracketed else "") + ("; band: 95%" if banded else ""))
