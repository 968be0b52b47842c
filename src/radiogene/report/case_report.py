"""The report of one case: its activation maps computed where the model has any, its page written."""

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow
from radiogene.ct.nine_views import NINE_VIEWS, ViewSampling, cut_views
from radiogene.ct.preparation import PreparedNodule, stored_cube
from radiogene.model.inference import views_named
from radiogene.model.nine_view_facts import NineViewFacts
from radiogene.prediction.predictor import Predictor
from radiogene.prediction.result import PredictionResult
from radiogene.report.reported_case import ReportedCase

DISPLAY_PIXELS = 128
"""Pixels of a view in print."""


def reported_case(
    predictor: Predictor,
    prepared: PreparedNodule,
    row: PatientRow,
    result: PredictionResult,
    truth: dict[str, str] | None = None,
) -> ReportedCase:
    """The case with its views and activation maps.

    Args:
        predictor: the model that made `result`.
        prepared: the nodule.
        row: the clinical values that were entered.
        result: of this nodule.
        truth: per gene, the status where it is known; for demonstrations.
    """
    facts = predictor.facts
    views, maps, sampling = NINE_VIEWS, {}, ViewSampling.STRETCHED
    if isinstance(facts, NineViewFacts):
        views, sampling = views_named(facts.view_names), facts.view_sampling
        maps = _maps(predictor, prepared, row)
    return ReportedCase(
        result=result,
        views_vhw=cut_views(prepared.cube_hu, DISPLAY_PIXELS, views=views),
        maps=maps,
        view_weights=facts.view_weights if isinstance(facts, NineViewFacts) else {},
        views=views,
        map_sampling=sampling,
        clinical=_entered(row, facts.columns),
        truth=truth or {},
    )


def _maps(predictor: Predictor, prepared: PreparedNodule, row: PatientRow) -> dict[str, NDArray[np.float32]]:
    """Per gene, the activation maps (V, h, w) of a nine-view network."""
    from radiogene.explanation.model_maps import explained_model

    maps = explained_model(predictor.model.method).maps(stored_cube(prepared.cube_hu), row)
    return {gene: of_gene.maps_vhw for gene, of_gene in maps.items()}


def _entered(row: PatientRow, columns: tuple[str, ...]) -> dict[str, str]:
    """The model's clinical values of a case, in words."""
    words = {
        "age": None if row.age_years is None else f"{row.age_years:g} years",
        "sex": row.sex,
        "smoking": None if row.smoking is None else (row.smoking_status or ("yes" if row.smoking else "no")),
    }
    return {column: (words[column] if column in words else row.extra.get(column)) or "unknown" for column in columns}
