"""The task of the paper: telling classes of photographs apart."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.evaluation.intervals import wilson_share
from radiogene.evaluation.measure import Measure
from radiogene.model.pretrained_folder import PretrainedSettings
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.fitting.fit import FitOutcome
from radiogene.training.fitting.run_options import process_rank
from radiogene.training.pretraining.classification import VALIDATION_ACCURACY, ImageClassification
from radiogene.training.pretraining.held_out_images import (
    HeldOutAccuracy,
    held_out_accuracy,
    held_out_folder,
    right_answers,
)
from radiogene.training.pretraining.image_batches import ImageBatches
from radiogene.training.pretraining.image_folder import ImageFolder, image_folder
from radiogene.training.pretraining.image_scaling import fit_image_scaling
from radiogene.training.pretraining.image_set import ImageSet, Progress, image_set
from radiogene.training.pretraining.image_split import image_split
from radiogene.training.pretraining.pretraining_module import PretrainingModule
from radiogene.training.pretraining.settings import PretrainingSettings
from radiogene.training.pretraining.task import Evidence, OpenedTask, PretrainingTask, measure_words

Decoding = Callable[[], AbstractContextManager[Progress | None]]
"""A bar that is open while images are decoded, and closed before the training opens its own."""


class Photographs(PretrainingTask):
    """A folder of photographs, and perhaps another that only measures the network.

    Args:
        images: a folder with one subfolder of images per class.
        test: a folder with the same subfolders, whose images measure the network once it is chosen.
        decoding: a bar.

    Raises:
        SettingsError: no folder of classes; test images that are trained on or have other classes.
    """

    def __init__(self, images: Path, test: Path | None = None, decoding: Decoding = nullcontext) -> None:
        self.folders = (images,)
        self.folder = image_folder(images)
        self.test_folder = None if test is None else held_out_folder(test, self.folder)
        self.decoding = decoding

    @property
    def identity(self) -> JsonObject:
        """See `PretrainingTask`."""
        test = self.test_folder
        return {"images_sha256": self.folder.sha256, "test_images_sha256": None if test is None else test.sha256}

    def opened(self, settings: PretrainingSettings, place: Path) -> "OpenedPhotographs":
        """See `PretrainingTask`."""
        with self.decoding() as progress:
            images = _decoded(self.folder, "images", settings, place, progress)
            test = self.test_folder
            tests = None if test is None else _decoded(test, "test", settings, place, progress)
        return OpenedPhotographs(settings, images, tests)


class OpenedPhotographs(OpenedTask):
    """Decoded photographs.

    Args:
        settings: of the pretraining.
        images: that fit the network or choose its epoch.
        tests: that only measure it.
    """

    training: ImageBatches
    validation: ImageBatches

    def __init__(self, settings: PretrainingSettings, images: ImageSet, tests: ImageSet | None) -> None:
        self.settings, self.images, self.tests = settings, images, tests
        split = image_split(images.labels, settings.schedule.validation_share, settings.seed)
        self.training, self.validation = (
            ImageBatches(images.pixels, images.labels, positions) for positions in (split.training, split.validation)
        )
        self.scaling = fit_image_scaling(images.pixels, split.training)
        self.remark = "\n".join(words for of in (images, tests) if of is not None and (words := of.remark()))

    @property
    def description(self) -> PretrainedSettings:
        """See `OpenedTask`."""
        return PretrainedSettings(
            self.settings.sizes,
            self.settings.attention,
            self.images.classes,
            self.scaling,
            counts={"images": len(self.images.labels)},
        )

    def module(self, network: FeatureNetwork, parts: int) -> ImageClassification:
        """See `OpenedTask`."""
        classifier = ViewClassifier(network, len(self.images.classes), self.settings.sizes.dropout_keep)
        return ImageClassification(classifier, self.settings, self.scaling, parts)

    def evidence(self, module: PretrainingModule, outcome: FitOutcome, device: torch.device) -> "PhotographEvidence":
        """See `OpenedTask`."""
        classifier, count = cast("ViewClassifier", module.network), len(self.validation)
        if outcome.best_epoch >= 0:
            right = round(outcome.history[outcome.best_epoch][VALIDATION_ACCURACY] * count)
        else:
            right = right_answers(classifier, self.scaling, self.images, self.validation.positions, device)
        return PhotographEvidence(
            classes=self._counts(),
            unusable=self.images.unusable,
            accuracy=wilson_share(right, count),
            test=None if self.tests is None else held_out_accuracy(classifier, self.scaling, self.tests, device),
        )

    def _counts(self) -> dict[str, "ImageCounts"]:
        def count(label: int, positions: NDArray[np.int_]) -> int:
            return int((self.images.labels[positions] == label).sum())

        return {
            name: ImageCounts(count(label, self.training.positions), count(label, self.validation.positions))
            for label, name in enumerate(self.images.classes)
        }


@dataclass(frozen=True)
class ImageCounts:
    """How many images of a class fitted the network, and how many chose its epoch."""

    training: int
    validation: int


@dataclass(frozen=True)
class PhotographEvidence(Evidence):
    """What is known of a network that tells classes apart.

    Attributes:
        classes: images by class.
        unusable: why a file gave no image, by the file's name in the folder.
        accuracy: of the epoch that was chosen, on the images that chose it.
        test: on images that neither fitted nor chose anything; None without such images.
    """

    classes: dict[str, ImageCounts]
    unusable: dict[str, str]
    accuracy: Measure
    test: HeldOutAccuracy | None

    def to_json(self) -> JsonObject:
        """See `Evidence`."""
        content: JsonObject = {
            "images": {
                "classes": to_json(self.classes),
                "unusable_count": len(self.unusable),
                "unusable": to_json(self.unusable),
            },
            "validation": {
                "accuracy": self.accuracy.to_json(),
                "images": sum(counts.validation for counts in self.classes.values()),
                "chose_the_epoch": True,
            },
        }
        return content if self.test is None else {**content, "test": self.test.to_json()}

    def card_lines(self) -> list[str]:
        """See `Evidence`."""
        counts = [f"{name} ({count.training} + {count.validation})" for name, count in self.classes.items()]
        lines = [
            f"* Classes (training + validation images): {', '.join(counts)}; {len(self.unusable)} files gave no image.",
            f"* Validation accuracy: {measure_words(self.accuracy)}. These images chose the epoch, so it is a little "
            "too high.",
        ]
        if self.test is not None:
            lines.append(
                f"* Test accuracy: {measure_words(self.test.accuracy)} on {self.test.images} images that neither "
                "fitted nor chose anything."
            )
        return [
            *lines,
            "",
            "The images are not in this folder. Their licence is yours to keep: photographs that were released for "
            "research only bind the weights' use as well.",
        ]


def _decoded(
    folder: ImageFolder, name: str, settings: PretrainingSettings, place: Path, progress: Progress | None
) -> ImageSet:
    # Every process of a distributed training decodes for itself, so that none waits for another's disk.
    return image_set(folder, settings.sizes.image_size, place / f"{name}-{process_rank()}", progress)
