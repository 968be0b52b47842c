"""Sheets of views: as a radiologist sees them, and with an activation map laid over each."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, ListedColormap, Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from radiogene.ct.contact_sheet import LUNG_WINDOW_HU, draw_view
from radiogene.ct.nine_views import View, ViewSampling

COLUMNS = 3

CELL_INCH = (1.5, 1.5 / np.sqrt(2.0))
"""Width and height of an image: a diagonal view fills it, the others of its field stand in it at the same scale."""

TITLE_INCH, GAP_INCH, EDGE_INCH = 0.16, 0.05, 0.03

BAR_INCH = 0.3
"""Height of the strip below the views that holds the colour bar."""

TITLE_POINTS, LETTER_POINTS = 7.5, 6.0

HEAT = "plasma"
"""Perceptually uniform, and without the black and white of CT."""

FULL_OPACITY_FROM, GREATEST_OPACITY = 0.4, 0.6
"""Value of the map from which on it is drawn in its greatest opacity; it fades to nothing at 0."""


def views_sheet(views_vhw: NDArray[np.floating], views: Sequence[View]) -> Figure:
    """The views in the lung window, three in a row, those of one field at one scale.

    Args:
        views_vhw: (V, S, S) HU.
        views: which they are.
    """
    figure, grid = _empty_sheet(len(views), 0.0)
    for axes, view, image in zip(grid, views, views_vhw, strict=True):
        _draw(axes, view, image)
    return figure


def activation_sheet(
    views_vhw: NDArray[np.floating],
    maps_vhw: NDArray[np.floating],
    views: Sequence[View],
    sampling: ViewSampling = ViewSampling.STRETCHED,
) -> Figure:
    """The views with a map laid over each, and the maps' colour bar.

    Args:
        views_vhw: (V, S, S) HU.
        maps_vhw: (V, h, w) from 0 to 1.
        views: which they are.
        sampling: how the network cut the views that the maps belong to.
    """
    figure, grid = _empty_sheet(len(views), BAR_INCH)
    colours = heat_colours()
    for axes, view, image, heat in zip(grid, views, views_vhw, maps_vhw, strict=True):
        _draw(axes, view, image)
        shown = axes.axis()
        height_mm, width_mm = map_size_mm(view, sampling)
        extent = (-width_mm / 2, width_mm / 2, height_mm / 2, -height_mm / 2)
        axes.imshow(heat, cmap=colours, vmin=0, vmax=1, extent=extent, interpolation="bilinear", zorder=1.5)
        axes.axis(shown)
    _draw_colour_bar(figure, colours)
    return figure


def map_size_mm(view: View, sampling: ViewSampling) -> tuple[float, float]:
    """Length in mm of the row axis and the column axis of what the network saw as this view."""
    row_mm, column_mm = (float(np.linalg.norm(axis)) for axis in view.axes_mm(sampling))
    return row_mm, column_mm


def heat_colours() -> Colormap:
    """The colours of a map from 0 to 1, whose opacity rises with the value."""
    values = np.linspace(0, 1, 256)
    colours = matplotlib.colormaps[HEAT](values)
    colours[:, 3] = GREATEST_OPACITY * np.clip(values / FULL_OPACITY_FROM, 0, 1)
    return ListedColormap(colours, name=f"{HEAT}, fading")


def _draw(axes: Axes, view: View, image_hu: NDArray[np.floating]) -> None:
    draw_view(axes, view, image_hu, LUNG_WINDOW_HU)
    axes.set_title(view.name, fontsize=TITLE_POINTS, pad=2.5)
    for text in axes.texts:
        text.set_fontsize(LETTER_POINTS)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _empty_sheet(count: int, strip_inch: float) -> tuple[Figure, list[Axes]]:
    """A figure with one place for each of `count` views and a strip of that height below them."""
    rows = -(-count // COLUMNS)
    cell_width, cell_height = CELL_INCH
    width = COLUMNS * cell_width + (COLUMNS - 1) * GAP_INCH + 2 * EDGE_INCH
    height = rows * (cell_height + TITLE_INCH) + (rows - 1) * GAP_INCH + strip_inch + EDGE_INCH
    figure = Figure(figsize=(width, height), facecolor="white")
    places = []
    for number in range(count):
        row, column = divmod(number, COLUMNS)
        left = EDGE_INCH + column * (cell_width + GAP_INCH)
        top = row * (cell_height + TITLE_INCH + GAP_INCH) + TITLE_INCH
        bottom = height - top - cell_height
        places.append(figure.add_axes((left / width, bottom / height, cell_width / width, cell_height / height)))
    return figure, places


def _draw_colour_bar(figure: Figure, colours: Colormap) -> None:
    """The colour bar across the middle of the strip, over the grey of soft tissue in the lung window."""
    height = figure.get_figheight()
    place = figure.add_axes((0.3, 0.17 / height, 0.4, 0.08 / height))
    place.set_facecolor("0.45")
    bar = figure.colorbar(ScalarMappable(Normalize(0, 1), colours), cax=place, orientation="horizontal")
    bar.set_ticks([0, 0.5, 1], labels=["0", "0.5", "1 = strongest of all views"])
    bar.ax.tick_params(labelsize=LETTER_POINTS, length=2, pad=1.5)
    bar.outline.set_linewidth(0.4)
