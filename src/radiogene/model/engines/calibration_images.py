"""Images of training patients, from which an int8 network takes its scales."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.cohort.identity.cube_fingerprint import cohort_fingerprint_of, cube_fingerprint
from radiogene.cohort.store.joined_stores import Stores
from radiogene.errors import CohortError
from radiogene.model.engines.export_record import Calibration
from radiogene.model.inference import sampler_of
from radiogene.model.nine_view_model import NineViewModel
from radiogene.networks.standardisation import standardised

MOST_CUBES = 64
"""Patients whose images are looked at; scales hardly move with more."""


@dataclass(frozen=True, eq=False)
class CalibrationImages:
    """Standardised views of training patients.

    Attributes:
        views_hu: (N, V, S, S) float32 HU.
        record: how many, and which.
    """

    views_hu: torch.Tensor
    record: Calibration

    def of_member(self, model: NineViewModel, member: int) -> NDArray[np.float32]:
        """The network input (N, V, S, S) float32 of one member."""
        return standardised(self.views_hu, model.facts.members[member].standardisation).numpy()


def calibration_images(model: NineViewModel, store: Stores, most: int = MOST_CUBES) -> CalibrationImages:
    """The images of a store of the model's training cubes.

    Args:
        model: to be quantised.
        store: of its training; a cube that it was not trained on is refused, because scales set on the patients that
            an evaluation is about would tell the network of them.
        most: cubes that are taken, those with the smallest fingerprints.

    Raises:
        WeightsError: the cubes were prepared otherwise than the model's own.
        CohortError: the store is empty, or a cube is no training cube of the model.
    """
    model.facts.require_preparation(store.preparation_hash)
    if len(store) == 0:
        raise CohortError(f"The store {store.path} is empty. Give `calibration` the store of the training.")
    known = frozenset(model.folder.training_cubes)
    cubes = {cube_fingerprint(store.cube(index)): index for index in range(len(store))}
    strangers = sorted(set(cubes) - known)
    if strangers:
        raise CohortError(
            f"{len(strangers)} of {len(cubes)} cubes of {store.path} were not among the model's training cubes. The "
            "scales of an int8 network are set on training patients only: give `calibration` the store of the training."
        )
    chosen = sorted(cubes)[:most]
    sampler = sampler_of(model.facts)
    with torch.inference_mode():
        views = torch.cat([sampler(torch.from_numpy(store.cube(cubes[name]))[None]) for name in chosen])
    return CalibrationImages(views, Calibration(len(chosen), cohort_fingerprint_of(chosen)))
