"""The cohort as tensors: network input, clinical values, labels and which of them are known."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from radiogene.evaluation.predictions import UNKNOWN
from radiogene.training.batches.batch_plan import BatchPart, BatchPlan
from radiogene.training.batches.stored_cubes import Cubes


class PatientBatch(NamedTuple):
    """Some nodules, one row each; a tuple because Lightning moves those to a device as they are.

    Attributes:
        inputs: (B, 64, 64, 64) int16 HU, or (B, T, V, C) float32 features of a frozen network.
        clinical: (B, K) float32, standardised.
        labels: (B, G) float32, 1 mutant and 0 wild type; 0 where unknown.
        known: (B, G) bool.
        known_total: (G,) how many are known in the whole batch of which this is a part.
        nodules: (B,) position of each nodule in the store.
    """

    inputs: Tensor
    clinical: Tensor
    labels: Tensor
    known: Tensor
    known_total: Tensor
    nodules: Tensor


class TrainingPatients(Dataset[PatientBatch]):
    """Some nodules of a cohort, indexed by the parts of a batch plan; inputs are read when a batch wants them.

    Args:
        inputs: of all N nodules of the cohort: (N, 64, 64, 64) int16 HU, or (N, T, V, C) float32 features.
        clinical: (N, K) float32, coded by an encoder fitted on training patients.
        labels: (N, G) int, -1 where unknown.
        index: (N,) position of each nodule in the store; it seeds what is drawn for it.
        chosen: (M,) positions in the cohort of these nodules; None takes all.
    """

    def __init__(
        self,
        inputs: Cubes | NDArray[np.float32],
        clinical: NDArray[np.float32],
        labels: NDArray[np.int8],
        index: Sequence[int],
        chosen: NDArray[np.int_] | None = None,
    ) -> None:
        self.inputs = inputs
        self.chosen = np.arange(len(index)) if chosen is None else chosen
        labels = labels[self.chosen]
        self.clinical = torch.from_numpy(clinical[self.chosen])
        self.known = labels != UNKNOWN
        self.labels = torch.from_numpy(np.where(labels == UNKNOWN, 0, labels)).to(torch.float32)
        self.index = torch.as_tensor(list(index))[self.chosen]

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, part: BatchPart) -> PatientBatch:
        chosen = torch.from_numpy(part.positions)
        known = self.known[part.positions] & part.counted[:, None]
        return PatientBatch(
            torch.from_numpy(self.inputs[self.chosen[part.positions]]),
            self.clinical[chosen],
            self.labels[chosen],
            torch.from_numpy(known),
            torch.from_numpy(part.known_total),
            self.index[chosen],
        )

    def loader(self, plan: BatchPlan, *, pinned: bool = False) -> DataLoader[PatientBatch]:
        """A loader of the parts of a plan.

        Args:
            plan: which nodules make a batch.
            pinned: True for a CUDA GPU: batches lie where it fetches them while it goes on computing.
        """
        return DataLoader(self, batch_size=None, sampler=plan, pin_memory=pinned)
