"""What becomes of an answer where the nodule is marked a little elsewhere: the same case, asked at nearby centres."""

from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow
from radiogene.ct.nodule.location import POINT
from radiogene.ct.preparation import PreparedNodule, stored_cube
from radiogene.errors import SettingsError
from radiogene.prediction.predictor import Predictor
from radiogene.prediction.result import ClickAnswer, GeneResult, PredictionResult

DEFAULT_RADIUS_MM = 3.0
"""Of reports: two readers' centres of one nodule mostly lie nearer to each other than this."""

LARGEST_RADIUS_MM = 10.0
"""Farther off, the centre is not one of the same nodule."""


def require_radius(radius_mm: float) -> None:
    """Refuse a radius that cannot be meant.

    Raises:
        SettingsError: not above 0 and up to 10 mm.
    """
    if not 0 < radius_mm <= LARGEST_RADIUS_MM:
        raise SettingsError(
            f"Found the `stability` {radius_mm:g}; wanted a radius above 0 and up to {LARGEST_RADIUS_MM:g} mm."
        )


def nearby_offsets_mm(radius_mm: float) -> NDArray[np.float64]:
    """The offsets (14, 3) of the nearby centres: along each axis, and towards each corner, all as far off.

    Args:
        radius_mm: how far.
    """
    axes = np.concatenate([np.eye(3), -np.eye(3)])
    corners = np.array(list(product((-1.0, 1.0), repeat=3))) / np.sqrt(3)
    return radius_mm * np.concatenate([axes, corners])


def why_no_click(predictor: Predictor, prepared: PreparedNodule | None) -> str:
    """Why the answer has no other centre to be asked at, as a sentence; empty where it has."""
    if not predictor.model.entry.looks_at_nodule:
        return f"{predictor.model.entry.title} does not look at the nodule"
    if prepared is None:
        return "no scan was given"
    if prepared.report.nodule.kind != POINT:
        return "the nodule was given as a marking, whose centre nobody clicked; it is for one given as a point"
    if prepared.surroundings is None:
        return "the scan around the nodule is not at hand: give the scan itself"
    return ""


def with_click(
    predictor: Predictor, result: PredictionResult, prepared: PreparedNodule | None, row: PatientRow, radius_mm: float
) -> PredictionResult:
    """The result with `click` of every gene, or with a warning that says why it has none.

    Args:
        predictor: the model that made `result`.
        result: of this nodule.
        prepared: the nodule; its slices are not read again. None where no scan was given.
        row: the patient's values.
        radius_mm: how far off the other centres lie.

    Raises:
        SettingsError: a radius that is not above 0 and up to 10 mm.
    """
    require_radius(radius_mm)
    reason = why_no_click(predictor, prepared)
    around = None if prepared is None else prepared.surroundings
    if reason or prepared is None or around is None:
        return replace(result, warnings=(*result.warnings, f"`click` is not given: {reason}."))
    centre_mm = np.asarray(prepared.nodule.centre_lps_mm, dtype=np.float64)
    cubes = [stored_cube(around.cube(centre_mm + offset).cube_zyx) for offset in nearby_offsets_mm(radius_mm)]
    probabilities = predictor.variant_probabilities(prepared, row, cubes)
    genes = {
        gene: replace(own, click=_click(own, probabilities[:, column], radius_mm))
        for column, (gene, own) in enumerate(result.genes.items())
    }
    return replace(result, genes=genes)


def _click(own: GeneResult, nearby: NDArray[np.float64], radius_mm: float) -> ClickAnswer:
    """Of one gene, from its probabilities (14,) at the nearby centres."""
    low, high = min(own.probability, float(nearby.min())), max(own.probability, float(nearby.max()))
    return ClickAnswer(radius_mm, low, high, call_changes=low < own.threshold <= high)
