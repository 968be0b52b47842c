"""Activation maps without and with attention (Figures 11 and 12)."""

import math
from collections.abc import Sequence

import matplotlib
from matplotlib.figure import Figure

from radiogene.errors import SettingsError
from radiogene.explanation.nodule_maps import NoduleMaps
from radiogene.report.figures.activation_rows import SCALE_WORDS, name_statuses, note_view, require_one_gene
from radiogene.report.figures.image_grid import draw_image, draw_map, draw_outline, image_grid
from radiogene.report.numbers import MISSING, percent
from radiogene.report.view_sheets import HEAT

ROWS = ("A\ntumour", "B\nwithout\nattention", "C\nwith\nattention")

MASS_NOTE = "Above: share of the maps' mass on the nodule in B, in C / share of the area, all views."


def attention_rows_figure(
    without: Sequence[NoduleMaps], with_attention: Sequence[NoduleMaps], synthetic: bool, view: str = "axial"
) -> Figure:
    """One column per nodule: its image, and one gene's maps by a network without and one with attention.

    Args:
        without: maps of the network whose masks are switched off.
        with_attention: maps of the network with masks, of the same nodules in the same order.
        synthetic: whether any patient does not exist.
        view: which of the views is drawn.

    Raises:
        SettingsError: no nodule, maps of several genes, other nodules in the two, or no such view.

    Source: Figures 11 and 12 of the paper.
    """
    require_one_gene([*without, *with_attention])
    if len(without) != len(with_attention) or any(
        one.views_vhw.tobytes() != other.views_vhw.tobytes() for one, other in zip(without, with_attention, strict=True)
    ):
        raise SettingsError(
            f"Maps of {len(without)} nodules without and {len(with_attention)} with attention: expected the same "
            "nodules in the same order."
        )
    shown = without[0].views[without[0].position_of(view)]
    grid = image_grid(len(ROWS), len(without), shown, synthetic)
    for column, (plain, attending) in enumerate(zip(without, with_attention, strict=True)):
        index = plain.position_of(view)
        image, *places = (row[column] for row in grid.cells)
        draw_image(image, shown, plain.views_vhw[index], marked=True)
        for axes, nodule in zip(places, (plain, attending), strict=True):
            heat = nodule.maps_vhw[nodule.position_of(view)]
            draw_map(axes, shown, heat, matplotlib.colormaps[HEAT], nodule.map_sampling)
            draw_outline(axes, shown, None if nodule.outline_vhw is None else nodule.outline_vhw[index])
        grid.name_column(column, _masses(plain, attending))
    for row, words in enumerate(ROWS):
        grid.name_row(row, words)
    name_statuses(grid, without)
    note_view(grid, without, view, MASS_NOTE)
    grid.colour_bar(matplotlib.colormaps[HEAT], SCALE_WORDS)
    return grid.figure


def _masses(without: NoduleMaps, with_attention: NoduleMaps) -> str:
    """`4%, 7% / 3%`; a dash for an empty map, nothing without a segment."""
    if without.mass is None or with_attention.mass is None:
        return ""
    shares = [m.mass.mass_share for m in (without, with_attention) if m.mass is not None]
    words = ", ".join(MISSING if math.isnan(share) else percent(share, 0) for share in shares)
    return f"{words} / {percent(without.mass.area_share, 0)}"
