"""The report of one case from its cube: cuts the views, makes the activation maps, writes the page."""

from pathlib import Path

import numpy as np
import torch

from radiogene.cohort.row import PatientRow
from radiogene.ct.nine_views import cut_views
from radiogene.ct.preparation import PreparedNodule, stored_cube
from radiogene.explanation.activation_maps import (
    ActivationMaps,
    activation_maps_of_all_genes,
    ensemble_activation_maps,
)
from radiogene.model.inference import views_named
from radiogene.networks.standardisation import standardised
from radiogene.prediction.predictor import Predictor
from radiogene.prediction.result import PredictionResult
from radiogene.report.prediction_report import write_report_of_case
from radiogene.report.reported_case import ReportedCase

SHOWN_PIXELS = 128
"""Pixels along each side of a view as it is shown; the network has its own."""

OLDEST_SHOWN_YEARS = 89
"""Higher ages count as identifying (US Health Insurance Portability and Accountability Act, Safe Harbor) and are not
written out."""

UNKNOWN = "unknown"


def write_case_report(
    out: Path, predictor: Predictor, prepared: PreparedNodule, row: PatientRow, result: PredictionResult
) -> None:
    """Writes `report.html` and `prediction.json` of one case into a folder.

    Args:
        out: the folder.
        predictor: that made the result.
        prepared: the nodule's cube and geometry.
        row: the patient's values.
        result: what the predictor said.
    """
    write_report_of_case(out, reported_case(predictor, prepared, row, result))


def reported_case(
    predictor: Predictor, prepared: PreparedNodule, row: PatientRow, result: PredictionResult
) -> ReportedCase:
    """The case with its pictures, maps and values in words.

    Args:
        predictor: that made the result.
        prepared: the nodule's cube and geometry.
        row: the patient's values; its identifier is not passed on.
        result: what the predictor said.
    """
    settings = predictor.model.settings
    views = views_named(settings.view_names)
    maps = case_activation_maps(predictor, prepared, row)
    return ReportedCase(
        result=result,
        views_vhw=cut_views(prepared.cube_hu, SHOWN_PIXELS, views=views),
        maps={gene: found.maps_vhw for gene, found in maps.items()},
        view_weights=settings.view_weights,
        views=views,
        map_sampling=settings.view_sampling,
        clinical=values_entered(row, settings.members[0].clinical.columns),
    )


def case_activation_maps(predictor: Predictor, prepared: PreparedNodule, row: PatientRow) -> dict[str, ActivationMaps]:
    """The activation maps of each gene on the views that the network sees; the mean over an ensemble's members.

    Args:
        predictor: the model.
        prepared: the nodule's cube.
        row: the patient's values.
    """
    device = next(predictor.networks[0].parameters()).device
    cube = torch.from_numpy(np.ascontiguousarray(stored_cube(prepared.cube_hu))[None]).to(device)
    with torch.no_grad():
        views_hu = predictor.sampler(cube)
    members = [
        activation_maps_of_all_genes(
            network,
            standardised(views_hu, member.standardisation),
            torch.from_numpy(member.clinical.encode([row])).to(device),
        )
        for network, member in zip(predictor.networks, predictor.model.settings.members, strict=True)
    ]
    return {gene: ensemble_activation_maps([found[gene] for found in members]) for gene in members[0]}


def values_entered(row: PatientRow, columns: tuple[str, ...]) -> dict[str, str]:
    """What the model was told of the patient, in words.

    Args:
        row: the patient's values.
        columns: the clinical columns that the model uses.
    """
    smoking = row.smoking_status or {True: "ever", False: "never", None: None}[row.smoking]
    words = {"age": _age_words(row.age_years), "sex": row.sex or UNKNOWN, "smoking": smoking or UNKNOWN}
    return {column: words[column] if column in words else row.extra.get(column) or UNKNOWN for column in columns}


def _age_words(age_years: float | None) -> str:
    if age_years is None:
        return UNKNOWN
    return f"over {OLDEST_SHOWN_YEARS} years" if age_years > OLDEST_SHOWN_YEARS else f"{age_years:.0f} years"
