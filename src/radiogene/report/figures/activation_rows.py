"""Class activation maps over nodules (Figures 7 and 8): row A the image, row B the map, row C both."""

import math
from collections.abc import Sequence

import matplotlib
from matplotlib.figure import Figure

from radiogene.errors import SettingsError
from radiogene.explanation.map_mass import MapMass
from radiogene.explanation.nodule_maps import NoduleMaps
from radiogene.report.figures.image_grid import (
    ImageGrid,
    draw_image,
    draw_map,
    draw_outline,
    image_grid,
)
from radiogene.report.figures.printed_page import NORMAL_POINTS, STAMP_COLOUR
from radiogene.report.numbers import percent
from radiogene.report.view_sheets import HEAT, activation_sheet, heat_colours

ROWS = ("A\ntumour", "B\nactivation\nmap", "C\nboth")

SCALE_WORDS = "1 = strongest in\nany of its views"

MASS_NOTE = "Above: share of the maps' mass on the nodule / share of the area that it covers, all views."


def activation_rows_figure(nodules: Sequence[NoduleMaps], synthetic: bool, view: str = "axial") -> Figure:
    """One column per nodule: its image, one gene's activation map, and the map laid over the image.

    Args:
        nodules: with the maps of one gene, mutants first (`drawn_positions`); seven as in the paper.
        synthetic: whether any patient does not exist.
        view: which of the views is drawn.

    Raises:
        SettingsError: no nodule, maps of several genes, or no such view.

    Source: Figures 7 and 8 of the paper.
    """
    require_one_gene(nodules)
    shown = nodules[0].views[nodules[0].position_of(view)]
    grid = image_grid(len(ROWS), len(nodules), shown, synthetic)
    for column, nodule in enumerate(nodules):
        index = nodule.position_of(view)
        image, heat = nodule.views_vhw[index], nodule.maps_vhw[index]
        outline = None if nodule.outline_vhw is None else nodule.outline_vhw[index]
        plain, alone, both = (row[column] for row in grid.cells)
        draw_image(plain, shown, image, marked=True)
        draw_map(alone, shown, heat, matplotlib.colormaps[HEAT], nodule.map_sampling)
        draw_image(both, shown, image, marked=False)
        draw_map(both, shown, heat, heat_colours(), nodule.map_sampling)
        for axes in (alone, both):
            draw_outline(axes, shown, outline)
        grid.name_column(column, mass_words(nodule.mass))
    for row, words in enumerate(ROWS):
        grid.name_row(row, words)
    name_statuses(grid, nodules)
    note_view(grid, nodules, view, MASS_NOTE)
    grid.colour_bar(matplotlib.colormaps[HEAT], SCALE_WORDS)
    return grid.figure


def view_maps_figure(nodule: NoduleMaps, synthetic: bool) -> Figure:
    """All views of one nodule with the gene's map laid over each, scaled jointly ("per view and gene").

    Args:
        nodule: with its maps.
        synthetic: whether the patient does not exist.
    """
    figure = activation_sheet(nodule.views_vhw, nodule.maps_vhw, nodule.views, nodule.map_sampling)
    if synthetic:
        figure.text(0.01, 0.02, "SYNTHETIC", fontsize=NORMAL_POINTS, fontweight="bold", color=STAMP_COLOUR)
    return figure


def require_one_gene(nodules: Sequence[NoduleMaps]) -> None:
    """Refuses columns that do not belong side by side.

    Raises:
        SettingsError: no nodule, or maps of several genes.
    """
    genes = {nodule.gene for nodule in nodules}
    if len(genes) != 1:
        raise SettingsError(f"Columns of {sorted(genes) or 'no nodule'}: expected nodules with the maps of one gene.")


def name_statuses(grid: ImageGrid, nodules: Sequence[NoduleMaps]) -> None:
    """Names each run of columns of one status."""
    words = [_status(nodule) for nodule in nodules]
    first = 0
    for column in range(1, len(words) + 1):
        if column == len(words) or words[column] != words[first]:
            grid.name_columns(first, column - 1, words[first])
            first = column


def mass_words(mass: MapMass | None) -> str:
    """`7.1% / 3.2%`, the shares of mass and area; `no mass` for an empty map, nothing without a segment."""
    if mass is None:
        return ""
    if math.isnan(mass.mass_share):
        return "no mass"
    return f"{percent(mass.mass_share)} / {percent(mass.area_share)}"


def note_view(grid: ImageGrid, nodules: Sequence[NoduleMaps], view: str, mass_note: str) -> None:
    """Says below the images which view is drawn, and what the line and the figures mean where there are any."""
    grid.note(f"View: {view}, lung window. Line in B and C: the marked nodule.")
    if any(nodule.mass is not None for nodule in nodules):
        grid.note(mass_note, line=1)


def _status(nodule: NoduleMaps) -> str:
    if nodule.mutant is None:
        return f"{nodule.gene} unknown"
    return f"{nodule.gene} {'mutant' if nodule.mutant else 'wild type'}"
