"""Pictures that neither fitted nor stopped a pretraining, and what the network says of them."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from radiogene.errors import SettingsError
from radiogene.evaluation.wilson import wilson_share
from radiogene.model.pretrained_folder import PictureScaling
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.training.pretraining.picture_folder import PictureFolder, picture_folder
from radiogene.training.pretraining.picture_scaling import scaled
from radiogene.training.pretraining.picture_set import PictureSet

PICTURES_AT_ONCE = 64


def unseen_folder(path: Path, seen: PictureFolder) -> PictureFolder:
    """The files of a folder of test pictures.

    Args:
        path: with a subfolder for each class.
        seen: the files that are trained on.

    Raises:
        SettingsError: other classes, or a picture that is trained on.
    """
    folder = picture_folder(path)
    if folder.classes != seen.classes:
        raise SettingsError(
            f"The test pictures have the classes {', '.join(folder.classes)}, those of the training are "
            f"{', '.join(seen.classes)}. Give both folders the same subfolders (--test)."
        )
    trained_on = {file.sha256: file.name for file in seen.files if file.sha256}
    for file in folder.files:
        if file.sha256 in trained_on:
            raise SettingsError(
                f"The test picture {file.name} has the same bytes as {trained_on[file.sha256]} of the training: it is "
                "not unseen. Take it out of one of the folders (--test)."
            )
    return folder


def unseen_accuracy(
    classifier: ViewClassifier, scaling: PictureScaling, pictures: PictureSet, device: torch.device
) -> dict[str, Any]:
    """Accuracy with its interval, mean cross-entropy and right answers per class, as plain JSON values.

    Args:
        classifier: trained; left in evaluation mode.
        scaling: of its input.
        pictures: with the same classes.
        device: where to compute.
    """
    labels = torch.from_numpy(pictures.labels)
    logits = _logits(classifier, scaling, pictures, device)
    right = logits.argmax(dim=1) == labels
    return {
        "accuracy": wilson_share(int(right.sum()), len(labels)).to_json(),
        "pictures": len(labels),
        "loss": float(functional.cross_entropy(logits, labels)),
        "classes": {
            name: {"pictures": int((labels == label).sum()), "right": int(right[labels == label].sum())}
            for label, name in enumerate(pictures.classes)
        },
        "unusable_count": len(pictures.unusable),
        "unusable": pictures.unusable,
    }


def _logits(classifier: ViewClassifier, scaling: PictureScaling, pictures: PictureSet, device: torch.device) -> Tensor:
    """(N, classes) on the CPU."""
    classifier.to(device).eval()
    parts = []
    with torch.inference_mode():
        for start in range(0, len(pictures.labels), PICTURES_AT_ONCE):
            pixels = torch.from_numpy(pictures.pixels[start : start + PICTURES_AT_ONCE].copy()).to(device)
            parts.append(classifier(scaled(pixels, scaling)).float().cpu())
    return torch.cat(parts)
