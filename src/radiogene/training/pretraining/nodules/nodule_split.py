"""Which nodules choose the epoch of a pretraining: those of a share of the patients."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.splits import inner_validation_split
from radiogene.errors import TrainingError
from radiogene.evaluation.predictions import UNKNOWN
from radiogene.storage.plain_words import counted
from radiogene.training.training_cohort import TrainingCohort

FEWEST_PATIENTS = 4
"""Two to fit on and two to choose the epoch with: fewer have nothing to be told from."""


@dataclass(frozen=True, eq=False)
class NoduleSplit:
    """Positions of nodules in their cohort; all nodules of a patient are in one part.

    Attributes:
        fitting: weights and scaling are fitted on these.
        validation: these choose the epoch.
    """

    fitting: NDArray[np.int_]
    validation: NDArray[np.int_]


def nodule_split(cohort: TrainingCohort, share: float, seed: int) -> NoduleSplit:
    """The split by patient, stratified over the columns; a patient with any nodule of 1 counts as 1.

    Args:
        cohort: all nodules.
        share: of the patients that choose the epoch, rounded; at least two of them.
        seed: of the draw.

    Raises:
        TrainingError: fewer than four patients.
    """
    labels: dict[str, dict[str, int | None]] = {}
    for row, of_nodule in zip(cohort.rows, cohort.labels.tolist(), strict=True):
        of_patient = labels.setdefault(row.patient_id, dict.fromkeys(cohort.genes))
        for column, label in zip(cohort.genes, of_nodule, strict=True):
            if label != UNKNOWN:
                of_patient[column] = max(label, of_patient[column] or 0)
    if len(labels) < FEWEST_PATIENTS:
        raise TrainingError(
            f"The store has {counted(len(labels), 'patient')} to pretrain on; wanted {FEWEST_PATIENTS} or more, two of "
            "them to choose the epoch. Add patients."
        )
    enough = max(share, 2 / len(labels))
    fold = inner_validation_split(tuple(labels), labels, enough, seed)
    return NoduleSplit(cohort.of_patients(fold.train_ids), cohort.of_patients(fold.test_ids))


def refuse_one_class(cohort: TrainingCohort, split: NoduleSplit) -> None:
    """Refuse columns of which a part of the nodules knows one value only, or none.

    Raises:
        TrainingError: naming the column, the part and the counts.
    """
    for part, positions in (("fit the network", split.fitting), ("choose the epoch", split.validation)):
        for number, column in enumerate(cohort.genes):
            own = cohort.labels[positions, number]
            ones, zeros = int((own == 1).sum()), int((own == 0).sum())
            if not ones or not zeros:
                raise TrainingError(
                    f"Of {len(own)} nodules that {part}, {ones} have 1 in {column} and {zeros} have 0; wanted at least "
                    f"one of each. Add patients, choose another `seed` or a larger `validation_share`, or leave "
                    f"{column} out (`columns`)."
                )
