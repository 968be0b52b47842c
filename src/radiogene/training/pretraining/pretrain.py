"""A task in, a pretrained network out: photographs to tell apart, or nodules."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import lightning

from radiogene.errors import SettingsError
from radiogene.model.pretrained_folder import write_pretrained
from radiogene.networks.presets import build_feature_network
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.fitting.fit import FitLength, FitOutcome, fit
from radiogene.training.fitting.process_plans import training_plan, validation_plan
from radiogene.training.fitting.run_options import RunOptions, process_rank, training_device
from radiogene.training.fitting.stopping import falling_training_loss
from radiogene.training.fitting.unfinished import UnfinishedTraining, unfinished_folder
from radiogene.training.pretraining.card import pretrained_card
from radiogene.training.pretraining.pretraining_module import PretrainingModule
from radiogene.training.pretraining.record import PretrainingRecord
from radiogene.training.pretraining.settings import PretrainingSettings
from radiogene.training.pretraining.task import OpenedTask, PretrainingTask

NAME = "pretraining"


@dataclass(frozen=True, eq=False)
class Pretraining:
    """Everything that the steps of one pretraining share.

    Attributes:
        settings: what to train.
        options: how it runs here.
        task: with its data.
        place: for what is unfinished.
    """

    settings: PretrainingSettings
    options: RunOptions
    task: OpenedTask
    place: Path


def pretrain(
    task: PretrainingTask,
    settings: PretrainingSettings,
    out: Path,
    options: RunOptions,
    *,
    tell: Callable[[str], None] = lambda remark: None,
) -> PretrainingRecord | None:
    """Pretrains a network, writes its folder, whole or not at all, and returns how it was made.

    An interrupted pretraining goes on where it stopped, and gives the same bytes.

    Args:
        task: what to learn, on what.
        settings: of the network and its schedule.
        out: the folder of the pretrained network; beside it, `OUT.unfinished` holds what is done until it is written.
        options: device, precision, progress.
        tell: takes a line on what cannot be used, before the training begins.

    Returns:
        None in all processes of a distributed training but the first.

    Raises:
        SettingsError: the result would stand among the data, or an unfinished pretraining beside `out` is another one.
        TrainingError: too few data, or the loss is not a number.

    Source: paper, "Deep learning model", pretraining on cats and dogs.
    """
    started = time.monotonic()
    _refuse_result_among(task.folders, out)
    command: JsonObject = {"settings": settings.to_json(), "run": options.of_results(), **task.identity}
    unfinished = UnfinishedTraining(unfinished_folder(out), command)
    with unfinished:
        opened = task.opened(settings, unfinished.path)
        if opened.remark and process_rank() == 0:
            for line in opened.remark.splitlines():
                tell(line)
        lightning.seed_everything(settings.seed, verbose=False)
        network = build_feature_network(settings.sizes, settings.attention)
        module = opened.module(network, options.parts)
        outcome = _fitted(Pretraining(settings, options, opened, unfinished.path / NAME), module)
    if process_rank() > 0:
        return None
    evidence = opened.evidence(module, outcome, training_device(options))
    seconds = round(time.monotonic() - started, 1)
    record = PretrainingRecord(settings, options, evidence, outcome.without_history, seconds)
    card = pretrained_card(opened.description, record)
    state = network.state_dict()
    write_pretrained(
        out, opened.description, state, record.to_json(), to_json(outcome), card, sorted(set(opened.fingerprints))
    )
    unfinished.remove()
    return record


def _refuse_result_among(folders: tuple[Path, ...], out: Path) -> None:
    """A result inside a folder of classes would be taken for one of them; a store is for `prepare` alone to write."""
    for folder in folders:
        if folder.resolve() in (out.resolve(), *out.resolve().parents):
            raise SettingsError(f"{out} lies in the data's folder {folder}. Choose a place outside it (`out`).")


def _fitted(run: Pretraining, module: PretrainingModule) -> FitOutcome:
    schedule, options, task = run.settings.schedule, run.options, run.task
    plan = training_plan(task.training.known, schedule.batch_images, options, seed=run.settings.seed)
    checking = validation_plan(task.validation.known, schedule.batch_images, options)
    loaders = task.training.loader(plan), task.validation.loader(checking)
    length = FitLength(schedule.epochs, falling_training_loss(schedule.failures))
    return fit(NAME, module, *loaders, length, options, run.place)
