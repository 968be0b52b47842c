"""A folder of pictures in, a pretrained network out."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightning
import numpy as np
from numpy.typing import NDArray

from radiogene.errors import SettingsError
from radiogene.evaluation.measure import Measure
from radiogene.evaluation.wilson import wilson_share
from radiogene.model.pretrained_folder import PretrainedSettings, write_pretrained
from radiogene.networks.presets import build_feature_network
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.training.fitting.fit import FitLength, FitOutcome, fit
from radiogene.training.fitting.process_plans import training_plan, validation_plan
from radiogene.training.fitting.run_options import RunOptions, process_rank, training_device
from radiogene.training.fitting.stopping import falling_training_loss
from radiogene.training.fitting.unfinished import UnfinishedTraining
from radiogene.training.pretraining.card import pretrained_card
from radiogene.training.pretraining.classification import VALIDATION_ACCURACY, PictureClassification
from radiogene.training.pretraining.picture_batches import PictureBatches
from radiogene.training.pretraining.picture_folder import PictureFolder, picture_folder
from radiogene.training.pretraining.picture_scaling import fit_picture_scaling
from radiogene.training.pretraining.picture_set import PictureSet, Progress, picture_set
from radiogene.training.pretraining.picture_split import PictureSplit, picture_split
from radiogene.training.pretraining.settings import PretrainingSettings
from radiogene.training.pretraining.unseen_pictures import unseen_accuracy, unseen_folder

NAME = "pretraining"


@dataclass(frozen=True, eq=False)
class Pretraining:
    """Everything that the steps of one pretraining share.

    Attributes:
        settings: what to train.
        options: how it runs here.
        pictures: of the folder.
        split: which of them validate.
        place: for what is unfinished.
    """

    settings: PretrainingSettings
    options: RunOptions
    pictures: PictureSet
    split: PictureSplit
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
) -> dict[str, Any] | None:
    """Pretrains a network, writes its folder, whole or not at all, and returns its manifest.

    An interrupted pretraining goes on where it stopped, and gives the same bytes.

    Args:
        images: a folder with one subfolder of pictures per class.
        settings: what to train.
        out: the folder of the pretrained network; beside it, `OUT.unfinished` holds what is done until it is written.
        options: device, precision, progress.
        test: a folder with the same subfolders, whose pictures measure the network once it is chosen.
        decoding: a bar that is open while pictures are decoded, and closed before the training opens its own.
        tell: takes one line on files that give no picture, before the training begins.

    Returns:
        None in all processes of a distributed training but the first.

    Raises:
        SettingsError: no folder of classes, or the result would stand in it; test pictures that are trained on or have
            other classes; an unfinished pretraining beside `out` that is another one.
        TrainingError: a class has too few pictures, or the loss is not a number.

    Source: paper, "Deep learning model", pretraining on cats and dogs.
    """
    started = time.monotonic()
    _refuse_result_among(images, out)
    folder = picture_folder(images)
    test_folder = None if test is None else unseen_folder(test, folder)
    command = {
        "settings": settings.to_json(),
        "run": options.of_results(),
        "pictures_sha256": folder.sha256,
        "test_pictures_sha256": None if test_folder is None else test_folder.sha256,
    }
    unfinished = UnfinishedTraining(out, command)
    with unfinished:
        with decoding() as progress:
            pictures = _decoded(folder, "pictures", settings, unfinished.path, progress)
            tests = None if test_folder is None else _decoded(test_folder, "test", settings, unfinished.path, progress)
        for found in (pictures, tests):
            if found is not None and found.unusable and process_rank() == 0:
                tell(found.remark())
        split = picture_split(pictures.labels, settings.schedule.validation_share, settings.seed)
        run = Pretraining(settings, options, pictures, split, unfinished.path / NAME)
        lightning.seed_everything(settings.seed, verbose=False)
        network = build_feature_network(settings.sizes, settings.attention)
        classifier = ViewClassifier(network, len(pictures.classes), settings.sizes.dropout_keep)
        scaling = fit_picture_scaling(pictures.pixels, split.training)
        module = PictureClassification(classifier, settings, scaling, options.parts)
        outcome = _fitted(run, module)
    if process_rank() > 0:
        return None
    described = PretrainedSettings(settings.sizes, settings.attention, pictures.classes, scaling)
    manifest = _manifest(run, outcome)
    if tests is not None:
        manifest["test"] = unseen_accuracy(classifier, scaling, tests, training_device(options))
    manifest["seconds"] = round(time.monotonic() - started, 1)
    card = pretrained_card(described, manifest)
    write_pretrained(out, described, network.state_dict(), manifest, outcome.to_json(), card)
    unfinished.remove()
    return manifest


def _refuse_result_among(images: Path, out: Path) -> None:
    """A result inside the folder of classes would be taken for one of them."""
    if images.resolve() in (out.resolve(), *out.resolve().parents):
        raise SettingsError(f"{out} lies in the folder of pictures {images}. Choose a place outside it (--out).")


def _decoded(
    folder: PictureFolder, name: str, settings: PretrainingSettings, place: Path, progress: Progress | None
) -> PictureSet:
    # Every process of a distributed training decodes for itself, so that none waits for another's disk.
    return picture_set(folder, settings.sizes.image_size, place / f"{name}-{process_rank()}", progress)


def _fitted(run: Pretraining, module: PictureClassification) -> FitOutcome:
    schedule, options = run.settings.schedule, run.options
    training, validation = (
        PictureBatches(run.pictures.pixels, run.pictures.labels, positions)
        for positions in (run.split.training, run.split.validation)
    )
    plan = training_plan(training.known, schedule.batch_pictures, options, seed=run.settings.seed)
    checking = validation_plan(validation.known, schedule.batch_pictures, options)
    length = FitLength(schedule.epochs, falling_training_loss(schedule.failures))
    return fit(NAME, module, training.loader(plan), validation.loader(checking), length, options, run.place)


def _manifest(run: Pretraining, outcome: FitOutcome) -> dict[str, Any]:
    return {
        "settings": run.settings.to_json(),
        "run": run.options.to_json(),
        "pictures": {
            "classes": {
                name: {
                    "training": _count(run, label, run.split.training),
                    "validation": _count(run, label, run.split.validation),
                }
                for label, name in enumerate(run.pictures.classes)
            },
            "unusable_count": len(run.pictures.unusable),
            "unusable": run.pictures.unusable,
        },
        "fit": replace(outcome, history=()).to_json(),
        "validation": {
            "accuracy": _accuracy(run, outcome).to_json(),
            "pictures": len(run.split.validation),
            "chose_the_epoch": True,
        },
    }


def _count(run: Pretraining, label: int, positions: NDArray[np.int_]) -> int:
    return int((run.pictures.labels[positions] == label).sum())


def _accuracy(run: Pretraining, outcome: FitOutcome) -> Measure:
    """The accuracy of the kept epoch on the pictures that chose it."""
    pictures = len(run.split.validation)
    return wilson_share(round(outcome.history[outcome.best_epoch][VALIDATION_ACCURACY] * pictures), pictures)
