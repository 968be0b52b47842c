"""How much one answer depends on how the scan was made: the same case, with its cube changed."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from radiogene.cohort.identity.cube_fingerprint import cube_fingerprint
from radiogene.cohort.row import PatientRow
from radiogene.ct.acquisition_changes import Change, changed_cube
from radiogene.ct.preparation import PreparedNodule, stored_cube
from radiogene.prediction.predictor import Predictor
from radiogene.prediction.result import GeneResult, PredictionResult, SensitivityRange

TRIED: Mapping[str, tuple[tuple[Change, float], ...]] = {
    "thickness": ((Change.THICKNESS, 3.0), (Change.THICKNESS, 5.0)),
    "kernel": ((Change.BLUR, 1.0), (Change.SHARPENING, 1.0)),
    "noise": ((Change.NOISE, 20.0), (Change.NOISE, 40.0)),
}
"""What is changed under each name, in the unit of the change."""


def with_sensitivity(
    predictor: Predictor, result: PredictionResult, prepared: PreparedNodule | None, row: PatientRow
) -> PredictionResult:
    """The result with `sensitivity` of every gene, or with a warning that says why it has none.

    Args:
        predictor: the model that made `result`.
        result: of this nodule.
        prepared: the nodule; None where no scan was given.
        row: the patient's values.
    """
    if prepared is None or not predictor.model.entry.looks_at_nodule:
        reason = f"`sensitivity` is not given: {predictor.model.entry.title} does not look at the nodule."
        return replace(result, warnings=(*result.warnings, reason))
    cube = stored_cube(prepared.cube_hu)
    seed = int(cube_fingerprint(cube)[:16], 16)
    cubes = [
        changed_cube(cube, change, amount, np.random.default_rng(seed))
        for changes in TRIED.values()
        for change, amount in changes
    ]
    probabilities = predictor.variant_probabilities(prepared, row, cubes)
    genes: dict[str, GeneResult] = {}
    for column, (gene, own) in enumerate(result.genes.items()):
        each = iter(probabilities[:, column].tolist())
        ranges = {}
        for name, changes in TRIED.items():
            found = [own.probability, *(next(each) for _ in changes)]
            ranges[name] = SensitivityRange(min(found), max(found))
        genes[gene] = replace(own, sensitivity=ranges)
    return replace(result, genes=genes)
