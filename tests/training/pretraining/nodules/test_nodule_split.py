"""Patients that choose the epoch: none is in both parts, both classes are in both."""

import numpy as np
import pytest

from radiogene.errors import TrainingError
from radiogene.training.pretraining.nodules.column_labels import column_labels
from radiogene.training.pretraining.nodules.nodule_split import nodule_split, refuse_one_class
from radiogene.training.training_cohort import training_cohort


@pytest.fixture(scope="module")
def cohort(rated_cohort):
    nodules = rated_cohort.by_nodule
    return training_cohort(nodules, ("TEXTURE",), column_labels(nodules, ("TEXTURE",)))


def test_every_patient_is_in_one_part_with_all_nodules(cohort):
    assert len(cohort.index) == 13
    for seed in range(5):
        split = nodule_split(cohort, 0.3, seed)
        assert sorted([*split.fitting, *split.validation]) == list(range(13))
        fitting, chosen = ({cohort.rows[i].patient_id for i in part} for part in (split.fitting, split.validation))
        assert not fitting & chosen
        assert len(chosen) == 4
        refuse_one_class(cohort, split)
    other = nodule_split(cohort, 0.3, 1)
    assert not np.array_equal(other.validation, nodule_split(cohort, 0.3, 2).validation)


def test_two_patients_at_least_choose_the_epoch_and_fewer_than_four_are_refused(cohort, rated_cohort):
    split = nodule_split(cohort, 0.01, 0)
    assert len({cohort.rows[i].patient_id for i in split.validation}) == 2
    few = rated_cohort.at([0, 1, 2]).by_nodule
    with pytest.raises(TrainingError, match="has 2 patients to pretrain on; wanted 4 or more"):
        nodule_split(training_cohort(few, ("TEXTURE",), column_labels(few, ("TEXTURE",))), 0.3, 0)


def test_one_class_in_a_part_is_refused(rated_cohort):
    nodules = rated_cohort.by_nodule
    labels = column_labels(nodules, ("TEXTURE",))
    labels[labels == 0] = 1
    cohort = training_cohort(nodules, ("TEXTURE",), labels)
    with pytest.raises(TrainingError, match=r"9 nodules that fit.*9 have 1 in TEXTURE and 0 have 0.*`columns`"):
        refuse_one_class(cohort, nodule_split(cohort, 0.3, 0))
