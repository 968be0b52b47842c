"""Batch plans of this process: its parts of every training batch, and of the validation data."""

import numpy as np
from numpy.typing import NDArray

from radiogene.training.batches.batch_plan import BatchPlan
from radiogene.training.fitting.run_options import RunOptions, process_rank


def training_plan(
    known: NDArray[np.bool_], batch: int, options: RunOptions, *, seed: int, first_epoch: int = 0
) -> BatchPlan:
    """This process's parts of shuffled batches.

    Args:
        known: (N, G) bool, what counts in the loss.
        batch: of the optimiser.
        options: into how many parts it is cut.
        seed: of the order.
        first_epoch: epochs that earlier stages used up.
    """
    return BatchPlan(
        known,
        batch,
        parts=options.parts,
        rank=process_rank(),
        processes=options.processes,
        seed=seed,
        first_epoch=first_epoch,
    )


def validation_plan(known: NDArray[np.bool_], batch: int, options: RunOptions) -> BatchPlan:
    """This process's parts of one batch of everything, so that the loss is a mean over all of it.

    Args:
        known: (N, G) bool, what counts in the loss.
        batch: about the size of a part.
        options: among how many processes it is shared.
    """
    parts = -(-len(known) // batch)
    return BatchPlan(
        known,
        len(known),
        parts=-(-parts // options.processes) * options.processes,
        rank=process_rank(),
        processes=options.processes,
    )
