"""Images in rows and columns counted in millimetres, with names at the left and above; the frame of map figures."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from radiogene.ct.contact_sheet import EDGE_SHARE, LUNG_WINDOW_HU, draw_view
from radiogene.ct.nine_views import View, ViewSampling
from radiogene.report.figures.printed_page import MM_PER_INCH, NORMAL_POINTS, PAGE_MM, SMALL_POINTS, bare_figure
from radiogene.report.view_sheets import map_size_mm

LEFT_MM, GAP_MM, HEAD_MM, EDGE_MM = 17.0, 0.8, 8.5, 1.0
"""Room for the rows' names, between images, for the columns' names, and around the figure."""

LARGEST_CELL_MM = 33.0

LETTER_POINTS = 5.5

OUTLINE = "#00e5ff"


@dataclass(frozen=True, eq=False)
class ImageGrid:
    """A figure with a place for each image.

    Attributes:
        figure: what is drawn on.
        cells: axes, by row and then column.
        cell_mm: (height, width) of an image.
        bottom_mm: height of the free strip below the images.
    """

    figure: Figure
    cells: tuple[tuple[Axes, ...], ...]
    cell_mm: tuple[float, float]
    bottom_mm: float

    def name_row(self, row: int, words: str) -> None:
        """Writes words at the left of a row."""
        self.cells[row][0].annotate(
            words,
            (0, 0.5),
            (-2.0 * 72 / MM_PER_INCH, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=NORMAL_POINTS,
            ha="right",
            va="center",
            linespacing=1.25,
            annotation_clip=False,
        )

    def name_column(self, column: int, words: str) -> None:
        """Writes words above a column."""
        self.cells[0][column].set_title(words, fontsize=SMALL_POINTS, pad=2.0, linespacing=1.15)

    def name_columns(self, first: int, last: int, words: str) -> None:
        """Writes words over a rule that spans some columns."""
        height_inch = self.figure.get_figheight()
        left, right = (self.cells[0][column].get_position() for column in (first, last))
        level = left.y1 + 4.6 / MM_PER_INCH / height_inch
        self.figure.add_artist(Line2D([left.x0, right.x1], [level, level], color="0.25", linewidth=0.6))
        self.figure.text(
            (left.x0 + right.x1) / 2,
            level + 0.5 / MM_PER_INCH / height_inch,
            words,
            fontsize=NORMAL_POINTS,
            fontweight="bold",
            ha="center",
            va="bottom",
            parse_math=False,
        )

    def note(self, words: str, line: int = 0) -> None:
        """Writes a line of small type in the strip below the images, from its top."""
        height_mm = self.figure.get_figheight() * MM_PER_INCH
        self.figure.text(
            LEFT_MM / PAGE_MM,
            (self.bottom_mm - 1.0 - 3.0 * line) / height_mm,
            words,
            fontsize=SMALL_POINTS,
            color="0.25",
            ha="left",
            va="top",
        )

    def colour_bar(self, colours: Colormap, words: str) -> None:
        """Draws the colours of a map from 0 to 1 at the right of the strip below the images."""
        height_mm = self.figure.get_figheight() * MM_PER_INCH
        place = self.figure.add_axes((0.70, (self.bottom_mm - 3.4) / height_mm, 0.11, 2.2 / height_mm))
        place.set_facecolor("0.45")
        bar = self.figure.colorbar(ScalarMappable(Normalize(0, 1), colours), cax=place, orientation="horizontal")
        bar.set_ticks([0, 0.5, 1], labels=["0", "0.5", "1"])
        bar.ax.tick_params(labelsize=SMALL_POINTS, length=2, pad=1.5)
        bar.outline.set_linewidth(0.4)
        place.text(1.08, 1.0, words, transform=place.transAxes, fontsize=SMALL_POINTS, ha="left", va="top")


def image_grid(
    rows: int, columns: int, view: View, synthetic: bool, *, head_mm: float = HEAD_MM, strip_mm: float = 9.0
) -> ImageGrid:
    """An empty grid of images of one view, as large as the page allows, in true proportions.

    Args:
        rows: of images.
        columns: of images.
        view: which is drawn.
        synthetic: whether any patient does not exist.
        head_mm: room above the first row.
        strip_mm: room below the last row.
    """
    height_mm, width_mm = view.size_mm
    free_mm = PAGE_MM - LEFT_MM - EDGE_MM - (columns - 1) * GAP_MM
    cell_width = min(free_mm / columns, LARGEST_CELL_MM)
    cell_height = cell_width * height_mm / width_mm
    total = head_mm + rows * cell_height + (rows - 1) * GAP_MM + strip_mm
    figure = bare_figure(total, synthetic)
    whole = figure.get_figheight() * MM_PER_INCH
    cells = []
    for row in range(rows):
        bottom = strip_mm + (rows - 1 - row) * (cell_height + GAP_MM)
        cells.append(
            tuple(
                figure.add_axes(
                    (
                        (LEFT_MM + column * (cell_width + GAP_MM)) / PAGE_MM,
                        bottom / whole,
                        cell_width / PAGE_MM,
                        cell_height / whole,
                    )
                )
                for column in range(columns)
            )
        )
    return ImageGrid(figure, tuple(cells), (cell_height, cell_width), strip_mm)


def draw_image(axes: Axes, view: View, image_hu: NDArray[np.floating], *, marked: bool) -> None:
    """Draws a view in the lung window.

    Args:
        axes: its place.
        view: which.
        image_hu: (S, S) HU.
        marked: with directions at its edges and the 10 mm bar.
    """
    draw_view(axes, view, image_hu, LUNG_WINDOW_HU)
    axes.set_title("")
    for text in list(axes.texts):
        if not marked:
            text.remove()
            continue
        text.set_fontsize(LETTER_POINTS)
        if text.get_text().endswith("mm"):
            # The words are wider than the bar in a small image: they start with it.
            text.set(ha="left", x=EDGE_SHARE * view.field_mm - view.size_mm[1] / 2)
    if not marked:
        for line in list(axes.lines):
            line.remove()
    _frameless(axes)


def draw_map(
    axes: Axes,
    view: View,
    map_hw: NDArray[np.floating],
    colours: Colormap,
    sampling: ViewSampling = ViewSampling.STRETCHED,
) -> None:
    """Draws a map from 0 to 1 where the network saw it, over what the axes hold.

    Args:
        axes: its place.
        view: which.
        map_hw: (h, w).
        colours: of 0 to 1.
        sampling: how the network cut the view.
    """
    shown_height, shown_width = view.size_mm
    height_mm, width_mm = map_size_mm(view, sampling)
    extent = (-width_mm / 2, width_mm / 2, height_mm / 2, -height_mm / 2)
    axes.imshow(map_hw, cmap=colours, vmin=0, vmax=1, extent=extent, interpolation="bilinear", zorder=1.5)
    axes.axis((-shown_width / 2, shown_width / 2, shown_height / 2, -shown_height / 2))
    _frameless(axes)


def draw_outline(axes: Axes, view: View, inside_hw: NDArray[np.bool_] | None) -> None:
    """Draws the nodule's edge as a thin line; nothing where the view misses it or no segment is known.

    Args:
        axes: its place.
        view: which.
        inside_hw: (S, S) which pixels of the image are the nodule's.
    """
    if inside_hw is None or not inside_hw.any() or inside_hw.all():
        return
    height_mm, width_mm = view.size_mm
    rows, columns = inside_hw.shape
    y = ((np.arange(rows) + 0.5) / rows - 0.5) * height_mm
    x = ((np.arange(columns) + 0.5) / columns - 0.5) * width_mm
    axes.contour(x, y, inside_hw.astype(float), levels=[0.5], colors=[OUTLINE], linewidths=0.7, zorder=3)


def _frameless(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
