"""A figure on a printed page: its width and type sizes, plain axes, and the stamp of synthetic data."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiogene.storage.atomic_files import atomic_path

PAGE_MM = 180.0
"""Width of every figure: two columns of a journal's page; it is legible there without enlargement."""

MM_PER_INCH = 25.4

SMALL_POINTS, NORMAL_POINTS, TITLE_POINTS = 6.5, 7.5, 8.5

STAMP = "SYNTHETIC: none of these patients exists"
STAMP_COLOUR = "#b3261e"
STAMP_MM = 4.5
"""Height of the strip at the top that holds the stamp."""

PRINT_DOTS_PER_INCH = 300

QUIET = "0.55"
"""Grey of what only orients: the line of chance, curves that are not the point."""

UNDEFINED = "undefined"
"""Where a measure has no value: a figure has no room for the reason."""


def printed_figure(height_mm: float, synthetic: bool) -> Figure:
    """An empty figure as wide as the page, laid out by matplotlib, with the stamp where the data are synthetic.

    Args:
        height_mm: without the stamp's strip.
        synthetic: whether any patient behind the figure does not exist.
    """
    figure = bare_figure(height_mm, synthetic)
    figure.set_layout_engine("constrained")
    engine = figure.get_layout_engine()
    if engine is not None:
        whole_mm = figure.get_figheight() * MM_PER_INCH
        engine.set(rect=(0, 0, 1, height_mm / whole_mm), w_pad=0.03, h_pad=0.03)  # type: ignore[call-arg]
    return figure


def bare_figure(height_mm: float, synthetic: bool) -> Figure:
    """The same without a layout, for figures whose places are counted in millimetres from the lower left corner."""
    whole_mm = height_mm + (STAMP_MM if synthetic else 0.0)
    figure = Figure(figsize=(PAGE_MM / MM_PER_INCH, whole_mm / MM_PER_INCH), facecolor="white")
    if synthetic:
        figure.text(
            1 - 1 / PAGE_MM,
            1 - 0.6 / whole_mm,
            STAMP,
            fontsize=NORMAL_POINTS,
            fontweight="bold",
            color=STAMP_COLOUR,
            ha="right",
            va="top",
        )
    return figure


def plain_axes(axes: Axes, title: str = "") -> None:
    """Thin axes without a box, type in the page's sizes, and a bold title on the left."""
    axes.tick_params(labelsize=SMALL_POINTS, width=0.6, length=2.5, pad=2)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_linewidth(0.6)
    axes.xaxis.label.set_fontsize(NORMAL_POINTS)
    axes.yaxis.label.set_fontsize(NORMAL_POINTS)
    if title:
        axes.set_title(title, fontsize=TITLE_POINTS, loc="left", fontweight="bold", parse_math=False)


def unit_square(axes: Axes) -> None:
    """Both axes from 0 to 1 at one scale, with a little room for lines on the border."""
    axes.set_xlim(-0.015, 1.015)
    axes.set_ylim(-0.015, 1.015)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    axes.set_aspect("equal")


def legend_below(axes: Axes, title: str, drop: float = -0.17) -> None:
    """The legend under the panel, one line per curve.

    Args:
        axes: with labelled curves.
        title: above its lines.
        drop: where it starts, in heights of the panel from its lower edge.
    """
    axes.legend(
        title=title,
        title_fontsize=SMALL_POINTS,
        fontsize=SMALL_POINTS,
        loc="upper center",
        bbox_to_anchor=(0.5, drop),
        frameon=False,
        handlelength=3.2,
        labelspacing=0.25,
        alignment="left",
    )


def gene_columns(figure: Figure, genes: Sequence[str]) -> Mapping[str, Axes]:
    """One panel per gene, side by side, lettered A, B, ... where there are several."""
    panels = figure.subplots(1, len(genes), squeeze=False)[0]
    for number, (axes, gene) in enumerate(zip(panels, genes, strict=True)):
        plain_axes(axes, panel_title(number, len(genes), gene))
    return dict(zip(genes, panels, strict=True))


def panel_title(number: int, panels: int, words: str) -> str:
    """`A  EGFR`; without a letter where the panel stands alone."""
    return f"{chr(ord('A') + number)}  {words}" if panels > 1 else words


def write_figure(figure: Figure, stem: Path) -> tuple[Path, Path]:
    """Writes `STEM.svg` and `STEM.png`, each whole or not at all; the same figure gives the same bytes.

    Args:
        figure: to write.
        stem: path without a suffix.
    """
    svg, png = (stem.with_name(f"{stem.name}.{kind}") for kind in ("svg", "png"))
    with matplotlib.rc_context({"svg.hashsalt": "radiogene"}), atomic_path(svg) as temporary:
        figure.savefig(temporary, format="svg", dpi=PRINT_DOTS_PER_INCH, metadata={"Date": None, "Creator": None})
    with atomic_path(png) as temporary:
        figure.savefig(temporary, format="png", dpi=PRINT_DOTS_PER_INCH, metadata={"Software": None})
    return svg, png
