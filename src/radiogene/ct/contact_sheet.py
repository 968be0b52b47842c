"""An image of the nine views with names, directions and scale, for a human check of where the cube lies."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.nine_views import NINE_VIEWS, Direction, View
from radiogene.ct.resampling import CUBE_MM
from radiogene.storage.atomic_files import atomic_path

LUNG_WINDOW_HU = (-1350.0, 150.0)
"""Window of 1500 HU around -600 HU, as lung nodules are usually read."""

SCALE_BAR_MM = 10.0
EDGE_SHARE = 5.0 / CUBE_MM
"""Of the field's side: letters and the bar keep this distance from an image's edge."""

BAR_WORDS_SHARE = 3.5 / CUBE_MM
"""Of the field's side: how far above the bar its words lie."""

MARK = "#ffd34d"

LETTERS = {(1, 0, 0): "LR", (0, 1, 0): "PA", (0, 0, 1): "HF"}
"""For a step along +x, +y, +z: the letters of where it leads and where it comes from."""


def direction_letters(direction: Direction) -> str:
    """Where a direction leads, in the letters of DICOM's Patient Orientation (C.7.6.1.1.1): "L", "F", "LP", ..."""
    letters = ""
    for axis, step in enumerate(direction):
        unit = tuple(int(axis == i) for i in range(3))
        if step:
            letters += LETTERS[unit][0 if step > 0 else 1]  # type: ignore[index]
    return letters


def reversed_direction(direction: Direction) -> Direction:
    """The opposite direction."""
    x, y, z = direction
    return -x, -y, -z


def draw_view(axes: Any, view: View, image_hu: NDArray[np.floating], window_hu: tuple[float, float]) -> None:
    """Draw one view into matplotlib axes, in true proportions, with directions at its edges and a 10 mm bar.

    Args:
        axes: matplotlib Axes.
        view: which view.
        image_hu: (S, S) HU.
        window_hu: lowest and highest HU shown.
    """
    from matplotlib.patheffects import withStroke

    height_mm, width_mm = view.size_mm
    edge_mm = EDGE_SHARE * view.field_mm
    extent = (-width_mm / 2, width_mm / 2, height_mm / 2, -height_mm / 2)
    axes.imshow(image_hu, cmap="gray", vmin=window_hu[0], vmax=window_hu[1], extent=extent, interpolation="bilinear")
    labels = (
        (-width_mm / 2 + edge_mm, 0.0, direction_letters(reversed_direction(view.column_direction))),
        (width_mm / 2 - edge_mm, 0.0, direction_letters(view.column_direction)),
        (0.0, -height_mm / 2 + edge_mm, direction_letters(reversed_direction(view.row_direction))),
        (0.0, height_mm / 2 - edge_mm, direction_letters(view.row_direction)),
    )
    left_mm, bottom_mm = -width_mm / 2 + edge_mm, height_mm / 2 - edge_mm
    outline = [withStroke(linewidth=2, foreground="black")]
    words_mm = bottom_mm - BAR_WORDS_SHARE * view.field_mm
    for x_mm, y_mm, word in (*labels, (left_mm + SCALE_BAR_MM / 2, words_mm, f"{SCALE_BAR_MM:.0f} mm")):
        axes.text(x_mm, y_mm, word, color=MARK, fontsize=8, ha="center", va="center", path_effects=outline)
    bar = axes.plot([left_mm, left_mm + SCALE_BAR_MM], [bottom_mm, bottom_mm], color=MARK, linewidth=2)
    bar[0].set_path_effects([withStroke(linewidth=4, foreground="black")])
    axes.set_title(view.name, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])


def write_contact_sheet(path: Path, views_vhw: NDArray[np.floating], title: str) -> None:
    """Write the nine views as one PNG.

    Args:
        path: the PNG file.
        views_vhw: (9, S, S) HU in the order of `NINE_VIEWS`.
        title: a line above the images.
    """
    from matplotlib.figure import Figure

    # The two lower rows hold diagonals, which are sqrt 2 wider than high.
    figure = Figure(figsize=(9.5, 8.6), layout="constrained")
    grid = figure.subplots(3, 3, height_ratios=[1.0, 2**-0.5, 2**-0.5])
    for axes, view, image in zip(grid.flat, NINE_VIEWS, views_vhw, strict=True):
        draw_view(axes, view, image, LUNG_WINDOW_HU)
    figure.suptitle(title, fontsize=10)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=110, format="png")
