"""Slices in MMDL's training loop."""

import numpy as np
import pytest
import torch

from patients.ct_slices import SliceStack
from patients.slice_training import train_fold, transformed
from radiogene.networks.view_sampling import ViewTransforms
from radiogene.training.batches.augmentation import square_symmetries


def test_turns_flips_and_shifts_move_pixels_whole():
    slices = torch.arange(2 * 8 * 8, dtype=torch.float32).reshape(2, 8, 8)

    def moved(symmetry, shift):
        matrix = torch.from_numpy(square_symmetries()[symmetry]).expand(2, 1, 2, 2)
        return transformed(slices, ViewTransforms(matrix, torch.tensor(shift).expand(2, 1, 2), torch.zeros(2, 1)))

    assert torch.allclose(moved(0, (0.0, 0.0)), slices, atol=1e-3)
    seen = [moved(symmetry, (0.0, 0.0)) for symmetry in range(8)]
    wanted = [torch.rot90(slices, k, (1, 2)) for k in range(4)]
    wanted += [image.flip(2) for image in wanted]
    assert all(any(torch.allclose(image, one, atol=1e-3) for one in wanted) for image in seen)
    assert len({tuple(image.round().flatten().tolist()) for image in seen}) == 8
    shifted = moved(0, (1.0, 0.0))
    assert torch.allclose(shifted[:, 1:], slices[:, :-1], atol=1e-3)
    assert torch.allclose(shifted[:, 0], slices[:, 0], atol=1e-3)


@pytest.mark.long
@pytest.mark.slow
def test_a_fold_learns_slices_and_answers_per_patient(tmp_path):
    generator = np.random.default_rng(0)
    patients = [f"P{number:02}" for number in range(16)]
    labels = {
        p: {"EGFR": number % 2, "KRAS": None if number < 4 else 1 - number % 2} for number, p in enumerate(patients)
    }
    # Mutants are brighter throughout: whoever learns anything learns this.
    hu = [generator.normal(200 if labels[p]["EGFR"] else -600, 50, (64, 64)) for p in patients for _ in range(2)]
    stack = SliceStack(np.stack(hu).astype(np.int16), tuple(p for p in patients for _ in range(2)), (0, 1) * 16)
    fold = train_fold(stack, labels, patients[:12], patients[12:], 0, tmp_path)
    assert fold.predictions.patient_ids == tuple(patients[12:])
    assert fold.predictions.labels.tolist() == [[0, 1], [1, 0], [0, 1], [1, 0]]
    egfr = fold.predictions.probabilities[:, 0]
    assert egfr[[1, 3]].min() > egfr[[0, 2]].max()
    assert [outcome.name for outcome in fold.outcomes] == ["all layers", "fusion"]
