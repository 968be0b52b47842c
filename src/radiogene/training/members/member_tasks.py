"""The members of a training, one after the other or side by side: the same bytes, and each goes on by itself."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.joined_stores import open_stores
from radiogene.errors import SettingsError, WorkersError
from radiogene.parallel.dask_worker import missing_here
from radiogene.parallel.workers import Workers, in_parallel
from radiogene.storage.folder_lock import locked_folder
from radiogene.storage.place import Place
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.initial_weights import InitialWeights
from radiogene.training.members.member_training import train_member
from radiogene.training.members.members import Member
from radiogene.training.members.trained_member import TrainedMember
from radiogene.training.settings import TrainingSettings
from radiogene.training.training_cohort import TrainingCohort, training_cohort


@dataclass(frozen=True, eq=False)
class MemberTask:
    """What a worker needs to train members of one training; it reads the cubes for itself.

    Attributes:
        stores: places of the cubes.
        nodules: of `PreparedCohort`.
        labels: (N, G) in place of those of the table; None for those.
        settings: what to train.
        initial: where it starts.
        options: how it runs there.
        place: folder of the unfinished training.
    """

    stores: tuple[Place, ...]
    nodules: tuple[tuple[int, ...], ...]
    labels: NDArray[np.int8] | None
    settings: TrainingSettings
    initial: InitialWeights
    options: RunOptions
    place: Path


def trained_members(
    cohort: TrainingCohort, members: Sequence[Member], task: MemberTask, workers: Workers
) -> list[TrainedMember]:
    """The members in their order; in all processes of a distributed training but the first, none.

    Args:
        cohort: that the task describes, for members that this process trains.
        members: to train.
        task: what they share.
        workers: 1 trains them here, one after the other.

    Raises:
        SettingsError: several workers, and several processes for each batch.
        TrainingError: the loss is not a number.
        WorkersError: a worker ended, or cannot be used.
    """
    if workers == 1:
        return [done for member in members if (done := _trained(cohort, member, task)) is not None]
    if task.options.processes > 1:
        raise SettingsError(
            f"`devices` {task.options.devices} `nodes` {task.options.nodes} share every batch of one member after the "
            "other; members side by side (`workers`, `scheduler`) have one process each. Give one or the other."
        )
    alone = replace(task, options=replace(task.options, progress=False))
    by_number: list[TrainedMember | None] = [None] * len(members)
    tasks = ((number, member, alone) for number, member in enumerate(members))
    with closing(in_parallel(train_numbered, tasks, workers, ordered=False)) as trained:
        for number, done in trained:
            by_number[number] = done
    return [done for done in by_number if done is not None]


def train_numbered(number: int, member: Member, task: MemberTask) -> tuple[int, TrainedMember | None]:
    """A member's number and the trained member, by a worker.

    Args:
        number: of the member.
        member: to train.
        task: what the members share.

    Raises:
        WorkersError: this machine does not see the store or the training's folder.
    """
    for place in (*task.stores, task.place):
        if missing := missing_here(place):
            raise WorkersError(f"{missing[0].upper()}{missing[1:]}.")
    prepared = PreparedCohort(open_stores(task.stores), task.nodules)
    cohort = training_cohort(prepared, task.settings.genes, task.labels)
    with locked_folder(task.place / member.name):
        return number, _trained(cohort, member, task)


def _trained(cohort: TrainingCohort, member: Member, task: MemberTask) -> TrainedMember | None:
    return train_member(cohort, member, task.settings, task.initial, task.options, task.place / member.name)
