"""The benchmark on real nodules: who is in which part, and how it scores; the nodules themselves where they are."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from patients.lidc_nodules import RATINGS, crops, cubes_as_volumes
from patients.nodule_configurations import CONFIGURATIONS, Fit, NoduleCohort, areas, folds_of
from patients.nodule_scores import RatedScores, auc_of_folds, mean_of_ratings
from radiogene.methods.method_settings import NineViewSettings
from radiogene.methods.settings_file import typed_settings
from radiogene.training.pretraining.requested import RequestedPretraining

CUBES = Path(__file__).parents[3] / "shared" / "data" / "lidc_nodule_cubes_51mm"


def test_a_crop_of_a_patient_who_may_be_held_out_is_left_out(tmp_path):
    lines = [
        {
            "patient_id": f"LIDC-IDRI-{number:04d}",
            "nodule_id": "1",
            "Texture_value": 3,
            "Spiculation_value": 3,
            "Malignancy_value": 3,
        }
        for number in (5, 8, 12)
    ]
    with (tmp_path / "nodules.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    found = crops(tmp_path, [(7, 9)])
    assert [nodule.name for nodule in found] == ["LIDC-IDRI-0005_R_1", "LIDC-IDRI-0012_R_1"]
    assert found[0].rated == (True, True, False)
    assert found[0].image == tmp_path / "image" / "LIDC-IDRI-0005_R_1.nii.gz"


def test_every_cube_is_held_out_once_and_every_fold_has_both_kinds():
    labels = (np.random.default_rng(0).random((75, 3)) < (0.33, 0.28, 0.4)).astype(np.int8)
    folds = folds_of(labels, 5, seed=1)
    assert sorted(np.concatenate([held_out for _, held_out in folds]).tolist()) == list(range(75))
    for fitting, held_out in folds:
        assert not set(fitting) & set(held_out)
        assert labels[held_out, 0].min() == 0 < labels[held_out, 0].max()


def test_areas_are_of_the_held_out_cubes():
    labels = np.array([[0, 1, 0], [1, 0, 1], [0, 0, 1], [1, 1, 0]], dtype=np.int8)
    right = Fit(np.array([0, 1]), labels[[0, 1]].astype(float), np.empty((0, 3)))
    wrong = Fit(np.array([2, 3]), 1.0 - labels[[2, 3]], np.empty((0, 3)))
    scores = RatedScores(areas([[right, wrong]], labels))
    assert scores.areas[:, 0].tolist() == [[1.0, 0.0]] * 3
    assert mean_of_ratings(scores) == 0.5
    assert auc_of_folds(scores)["TEXTURE"]["auc"] == 0.5


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda one: one.name)
def test_every_configuration_is_one_that_the_program_takes(configuration):
    typed_settings(NineViewSettings, {**configuration.settings, "genes": RATINGS}, "settings")
    if configuration.on_crops:
        typed_settings(RequestedPretraining, {**configuration.pretraining, "columns": RATINGS}, "settings")


@pytest.mark.skipif(not CUBES.is_dir(), reason="the cubes of LIDC-IDRI are not there (../shared/data)")
def test_the_program_reads_the_real_cubes_in_their_place(tmp_path):
    nodules = cubes_as_volumes(CUBES, tmp_path / "volumes")
    assert [sum(column) for column in zip(*(nodule.rated for nodule in nodules), strict=True)] == [25, 21, 30]
    cohort = NoduleCohort.prepared(nodules[:2], tmp_path).opened()
    arrays = np.load(CUBES / "cubes.npz", allow_pickle=False)
    for position in range(2):
        # The program centres its cube on the marking; the eight samples about the centre are half a millimetre off it.
        centre = np.mean(np.nonzero(arrays["mask"][position]), axis=1)
        offsets = np.stack(np.meshgrid(*[(-0.5, 0.5)] * 3, indexing="ij")).reshape(3, 8)
        expected = ndimage.map_coordinates(arrays["hu"][position].astype(float), centre[:, None] + offsets, order=3)
        ours = cohort.cube(position)[31:33, 31:33, 31:33].ravel()
        assert ours == pytest.approx(expected, abs=25)
        assert cohort.segment(position).sum() == pytest.approx(arrays["mask"][position].sum(), rel=0.1)
