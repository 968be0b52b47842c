"""The report of one case: its activation maps computed, its page written."""

from pathlib import Path

from radiogene.cohort.row import PatientRow
from radiogene.ct.nine_views import cut_views
from radiogene.ct.preparation import PreparedNodule, stored_cube
from radiogene.explanation.model_maps import ExplainedModel
from radiogene.model.inference import views_named
from radiogene.prediction.predictor import Predictor
from radiogene.prediction.result import PredictionResult
from radiogene.report.prediction_report import write_prediction_report
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
    settings = predictor.model.settings
    maps = ExplainedModel(predictor.networks, settings).maps(stored_cube(prepared.cube_hu), row)
    views = views_named(settings.view_names)
    return ReportedCase(
        result=result,
        views_vhw=cut_views(prepared.cube_hu, DISPLAY_PIXELS, views=views),
        maps={gene: found.maps_vhw for gene, found in maps.items()},
        view_weights=settings.view_weights,
        views=views,
        map_sampling=settings.view_sampling,
        clinical=_entered(row, settings.members[0].clinical.columns),
        truth=truth or {},
    )


def write_case_report(
    out: Path, predictor: Predictor, prepared: PreparedNodule, row: PatientRow, result: PredictionResult
) -> None:
    """Writes `report.html` and `prediction.json` of one case into a folder."""
    case = reported_case(predictor, prepared, row, result)
    write_prediction_report(
        out,
        case.result,
        case.views_vhw,
        case.maps,
        case.view_weights,
        views=case.views,
        map_sampling=case.map_sampling,
        clinical=case.clinical,
    )


def _entered(row: PatientRow, columns: tuple[str, ...]) -> dict[str, str]:
    """The model's clinical values of a case, in words."""
    words = {
        "age": None if row.age_years is None else f"{row.age_years:g} years",
        "sex": row.sex,
        "smoking": None if row.smoking is None else (row.smoking_status or ("yes" if row.smoking else "no")),
    }
    return {column: (words[column] if column in words else row.extra.get(column)) or "unknown" for column in columns}
