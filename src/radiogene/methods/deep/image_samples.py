"""Images with their patients' values and labels as tensors: parts of batches, in the order of a batch plan."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from radiogene.evaluation.predictions import UNKNOWN
from radiogene.methods.deep.patient_images import PatientImages
from radiogene.training.batches.batch_plan import BatchPart, BatchPlan


class SampleBatch(NamedTuple):
    """Some images, one row each; a tuple because Lightning moves those to a device as they are.

    Attributes:
        images: (B, ...) as they were read.
        values: (B, K) float32 of their patients, standardised.
        labels: (B, G) float32, 1 mutant and 0 wild type; 0 where unknown.
        known: (B, G) bool.
        known_total: (G,) how many are known in the whole batch of which this is a part.
        keys: (B,) numbers that seed what is drawn for each image.
    """

    images: Tensor
    values: Tensor
    labels: Tensor
    known: Tensor
    known_total: Tensor
    keys: Tensor


class ImageSamples(Dataset[SampleBatch]):
    """The images of some patients, indexed by the parts of a batch plan.

    Args:
        images: of all patients; only those of a batch are read.
        patients: positions of the patients to use.
        values: (N, K) float32 of all patients.
        labels: (N, G) int of all patients, -1 where unknown.
    """

    def __init__(
        self,
        images: PatientImages,
        patients: NDArray[np.int_],
        values: NDArray[np.float32],
        labels: NDArray[np.int8],
    ) -> None:
        self.images = images
        self.chosen = images.of_patients(patients)
        self.values = values
        self.labels = labels

    @property
    def known(self) -> NDArray[np.bool_]:
        """(M, G) whose label is known, of the chosen images. What a batch plan asks for."""
        known: NDArray[np.bool_] = self.labels[self.images.owners[self.chosen]] != UNKNOWN
        return known

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, part: BatchPart) -> SampleBatch:
        chosen = self.chosen[part.positions]
        owners = self.images.owners[chosen]
        labels = self.labels[owners]
        known = (labels != UNKNOWN) & part.counted[:, None]
        return SampleBatch(
            torch.from_numpy(self.images.images[chosen]),
            torch.from_numpy(self.values[owners]),
            torch.from_numpy(np.where(labels == UNKNOWN, 0, labels).astype(np.float32)),
            torch.from_numpy(known),
            torch.from_numpy(part.known_total),
            torch.from_numpy(self.images.keys[chosen]),
        )

    def loader(self, plan: BatchPlan) -> DataLoader[SampleBatch]:
        """A loader of the parts of a plan."""
        return DataLoader(self, batch_size=None, sampler=plan)
