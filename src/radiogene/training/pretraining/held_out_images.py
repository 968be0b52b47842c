"""Test images, which neither fitted nor stopped a pretraining, and what the network says of them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from radiogene.errors import SettingsError
from radiogene.evaluation.intervals import wilson_share
from radiogene.evaluation.measure import Measure
from radiogene.model.pretrained_folder import ImageScaling
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.pretraining.image_folder import ImageFolder, image_folder
from radiogene.training.pretraining.image_scaling import scaled
from radiogene.training.pretraining.image_set import ImageSet

IMAGES_AT_ONCE = 64


def held_out_folder(path: Path, trained_on: ImageFolder) -> ImageFolder:
    """The files of a folder of test images.

    Args:
        path: with a subfolder for each class.
        trained_on: the files of the training.

    Raises:
        SettingsError: other classes, or an image that is trained on.
    """
    folder = image_folder(path)
    if folder.classes != trained_on.classes:
        raise SettingsError(
            f"The test images have the classes {', '.join(folder.classes)}, those of the training are "
            f"{', '.join(trained_on.classes)}. Give both folders the same subfolders (`test`)."
        )
    names = {file.sha256: file.name for file in trained_on.files if file.sha256}
    for file in folder.files:
        if file.sha256 in names:
            raise SettingsError(
                f"The test image {file.name} has the same bytes as {names[file.sha256]} of the training: it is "
                "not unseen. Take it out of one of the folders (`test`)."
            )
    return folder


@dataclass(frozen=True)
class ClassAnswers:
    """The images of a class, and how many of them were told rightly."""

    images: int
    right: int


@dataclass(frozen=True)
class HeldOutAccuracy:
    """What a network says of test images.

    Attributes:
        accuracy: with its interval.
        images: how many.
        loss: mean cross-entropy.
        classes: right answers, by class.
        unusable_count: files without an image.
        unusable: why, by file.
    """

    accuracy: Measure
    images: int
    loss: float
    classes: dict[str, ClassAnswers]
    unusable_count: int
    unusable: dict[str, str]

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        return {
            "accuracy": self.accuracy.to_json(),
            "images": self.images,
            "loss": self.loss,
            "classes": {name: to_json(answers) for name, answers in self.classes.items()},
            "unusable_count": self.unusable_count,
            "unusable": to_json(self.unusable),
        }


def held_out_accuracy(
    classifier: ViewClassifier, scaling: ImageScaling, images: ImageSet, device: torch.device
) -> HeldOutAccuracy:
    """What the network says of images that neither fitted nor chose anything.

    Args:
        classifier: trained; left in evaluation mode.
        scaling: of its input.
        images: with the same classes.
        device: where to compute.
    """
    labels = torch.from_numpy(images.labels)
    logits = _logits(classifier, scaling, images, np.arange(len(labels)), device)
    right = logits.argmax(dim=1) == labels
    return HeldOutAccuracy(
        accuracy=wilson_share(int(right.sum()), len(labels)),
        images=len(labels),
        loss=float(functional.cross_entropy(logits, labels)),
        classes={
            name: ClassAnswers(int((labels == label).sum()), int(right[labels == label].sum()))
            for label, name in enumerate(images.classes)
        },
        unusable_count=len(images.unusable),
        unusable=images.unusable,
    )


def right_answers(
    classifier: ViewClassifier,
    scaling: ImageScaling,
    images: ImageSet,
    positions: NDArray[np.int_],
    device: torch.device,
) -> int:
    """How many of some images the network puts into their class.

    Args:
        classifier: trained; left in evaluation mode.
        scaling: of its input.
        images: of which these are some.
        positions: of the images in the set.
        device: where to compute.
    """
    found = _logits(classifier, scaling, images, positions, device).argmax(dim=1)
    return int((found == torch.from_numpy(images.labels[positions])).sum())


def _logits(
    classifier: ViewClassifier,
    scaling: ImageScaling,
    images: ImageSet,
    positions: NDArray[np.int_],
    device: torch.device,
) -> Tensor:
    """(N, classes) of the images at these positions (N,), on the CPU."""
    classifier.to(device).eval()
    parts = []
    with torch.inference_mode():
        for start in range(0, len(positions), IMAGES_AT_ONCE):
            pixels = torch.from_numpy(images.pixels[positions[start : start + IMAGES_AT_ONCE]]).to(device)
            parts.append(classifier(scaled(pixels, scaling)).float().cpu())
    return torch.cat(parts)
