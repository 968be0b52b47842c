"""From pictures to one probability per patient and gene: the mean over the patient's pictures."""

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.methods.deep.patient_pictures import PatientPictures, PictureKind, PixelScaling
from radiogene.networks.picture_network import PictureNetwork

PICTURES_AT_ONCE = 16


def deep_probabilities(
    network: PictureNetwork,
    kind: PictureKind,
    scaling: PixelScaling,
    pictures: PatientPictures,
    patients: NDArray[np.int_],
    values: NDArray[np.float32],
) -> NDArray[np.float64]:
    """P(mutant) (M, G), the mean over each patient's pictures, in evaluation mode, without gradients.

    Args:
        network: left in evaluation mode.
        kind: from pictures to network input.
        scaling: of that input.
        pictures: of N patients.
        patients: (M,) positions of those to predict.
        values: (N, K) what joins, of all.
    """
    device = next(network.parameters()).device
    network.eval()
    chosen = pictures.of_patients(patients)
    found = []
    with torch.inference_mode():
        for start in range(0, len(chosen), PICTURES_AT_ONCE):
            part = chosen[start : start + PICTURES_AT_ONCE]
            read = torch.from_numpy(pictures.pictures[part]).to(device)
            joined = torch.from_numpy(values[pictures.owners[part]]).to(device)
            logits = network(kind.network_input(read, scaling, None), joined)
            found.append(torch.sigmoid(logits.double()).cpu().numpy())
    each, owners = np.concatenate(found), pictures.owners[chosen]
    return np.stack([each[owners == patient].mean(axis=0) for patient in patients])
