"""Examples of mutant and wild-type nodules (Figure 1): axial views, all at one scale."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from radiogene.ct.nine_views import NINE_VIEWS
from radiogene.errors import SettingsError
from radiogene.report.figures.image_grid import ImageGrid, draw_image, image_grid

AXIAL = NINE_VIEWS[0]

LARGEST_COLUMNS = 7

NOTE = (
    "Axial views through the nodule's centre, lung window (-1350 to 150 HU), 64 mm wide; "
    "R, L, A, P: to the patient's right, left, front, back."
)


@dataclass(frozen=True, eq=False)
class ExampleRow:
    """Examples of one status of one gene; nothing in it names a patient.

    Attributes:
        gene: `EGFR`.
        status: `mutant` or `wild type`.
        axial_hu: images (S, S) HU.
    """

    gene: str
    status: str
    axial_hu: tuple[NDArray[np.floating], ...]


def example_nodules_figure(rows: Sequence[ExampleRow], synthetic: bool) -> Figure:
    """One row of axial views for each status of each gene.

    Args:
        rows: from top to bottom, each with at most seven images; the longest row gives the number of columns.
        synthetic: whether any patient does not exist.

    Raises:
        SettingsError: no image, or too many in a row.
    """
    columns = max((len(row.axial_hu) for row in rows), default=0)
    if not 1 <= columns <= LARGEST_COLUMNS:
        raise SettingsError(f"Rows of up to {columns} examples: expected 1 to {LARGEST_COLUMNS} in the longest row.")
    grid = image_grid(len(rows), columns, AXIAL, synthetic, head_mm=1.0, strip_mm=5.0)
    for number, row in enumerate(rows):
        _draw_row(grid, number, row)
    grid.note(NOTE)
    return grid.figure


def _draw_row(grid: ImageGrid, number: int, row: ExampleRow) -> None:
    grid.name_row(number, f"{row.gene}\n{row.status}")
    for axes, image in zip(grid.cells[number], row.axial_hu, strict=False):
        draw_image(axes, AXIAL, image, marked=True)
    for axes in grid.cells[number][len(row.axial_hu) :]:
        axes.set_axis_off()
