"""Every view of every nodule as an example of its own, in the order of a batch plan."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from radiogene.training.batches.batch_plan import BatchPart, BatchPlan
from radiogene.training.batches.training_patients import PatientBatch, TrainingPatients
from radiogene.training.training_cohort import TrainingCohort


class ViewBatch(NamedTuple):
    """Some views, one row each; a tuple because Lightning moves those to a device as they are.

    Attributes:
        nodules: B cubes with their labels.
        views: (B,) int64, which view of each.
    """

    nodules: PatientBatch
    views: Tensor


def nodules_of(cohort: TrainingCohort, chosen: NDArray[np.int_]) -> TrainingPatients:
    """Some nodules of a cohort, without clinical values.

    Args:
        cohort: N nodules.
        chosen: (M,) positions in it; one that is there several times is an example as often.
    """
    nothing = np.zeros((len(cohort.index), 0), dtype=np.float32)
    return TrainingPatients(cohort.cubes_zyx, nothing, cohort.labels, cohort.index, chosen)


class NoduleViews(Dataset[ViewBatch]):
    """The views of some nodules of a cohort, indexed by the parts of a batch plan.

    Args:
        cohort: N nodules.
        chosen: (M,) positions of these nodules in it.
        views: V; example n is view n % V of nodule n // V.
    """

    def __init__(self, cohort: TrainingCohort, chosen: NDArray[np.int_], views: int) -> None:
        self.nodules = nodules_of(cohort, np.repeat(chosen, views))
        self.views = views

    @property
    def known(self) -> NDArray[np.bool_]:
        """(M V, G) which labels of the examples are known."""
        return self.nodules.known

    def __len__(self) -> int:
        return len(self.nodules)

    def __getitem__(self, part: BatchPart) -> ViewBatch:
        return ViewBatch(self.nodules[part], torch.from_numpy(part.positions % self.views))

    def loader(self, plan: BatchPlan) -> DataLoader[ViewBatch]:
        """A loader of the parts of a plan."""
        return DataLoader(self, batch_size=None, sampler=plan)
