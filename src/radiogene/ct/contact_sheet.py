"""A picture of the nine views with names, directions and scale, for a human check of where the cube lies."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.atomic_files import atomic_path
from radiogene.ct.nine_views import NINE_VIEWS, Direction, View

LUNG_WINDOW_HU = (-1350.0, 150.0)
"""Window of 1500 HU around -600 HU, as lung nodules are usually read."""

SCALE_BAR_MM = 10.0

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


def draw_view(axes: Any, view: View, picture_hu: NDArray[np.floating], window_hu: tuple[float, float]) -> None:
    """Draws one view into matplotlib axes, in true proportions, with directions at its edges and a 10 mm bar.

    Args:
        axes: matplotlib Axes.
        view: which view.
        picture_hu: (S, S) HU.
        window_hu: lowest and highest HU shown.
    """
    height_mm, width_mm = view.size_mm
    extent = (-width_mm / 2, width_mm / 2, height_mm / 2, -height_mm / 2)
    axes.imshow(picture_hu, cmap="gray", vmin=window_hu[0], vmax=window_hu[1], extent=extent, interpolation="bilinear")
    opposite_column = tuple(-s for s in view.column_direction)
    opposite_row = tuple(-s for s in view.row_direction)
    style: dict[str, Any] = {"color": "#ffd34d", "fontsize": 8, "ha": "center", "va": "center"}
    axes.text(-width_mm / 2 + 5, 0, direction_letters(opposite_column), **style)  # type: ignore[arg-type]
    axes.text(width_mm / 2 - 5, 0, direction_letters(view.column_direction), **style)
    axes.text(0, -height_mm / 2 + 4, direction_letters(opposite_row), **style)  # type: ignore[arg-type]
    axes.text(0, height_mm / 2 - 4, direction_letters(view.row_direction), **style)
    left, bottom = -width_mm / 2 + 4, height_mm / 2 - 4
    axes.plot([left, left + SCALE_BAR_MM], [bottom, bottom], color="#ffd34d", linewidth=2)
    axes.text(left + SCALE_BAR_MM / 2, bottom - 3.5, f"{SCALE_BAR_MM:.0f} mm", **style)
    axes.set_title(view.name, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])


def write_contact_sheet(path: Path, views_vhw: NDArray[np.floating], title: str) -> None:
    """Writes the nine views as one PNG.

    Args:
        path: the PNG file.
        views_vhw: (9, S, S) HU in the order of `NINE_VIEWS`.
        title: a line above the pictures.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.5, 9.8), layout="constrained")
    for axes, view, picture in zip(figure.subplots(3, 3).flat, NINE_VIEWS, views_vhw, strict=True):
        draw_view(axes, view, picture, LUNG_WINDOW_HU)
    figure.suptitle(title, fontsize=10)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=110, format="png")
