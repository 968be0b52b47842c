"""Predictions and evaluation of a whole store of cubes."""

import numpy as np

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_blocks import cube_blocks
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.errors import CohortError
from radiogene.evaluation.cohort_nodules import nodule_predictions
from radiogene.evaluation.patient_level import NoduleRule, patient_level
from radiogene.evaluation.predictions import Predictions
from radiogene.model.known_cubes import cube_fingerprint
from radiogene.prediction.predictor import Predictor


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
    cohort = PreparedCohort.of(store)
    known = frozenset(predictor.model.training_cubes)
    probabilities, seen = [], 0
    for block in cube_blocks(cohort):
        seen += sum(cube_fingerprint(cube) in known for cube in block.cubes_zyx)
        probabilities.append(predictor.probabilities(block.cubes_zyx, block.rows))
    if seen and not include_training_cases:
        raise CohortError(
            f"{seen} of {len(store)} nodules of {store.path} were among the model's training cases: figures on them "
            "would say how well they are remembered. Give another cohort, or --include-training-cases to get figures "
            "that are named so."
        )
    nodules = nodule_predictions(cohort, predictor.model.settings.genes, np.concatenate(probabilities))
    return patient_level(nodules, rule or predictor.model.settings.nodule_rule)
