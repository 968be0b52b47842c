"""What the members of a training say of patients that they were not fitted on: the ground of its thresholds."""

from collections.abc import Sequence

import numpy as np

from radiogene.evaluation.held_out import (
    INNER_VALIDATION,
    OUT_OF_FOLD,
    CrossValidation,
    HeldOutPredictions,
    mean_predictions,
)
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.evaluation.predictions import Predictions
from radiogene.training.members.members import Member
from radiogene.training.members.trained_member import TrainedMember
from radiogene.training.training_cohort import TrainingCohort


def held_out_predictions(
    cohort: TrainingCohort, members: Sequence[Member], trained: Sequence[TrainedMember], rule: NoduleRule
) -> HeldOutPredictions:
    """The predictions out of fold, or, without folds, of the inner validation patients.

    Args:
        cohort: all nodules.
        members: of the training.
        trained: the same members, trained.
        rule: whose probability a patient with several nodules gets.
    """
    pairs = list(zip(members, trained, strict=True))
    with_folds = [pair for pair in pairs if pair[0].fold is not None]
    each = {
        member: cohort.patient_predictions(done.positions, done.probabilities, rule)
        for member, done in with_folds or pairs
    }
    runs = tuple(
        _cross_validation(seed, {member: of_fold for member, of_fold in each.items() if member.seed == seed})
        for seed in dict.fromkeys(member.seed for member, _ in with_folds)
    )
    return HeldOutPredictions(
        mean_predictions(list(each.values())), OUT_OF_FOLD if with_folds else INNER_VALIDATION, runs
    )


def _cross_validation(seed: int, each: dict[Member, Predictions]) -> CrossValidation:
    """The folds of one seed, one after the other."""
    of_folds = list(each.values())
    folds = [np.full(len(predictions.patient_ids), member.fold) for member, predictions in each.items()]
    return CrossValidation(
        seed,
        Predictions(
            tuple(patient for predictions in of_folds for patient in predictions.patient_ids),
            of_folds[0].genes,
            np.concatenate([predictions.probabilities for predictions in of_folds]),
            np.concatenate([predictions.labels for predictions in of_folds]),
        ),
        np.concatenate(folds).astype(np.int64),
    )
