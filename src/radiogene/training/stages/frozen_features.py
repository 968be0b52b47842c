"""The features of a frozen network at every flip, turn and stated translation, computed once for all epochs."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.networks.mmdl import MMDL
from radiogene.networks.standardisation import Standardisation, standardised
from radiogene.networks.view_sampling import ViewSampler
from radiogene.storage.atomic_files import atomic_path
from radiogene.storage.regular_file import refuse_special
from radiogene.training.batches.augmentation import SYMMETRIES, fixed_transforms
from radiogene.training.batches.stored_cubes import Cubes
from radiogene.training.stages.schedule import Shift

NODULES_AT_ONCE = 16


def frozen_features(
    path: Path,
    network: MMDL,
    sampler: ViewSampler,
    standardisation: Standardisation,
    cubes_zyx: Cubes,
    shifts_mm: tuple[Shift, ...],
) -> NDArray[np.float32]:
    """The features (N, T, V, C) of N nodules in T = 8 x len(shifts_mm) variants, mapped from a file.

    Variant 8 s + k has the s-th translation and the k-th flip or turn; variant 0 is the view as it is. The network is
    in evaluation mode, so a feature depends on its own image alone.

    Args:
        path: of the features (.npy); where it exists, they are read instead of computed.
        network: frozen; left in evaluation mode.
        sampler: from cubes to views.
        standardisation: fitted on the training patients.
        cubes_zyx: (N, 64, 64, 64) int16 HU.
        shifts_mm: translations; the first is none at all.

    Source: method.md section 3, stage 3.
    """
    if not path.exists():
        with atomic_path(path) as temporary:
            _write(temporary, network, sampler, standardisation, cubes_zyx, shifts_mm)
    refuse_special(path)
    features: NDArray[np.float32] = np.load(path, mmap_mode="r", allow_pickle=False)
    return features


def _write(
    path: Path,
    network: MMDL,
    sampler: ViewSampler,
    standardisation: Standardisation,
    cubes_zyx: Cubes,
    shifts_mm: tuple[Shift, ...],
) -> None:
    network.eval()
    device = next(network.parameters()).device
    shape = (len(cubes_zyx), SYMMETRIES * len(shifts_mm), network.views, network.feature_count)
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    with path.open("wb") as stream, torch.inference_mode():
        # Written in order, not through a mapping: behind a mapping a full disk ends the process.
        np.lib.format.write_array_header_2_0(stream, header)
        for start in range(0, len(cubes_zyx), NODULES_AT_ONCE):
            cubes = torch.from_numpy(cubes_zyx[start : start + NODULES_AT_ONCE]).to(device)
            block = np.empty((len(cubes), *shape[1:]), dtype="<f4")
            for variant in range(shape[1]):
                shift, symmetry = divmod(variant, SYMMETRIES)
                transforms = fixed_transforms(len(cubes), network.views, symmetry, shifts_mm[shift]).to(device)
                views = standardised(sampler(cubes, transforms), standardisation)
                block[:, variant] = network.view_features(views).float().cpu().numpy()
            stream.write(block.tobytes())
