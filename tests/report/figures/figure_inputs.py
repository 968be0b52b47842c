"""Inputs of the drawings: made-up figures, and nodules with maps from arithmetic."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from radiogene.ct.nine_views import NINE_VIEWS, ViewSampling
from radiogene.evaluation.measure import Interval, Measure
from radiogene.explanation.map_mass import map_mass
from radiogene.explanation.nodule_maps import NoduleMaps

GENES = ("EGFR", "KRAS")


def measure(value: float) -> Measure:
    return Measure(value, Interval(value - 0.08, value + 0.06, "DeLong"))


def nodule(number: int = 0, *, gene: str = "EGFR", mutant: bool | None = True, marked: bool = True) -> NoduleMaps:
    generator = np.random.default_rng(number)
    inside = np.zeros((9, 16, 16), dtype=bool)
    inside[:, 6:10, 6:10] = True
    maps = generator.uniform(size=(9, 16, 16)).astype(np.float32)
    return NoduleMaps(
        gene=gene,
        views=NINE_VIEWS,
        views_vhw=generator.normal(-600, 300, (9, 16, 16)).astype(np.float32),
        maps_vhw=maps / maps.max(),
        map_sampling=ViewSampling.STRETCHED,
        mutant=mutant,
        outline_vhw=inside if marked else None,
        mass=map_mass(maps, inside) if marked else None,
    )


def words(figure: Figure) -> list[str]:
    """Every text of a figure that is drawn."""
    figure.draw_without_rendering()
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def beyond_the_edges_mm(figure: Figure) -> float:
    """By how much anything that is drawn reaches beyond the figure's edges."""
    figure.draw_without_rendering()
    drawn = figure.get_tightbbox(FigureCanvasAgg(figure).get_renderer())
    width, height = figure.get_size_inches()
    return 25.4 * max(-drawn.x0, -drawn.y0, drawn.x1 - width, drawn.y1 - height)
