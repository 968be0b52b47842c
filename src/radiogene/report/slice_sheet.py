"""The whole slice with the nodule's place: crosshair, outline, sides of the patient, scale."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from radiogene.ct.contact_sheet import LUNG_WINDOW_HU, MARK
from radiogene.ct.whole_slice import WholeSlice
from radiogene.report.numbers import value_text

LONGEST_SIDE_INCH = 4.6

GAP_MM = 14.0
"""Half the gap of the crosshair, so that its lines do not cover a nodule."""

LEAST_GAP_MM = 5.0
"""Between the outline and the ends of the crosshair's lines."""

SCALE_BAR_MM = 50.0
EDGE_SHARE = 0.035
LETTER_POINTS = 9.0
OUTLINE = "#39e6ff"

OPPOSITE = str.maketrans("LRAPHF", "RLPAFH")

STROKE = [withStroke(linewidth=2.2, foreground="black")]


def slice_sheet(shown: WholeSlice) -> Figure:
    """The slice in the lung window as radiologists hang it.

    Args:
        shown: the slice.
    """
    height_mm, width_mm = shown.size_mm
    scale = LONGEST_SIDE_INCH / max(height_mm, width_mm)
    figure = Figure(figsize=(width_mm * scale, height_mm * scale), facecolor="black")
    draw_slice(figure.add_axes((0, 0, 1, 1)), shown)
    return figure


def slice_words(shown: WholeSlice) -> str:
    """Which slice it is, in a sentence."""
    outlined = "line: the outline of the marking" if shown.outline is not None else "marked by a point: no outline"
    return (
        f"{shown.plane.capitalize()} slice {shown.number + 1} of the series (in the order of its geometry, from 1), "
        f"lung window; {outlined}. The centre lies {value_text(shown.off_slice_mm, 1)} mm from the middle of the slice."
    )


def draw_slice(axes: Axes, shown: WholeSlice) -> None:
    """Draw the slice into matplotlib axes, in true proportions.

    Args:
        axes: to fill.
        shown: the slice.
    """
    height_mm, width_mm = shown.size_mm
    low, high = LUNG_WINDOW_HU
    axes.imshow(
        shown.image_hu, cmap="gray", vmin=low, vmax=high, extent=(0, width_mm, height_mm, 0), interpolation="bilinear"
    )
    y_mm, x_mm = ((index + 0.5) * pixel_mm for index, pixel_mm in zip(shown.centre_rc, shown.pixel_mm, strict=True))
    gap_mm = _gap_mm(shown)
    for start, end in ((0, x_mm - gap_mm), (x_mm + gap_mm, width_mm)):
        if start < end:
            axes.plot([start, end], [y_mm, y_mm], color=MARK, linewidth=0.7)
    for start, end in ((0, y_mm - gap_mm), (y_mm + gap_mm, height_mm)):
        if start < end:
            axes.plot([x_mm, x_mm], [start, end], color=MARK, linewidth=0.7)
    if shown.outline is not None and shown.outline.any():
        rows, columns = shown.outline.shape
        row_mm, column_mm = shown.pixel_mm
        axes.contour(
            (np.arange(columns) + 0.5) * column_mm,
            (np.arange(rows) + 0.5) * row_mm,
            shown.outline,
            levels=[0.5],
            colors=[OUTLINE],
            linewidths=0.8,
        )
    _write_sides(axes, shown)
    axes.set_xlim(0, width_mm)
    axes.set_ylim(height_mm, 0)
    axes.set_axis_off()


def _gap_mm(shown: WholeSlice) -> float:
    """Half the gap of the crosshair: more than the nodule where it is outlined."""
    if shown.outline is None or not shown.outline.any():
        return GAP_MM
    places = np.argwhere(shown.outline) - np.array(shown.centre_rc)
    return max(GAP_MM, float(np.abs(places * shown.pixel_mm).max()) + LEAST_GAP_MM)


def _write_sides(axes: Axes, shown: WholeSlice) -> None:
    """Write where the edges lie, and a bar of 50 mm."""
    height_mm, width_mm = shown.size_mm
    edge_mm = EDGE_SHARE * max(height_mm, width_mm)
    places = (
        (width_mm - edge_mm, height_mm / 4, shown.right_letters),
        (edge_mm, height_mm / 4, shown.right_letters.translate(OPPOSITE)),
        (width_mm / 4, height_mm - edge_mm, shown.bottom_letters),
        (width_mm / 4, edge_mm, shown.bottom_letters.translate(OPPOSITE)),
    )
    for x_mm, y_mm, letters in places:
        axes.text(
            x_mm, y_mm, letters, color=MARK, fontsize=LETTER_POINTS, ha="center", va="center", path_effects=STROKE
        )
    end_mm, bar_mm = width_mm - edge_mm, height_mm - edge_mm
    bar = axes.plot([end_mm - SCALE_BAR_MM, end_mm], [bar_mm, bar_mm], color=MARK, linewidth=1.6)
    bar[0].set_path_effects([withStroke(linewidth=3.4, foreground="black")])
    axes.text(
        end_mm - SCALE_BAR_MM / 2,
        bar_mm - edge_mm * 0.7,
        f"{SCALE_BAR_MM:.0f} mm",
        color=MARK,
        fontsize=LETTER_POINTS - 2,
        ha="center",
        va="center",
        path_effects=STROKE,
    )
