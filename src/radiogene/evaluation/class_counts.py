"""The one refusal of patients among whom a gene has one class only, or too few of one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import TrainingError
from radiogene.evaluation.predictions import UNKNOWN
from radiogene.storage.plain_words import counted


def refuse_few_of_a_class(labels: NDArray[np.int8], genes: Sequence[str], fewest: int, part: str) -> None:
    """Refuse a part of a cohort in which a gene has fewer mutants or wild types than are needed.

    Args:
        labels: (N, G) 1 mutant, 0 wild type, -1 unknown.
        genes: G names.
        fewest: how many of each class are needed.
        part: of the cohort, as the message names it.

    Raises:
        TrainingError: naming the part, the gene and the counts.
    """
    for column, gene in enumerate(genes):
        known = labels[labels[:, column] != UNKNOWN, column]
        mutants = int(known.sum())
        wild_types = len(known) - mutants
        if min(mutants, wild_types) < fewest:
            raise TrainingError(
                f"The {part} has {counted(mutants, f'{gene} mutant')} and {counted(wild_types, 'wild type')} among "
                f"{len(labels)} patients; at least {fewest} of each {'is' if fewest == 1 else 'are'} needed. Add "
                f"patients, choose another `seed` or fewer `folds`, or leave {gene} out (`genes`)."
            )
