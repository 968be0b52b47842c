"""The curves of what training costs, drawn from the result of `speed_training_costs.py` alone."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiogene.report.figures.printed_page import panel_title, plain_axes, printed_figure
from radiogene.report.line_styles import COLOURS, MARKERS

REPOSITORY = Path(__file__).parents[2]
RESULT = "speed_training_costs.json"
IMAGE = REPOSITORY / "docs" / "images" / "training_costs.png"

PATIENTS, PIXELS, VIEWS = "patients", "pixels", "views"
PER_EPOCH, PER_STEP, MEMORY = "s an epoch", "s a step", "MB at most"
"""Words of the result's figures."""

PANELS = {
    PATIENTS: "patients (tiny, an epoch)",
    PIXELS: "pixels a side (small, a step of 4 patients)",
    VIEWS: "views (small, a step of 4 patients)",
}
SCREEN_DOTS_PER_INCH = 150
MB_PER_GB = 1000


@dataclass
class Curve:
    """The points of a curve.

    Attributes:
        amounts: patients, pixels or views.
        seconds: of an epoch or a step.
        memory_mb: at most, above the imported process.
    """

    amounts: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)


def cost_curves(result: dict[str, Any]) -> dict[str, Curve]:
    """The curves of a result by what they run over.

    Args:
        result: as `speed_training_costs.py` wrote it.
    """
    curves = {what: Curve() for what in PANELS}
    for figure in result["figures"]:
        named = re.fullmatch(r"(\d+) (\w+)", figure["what"])
        if named is None:
            continue
        curve = curves[named[2]]
        if figure["unit"] == MEMORY:
            curve.memory_mb.append(figure["value"])
        else:
            curve.amounts.append(int(named[1]))
            curve.seconds.append(figure["value"])
    return curves


def cost_figure(result: dict[str, Any]) -> Figure:
    """Seconds above, memory below, one column for each of the three curves; every axis begins at zero.

    Args:
        result: as `speed_training_costs.py` wrote it.
    """
    figure = printed_figure(88.0, synthetic=False)
    panels = figure.subplots(2, len(PANELS), sharex="col")
    for number, (what, curve) in enumerate(cost_curves(result).items()):
        upper, lower = panels[0][number], panels[1][number]
        _draw(upper, curve.amounts, curve.seconds, 0)
        _draw(lower, curve.amounts, [memory / MB_PER_GB for memory in curve.memory_mb], 1)
        plain_axes(upper, panel_title(number, len(PANELS), what))
        plain_axes(lower)
        lower.set_xlabel(PANELS[what])
    panels[0][0].set_ylabel("seconds")
    panels[1][0].set_ylabel("peak memory (GB)")
    return figure


def _draw(axes: Axes, amounts: list[int], values: list[float], style: int) -> None:
    axes.plot(amounts, values, color=COLOURS[style], marker=MARKERS[style], linewidth=1.2, markersize=4)
    axes.set_xticks(amounts)
    axes.set_xlim(0, max(amounts) * 1.05)
    axes.set_ylim(0, max(values) * 1.1)


def write_cost_curves(results: Path, image: Path = IMAGE) -> None:
    """Nothing; the image is written where there is a result.

    Args:
        results: folder of the results of full runs.
        image: a PNG file.
    """
    if (results / RESULT).exists():
        figure = cost_figure(json.loads((results / RESULT).read_text(encoding="utf-8")))
        figure.savefig(image, dpi=SCREEN_DOTS_PER_INCH, metadata={"Software": None})
