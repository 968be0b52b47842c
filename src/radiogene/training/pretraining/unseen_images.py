"""Images that neither fitted nor stopped a pretraining, and what the network says of them."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from radiogene.errors import SettingsError
from radiogene.evaluation.wilson import wilson_share
from radiogene.model.pretrained_folder import ImageScaling
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.training.pretraining.image_folder import ImageFolder, image_folder
from radiogene.training.pretraining.image_scaling import scaled
from radiogene.training.pretraining.image_set import ImageSet

IMAGES_AT_ONCE = 64


def unseen_folder(path: Path, seen: ImageFolder) -> ImageFolder:
    """The files of a folder of test images.

    Args:
        path: with a subfolder for each class.
        seen: the files that are trained on.

    Raises:
        SettingsError: other classes, or an image that is trained on.
    """
    folder = image_folder(path)
    if folder.classes != seen.classes:
        raise SettingsError(
            f"The test images have the classes {', '.join(folder.classes)}, those of the training are "
            f"{', '.join(seen.classes)}. Give both folders the same subfolders (`test`)."
        )
    trained_on = {file.sha256: file.name for file in seen.files if file.sha256}
    for file in folder.files:
        if file.sha256 in trained_on:
            raise SettingsError(
                f"The test image {file.name} has the same bytes as {trained_on[file.sha256]} of the training: it is "
                "not unseen. Take it out of one of the folders (`test`)."
            )
    return folder


def unseen_accuracy(
    classifier: ViewClassifier, scaling: ImageScaling, images: ImageSet, device: torch.device
) -> dict[str, Any]:
    """Accuracy with its interval, mean cross-entropy and right answers per class, as plain JSON values.

    Args:
        classifier: trained; left in evaluation mode.
        scaling: of its input.
        images: with the same classes.
        device: where to compute.
    """
    labels = torch.from_numpy(images.labels)
    logits = _logits(classifier, scaling, images, device)
    right = logits.argmax(dim=1) == labels
    return {
        "accuracy": wilson_share(int(right.sum()), len(labels)).to_json(),
        "images": len(labels),
        "loss": float(functional.cross_entropy(logits, labels)),
        "classes": {
            name: {"images": int((labels == label).sum()), "right": int(right[labels == label].sum())}
            for label, name in enumerate(images.classes)
        },
        "unusable_count": len(images.unusable),
        "unusable": images.unusable,
    }


def _logits(classifier: ViewClassifier, scaling: ImageScaling, images: ImageSet, device: torch.device) -> Tensor:
    """(N, classes) on the CPU."""
    classifier.to(device).eval()
    parts = []
    with torch.inference_mode():
        for start in range(0, len(images.labels), IMAGES_AT_ONCE):
            pixels = torch.from_numpy(images.pixels[start : start + IMAGES_AT_ONCE].copy()).to(device)
            parts.append(classifier(scaled(pixels, scaling)).float().cpu())
    return torch.cat(parts)
