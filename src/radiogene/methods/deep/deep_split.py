"""Which networks a deep system trains, and on whom: the splits are those of MMDL's training."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from radiogene.evaluation.class_counts import refuse_few_of_a_class
from radiogene.evaluation.predictions import UNKNOWN
from radiogene.methods.method_settings import NetworkSettings
from radiogene.training.members.members import Member, members_of
from radiogene.training.settings import KeptModel, TrainingSettings
from radiogene.training.stages.schedule import schedule_of


def deep_members(settings: NetworkSettings, patient_ids: Sequence[str], labels: NDArray[np.int8]) -> list[Member]:
    """The networks of a fit, in order; all repeats share the splits of the first seed.

    So a patient is held out by the same fold in every repeat, and the mean of its predictions still has one fold. With
    folds, a network refitted on all patients is kept, and the folds' networks only set its thresholds, as for MMDL.

    Args:
        settings: folds, seeds, genes, preset.
        patient_ids: N patients.
        labels: (N, G) 1 mutant, 0 wild type, -1 unknown.

    Raises:
        CohortError: a gene with fewer mutants or wild types than folds.
        TrainingError: a part of a split in which a gene has no mutant or no wild type.
    """
    known = {
        patient: {
            gene: None if label == UNKNOWN else int(label) for gene, label in zip(settings.genes, row, strict=True)
        }
        for patient, row in zip(patient_ids, labels, strict=True)
    }
    as_mmdl = TrainingSettings(
        genes=settings.genes,
        schedule=schedule_of(settings.preset),
        seed=settings.seed,
        folds=settings.folds,
        keep=KeptModel.REFIT if settings.folds else KeptModel.ENSEMBLE,
    )
    members = [
        replace(member, seed=member.seed + repeat, name=f"repeat-{repeat}-{member.name}")
        for repeat in range(settings.seeds)
        for member in members_of(as_mmdl, known)
    ]
    for member in members:
        where = "" if member.fold is None else f" of fold {member.fold}"
        for part, ids in (("training", member.fitting_ids), ("inner validation", member.validation_ids)):
            refuse_few_of_a_class(labels[positions_of(patient_ids, ids)], settings.genes, 1, f"{part} part{where}")
    return members


def positions_of(patient_ids: Sequence[str], chosen: Sequence[str]) -> NDArray[np.int_]:
    """Positions of the chosen patients, in the order of all."""
    wanted = set(chosen)
    return np.array([n for n, patient in enumerate(patient_ids) if patient in wanted], dtype=int)
