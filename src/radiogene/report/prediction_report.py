"""The page of one prediction, and the same result for programs."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene import __version__
from radiogene.ct.nine_views import NINE_VIEWS, View, ViewSampling
from radiogene.prediction.result import PredictionResult
from radiogene.report.case_section import case_section
from radiogene.report.page import render_page
from radiogene.report.reported_case import ReportedCase
from radiogene.storage.atomic_files import write_json, write_text

PAGE_FILE = "report.html"
RESULT_FILE = "prediction.json"


def write_prediction_report(
    out: Path,
    result: PredictionResult,
    views_vhw: NDArray[np.floating],
    maps: Mapping[str, NDArray[np.floating]],
    view_weights: Mapping[str, Mapping[str, float]],
    *,
    views: tuple[View, ...] = NINE_VIEWS,
    map_sampling: ViewSampling = ViewSampling.STRETCHED,
    clinical: Mapping[str, str] | None = None,
) -> None:
    """Writes `report.html`, one A4 page that stands alone, and `prediction.json` into a folder.

    Args:
        out: the folder; other files in it stay.
        result: what the model says.
        views_vhw: (V, S, S) HU, cut with the default sampling.
        maps: per gene, the activation maps (V, h, w) from 0 to 1.
        view_weights: per gene, the share of each view by name.
        views: the model's views, in order.
        map_sampling: how the network cut the views that the maps belong to.
        clinical: what was entered, in words.

    Raises:
        SettingsError: images, maps or weights that do not fit the views or the genes.
    """
    case = ReportedCase(result, views_vhw, maps, view_weights, views, map_sampling, clinical or {})
    page = render_page("prediction.html.j2", {"version": __version__, "case": case_section(case)})
    weights = {gene: dict(shares) for gene, shares in case.view_weights.items()}
    write_text(out / PAGE_FILE, page)
    write_json(out / RESULT_FILE, {**case.result.to_json(), "view_weights": weights})
