"""A folder of images in, a pretrained network out."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import lightning
import numpy as np
from numpy.typing import NDArray

from radiogene.errors import SettingsError
from radiogene.evaluation.intervals import wilson_share
from radiogene.evaluation.measure import Measure
from radiogene.model.pretrained_folder import PretrainedSettings, write_pretrained
from radiogene.networks.presets import build_feature_network
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.fitting.fit import FitLength, FitOutcome, fit
from radiogene.training.fitting.process_plans import training_plan, validation_plan
from radiogene.training.fitting.run_options import RunOptions, process_rank, training_device
from radiogene.training.fitting.stopping import falling_training_loss
from radiogene.training.fitting.unfinished import UnfinishedTraining, unfinished_folder
from radiogene.training.pretraining.card import pretrained_card
from radiogene.training.pretraining.classification import VALIDATION_ACCURACY, ImageClassification
from radiogene.training.pretraining.held_out_images import held_out_accuracy, held_out_folder
from radiogene.training.pretraining.image_batches import ImageBatches
from radiogene.training.pretraining.image_folder import ImageFolder, image_folder
from radiogene.training.pretraining.image_scaling import fit_image_scaling
from radiogene.training.pretraining.image_set import ImageSet, Progress, image_set
from radiogene.training.pretraining.image_split import ImageSplit, image_split
from radiogene.training.pretraining.record import ImageCounts, PretrainingRecord
from radiogene.training.pretraining.settings import PretrainingSettings

NAME = "pretraining"


@dataclass(frozen=True, eq=False)
class Pretraining:
    """Everything that the steps of one pretraining share.

    Attributes:
        settings: what to train.
        options: how it runs here.
        images: of the folder.
        split: which of them validate.
        place: for what is unfinished.
    """

    settings: PretrainingSettings
    options: RunOptions
    images: ImageSet
    split: ImageSplit
    place: Path


def pretrain(
    images: Path,
    settings: PretrainingSettings,
    out: Path,
    options: RunOptions,
    *,
    test: Path | None = None,
    decoding: Callable[[], AbstractContextManager[Progress | None]] = nullcontext,
    tell: Callable[[str], None] = lambda remark: None,
) -> PretrainingRecord | None:
    """Pretrains a network, writes its folder, whole or not at all, and returns how it was made.

    An interrupted pretraining goes on where it stopped, and gives the same bytes.

    Args:
        images: a folder with one subfolder of images per class.
        settings: what to train.
        out: the folder of the pretrained network; beside it, `OUT.unfinished` holds what is done until it is written.
        options: device, precision, progress.
        test: a folder with the same subfolders, whose images measure the network once it is chosen.
        decoding: a bar that is open while images are decoded, and closed before the training opens its own.
        tell: takes one line on files that give no image, before the training begins.

    Returns:
        None in all processes of a distributed training but the first.

    Raises:
        SettingsError: no folder of classes, or the result would stand in it; test images that are trained on or have
            other classes; an unfinished pretraining beside `out` that is another one.
        TrainingError: a class has too few images, or the loss is not a number.

    Source: paper, "Deep learning model", pretraining on cats and dogs.
    """
    started = time.monotonic()
    _refuse_result_among(images, out)
    folder = image_folder(images)
    test_folder = None if test is None else held_out_folder(test, folder)
    command: JsonObject = {
        "settings": settings.to_json(),
        "run": options.of_results(),
        "images_sha256": folder.sha256,
        "test_images_sha256": None if test_folder is None else test_folder.sha256,
    }
    unfinished = UnfinishedTraining(unfinished_folder(out), command)
    with unfinished:
        with decoding() as progress:
            decoded = _decoded(folder, "images", settings, unfinished.path, progress)
            tests = None if test_folder is None else _decoded(test_folder, "test", settings, unfinished.path, progress)
        for decoded_images in (decoded, tests):
            if decoded_images is not None and decoded_images.unusable and process_rank() == 0:
                tell(decoded_images.remark())
        split = image_split(decoded.labels, settings.schedule.validation_share, settings.seed)
        run = Pretraining(settings, options, decoded, split, unfinished.path / NAME)
        lightning.seed_everything(settings.seed, verbose=False)
        network = build_feature_network(settings.sizes, settings.attention)
        classifier = ViewClassifier(network, len(decoded.classes), settings.sizes.dropout_keep)
        scaling = fit_image_scaling(decoded.pixels, split.training)
        module = ImageClassification(classifier, settings, scaling, options.parts)
        outcome = _fitted(run, module)
    if process_rank() > 0:
        return None
    described = PretrainedSettings(settings.sizes, settings.attention, decoded.classes, scaling)
    record = PretrainingRecord(
        settings=settings,
        options=options,
        classes=_image_counts(run),
        unusable=decoded.unusable,
        fit=outcome.without_history,
        accuracy=_accuracy(run, outcome),
        test=None if tests is None else held_out_accuracy(classifier, scaling, tests, training_device(options)),
        seconds=round(time.monotonic() - started, 1),
    )
    card = pretrained_card(described, record)
    write_pretrained(out, described, network.state_dict(), record.to_json(), to_json(outcome), card)
    unfinished.remove()
    return record


def _refuse_result_among(images: Path, out: Path) -> None:
    """A result inside the folder of classes would be taken for one of them."""
    if images.resolve() in (out.resolve(), *out.resolve().parents):
        raise SettingsError(f"{out} lies in the folder of images {images}. Choose a place outside it (`out`).")


def _decoded(
    folder: ImageFolder, name: str, settings: PretrainingSettings, place: Path, progress: Progress | None
) -> ImageSet:
    # Every process of a distributed training decodes for itself, so that none waits for another's disk.
    return image_set(folder, settings.sizes.image_size, place / f"{name}-{process_rank()}", progress)


def _fitted(run: Pretraining, module: ImageClassification) -> FitOutcome:
    schedule, options = run.settings.schedule, run.options
    training, validation = (
        ImageBatches(run.images.pixels, run.images.labels, positions)
        for positions in (run.split.training, run.split.validation)
    )
    plan = training_plan(training.known, schedule.batch_images, options, seed=run.settings.seed)
    checking = validation_plan(validation.known, schedule.batch_images, options)
    length = FitLength(schedule.epochs, falling_training_loss(schedule.failures))
    return fit(NAME, module, training.loader(plan), validation.loader(checking), length, options, run.place)


def _image_counts(run: Pretraining) -> dict[str, ImageCounts]:
    return {
        name: ImageCounts(_count(run, label, run.split.training), _count(run, label, run.split.validation))
        for label, name in enumerate(run.images.classes)
    }


def _count(run: Pretraining, label: int, positions: NDArray[np.int_]) -> int:
    return int((run.images.labels[positions] == label).sum())


def _accuracy(run: Pretraining, outcome: FitOutcome) -> Measure:
    """The accuracy of the kept epoch on the images that chose it."""
    images = len(run.split.validation)
    return wilson_share(round(outcome.history[outcome.best_epoch][VALIDATION_ACCURACY] * images), images)
