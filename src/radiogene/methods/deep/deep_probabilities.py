"""From images to one probability per patient and gene: the mean over the patient's images."""

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.methods.deep.patient_images import ImageKind, PatientImages, PixelScaling
from radiogene.networks.image_network import ImageNetwork

IMAGES_AT_ONCE = 16


def deep_probabilities(
    network: ImageNetwork,
    kind: ImageKind,
    scaling: PixelScaling,
    images: PatientImages,
    patients: NDArray[np.int_],
    values: NDArray[np.float32],
) -> NDArray[np.float64]:
    """P(mutant) (M, G), the mean over each patient's images, in evaluation mode, without gradients.

    Args:
        network: left in evaluation mode.
        kind: from images to network input.
        scaling: of that input.
        images: of N patients.
        patients: (M,) positions of those to predict.
        values: (N, K) what joins, of all.
    """
    device = next(network.parameters()).device
    network.eval()
    chosen = images.of_patients(patients)
    found = []
    with torch.inference_mode():
        for start in range(0, len(chosen), IMAGES_AT_ONCE):
            part = chosen[start : start + IMAGES_AT_ONCE]
            read = torch.from_numpy(images.images[part]).to(device)
            joined = torch.from_numpy(values[images.owners[part]]).to(device)
            logits = network(kind.network_input(read, scaling, None), joined)
            found.append(torch.sigmoid(logits.double()).cpu().numpy())
    each, owners = np.concatenate(found), images.owners[chosen]
    return np.stack([each[owners == patient].mean(axis=0) for patient in patients])
