"""Predictions and evaluation of a whole store of cubes."""

import numpy as np

from radiogene.cohort.store import CubeStore
from radiogene.errors import CohortError
from radiogene.evaluation.patient_level import NodulePredictions, NoduleRule, patient_level
from radiogene.evaluation.predictions import Predictions, label_table
from radiogene.model.known_cubes import cube_fingerprint
from radiogene.prediction.predictor import Predictor

READ_AT_ONCE = 256
"""Cubes in memory at a time: 128 MiB."""


def predict_store(
    predictor: Predictor,
    store: CubeStore,
    rule: NoduleRule | None = None,
    *,
    include_training_cases: bool = False,
) -> Predictions:
    """Calibrated probabilities and labels, one row per patient.

    Args:
        predictor: the model.
        store: cubes prepared as the model's own.
        rule: whose probability a patient with several nodules gets; the rule of the training where None.
        include_training_cases: allow cubes that the model was trained on; the figures are then training figures.

    Raises:
        WeightsError: the cubes were prepared otherwise than the model's own.
        CohortError: the store is empty, or holds cubes that the model was trained on.
    """
    predictor.require_preparation(store.preparation_hash)
    if len(store) == 0:
        raise CohortError(f"The store {store.path} is empty. Run `radiogene prepare` first.")
    genes = predictor.model.settings.genes
    rows = [record.row for record in store.records]
    known = frozenset(predictor.model.training_cubes)
    probabilities, seen = [], 0
    for start in range(0, len(rows), READ_AT_ONCE):
        stop = min(start + READ_AT_ONCE, len(rows))
        cubes = np.stack([store.cube(i) for i in range(start, stop)])
        seen += sum(cube_fingerprint(cube) in known for cube in cubes)
        probabilities.append(predictor.probabilities(cubes, rows[start:stop]))
    if seen and not include_training_cases:
        raise CohortError(
            f"{seen} of {len(rows)} nodules of {store.path} were among the model's training cases: figures on them "
            "would say how well they are remembered. Give another cohort, or --include-training-cases to get figures "
            "that are named so."
        )
    nodules = NodulePredictions(
        tuple(row.patient_id for row in rows),
        genes,
        np.concatenate(probabilities),
        label_table(rows, genes),
        np.array([record.largest_extent_mm for record in store.records]),
    )
    return patient_level(nodules, rule or predictor.model.settings.nodule_rule)
