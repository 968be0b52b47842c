"""What the members of a training say of patients that they were not fitted on: the ground of its thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.decision.decision import INNER_VALIDATION, OUT_OF_FOLD
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.evaluation.predictions import Predictions
from radiogene.training.members.members import Member
from radiogene.training.members.trained_member import TrainedMember
from radiogene.training.training_cohort import TrainingCohort


@dataclass(frozen=True, eq=False)
class SeedRun:
    """The out-of-fold predictions of one seed's cross-validation.

    Attributes:
        seed: of its folds.
        predictions: every patient once.
        folds: (N,) number of the fold in which each patient was held out.
    """

    seed: int
    predictions: Predictions
    folds: NDArray[np.int64]

    def to_json(self) -> dict[str, Any]:
        """The AUC per gene over pairs within a fold, with its interval.

        Nothing that depends on a threshold: the threshold is set on these very predictions.
        """
        genes = {}
        for name in self.predictions.genes:
            gene = self.predictions.gene(name)
            found = foldwise_auc(gene.labels, gene.probabilities, self.folds[gene.known])
            genes[name] = {
                "auc": found.auc.to_json(),
                "patients": int(gene.labels.size),
                "mutants": int((gene.labels == 1).sum()),
                "pairs": found.pairs,
                "folds": found.folds,
                "folds_without_pairs": list(found.folds_without_pairs),
            }
        return {"seed": self.seed, "genes": genes}


@dataclass(frozen=True, eq=False)
class UnseenPredictions:
    """Predictions that may set thresholds.

    Attributes:
        predictions: one row per patient, the mean over the members that had not seen it.
        set_on: which predictions these are, in words.
        runs: the cross-validation of each seed; none without folds.
    """

    predictions: Predictions
    set_on: str
    runs: tuple[SeedRun, ...]

    @property
    def folds(self) -> NDArray[np.int64] | None:
        """(N,) the fold in which each patient was held out, by the first seed's folds; None without folds."""
        if not self.runs:
            return None
        first = self.runs[0]
        fold_of = dict(zip(first.predictions.patient_ids, first.folds.tolist(), strict=True))
        return np.array([fold_of[patient] for patient in self.predictions.patient_ids], dtype=np.int64)


def unseen_predictions(
    cohort: TrainingCohort, members: Sequence[Member], trained: Sequence[TrainedMember], rule: NoduleRule
) -> UnseenPredictions:
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
        _seed_run(seed, {member: found for member, found in each.items() if member.seed == seed})
        for seed in dict.fromkeys(member.seed for member, _ in with_folds)
    )
    return UnseenPredictions(_mean(list(each.values())), OUT_OF_FOLD if with_folds else INNER_VALIDATION, runs)


def _seed_run(seed: int, each: dict[Member, Predictions]) -> SeedRun:
    """The folds of one seed, one after the other."""
    found = list(each.values())
    folds = [np.full(len(predictions.patient_ids), member.fold) for member, predictions in each.items()]
    return SeedRun(
        seed,
        Predictions(
            tuple(patient for predictions in found for patient in predictions.patient_ids),
            found[0].genes,
            np.concatenate([predictions.probabilities for predictions in found]),
            np.concatenate([predictions.labels for predictions in found]),
        ),
        np.concatenate(folds).astype(np.int64),
    )


def _mean(each: Sequence[Predictions]) -> Predictions:
    """The mean probability of every patient that is in any of them."""
    probabilities: dict[str, list[NDArray[np.float64]]] = {}
    labels: dict[str, NDArray[np.int8]] = {}
    for predictions in each:
        for patient, row, known in zip(
            predictions.patient_ids, predictions.probabilities, predictions.labels, strict=True
        ):
            probabilities.setdefault(patient, []).append(row)
            labels[patient] = known
    return Predictions(
        tuple(probabilities),
        each[0].genes,
        np.array([np.mean(rows, axis=0) for rows in probabilities.values()]),
        np.array([labels[patient] for patient in probabilities]),
    )
