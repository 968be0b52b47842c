"""Planted views: own views are the patient's, donated ones the donor's, and one choice for training and prediction."""

from csv import DictReader

import numpy as np
import pytest
import torch

import radiogene as rg
from harness.planted_views import (
    PlantedViews,
    PlantedViewSampler,
    phantom_donors,
    planes_of,
    planted_views,
    segment_in_own_views,
    views_to_plant,
)
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.ct.nine_views import VIEW_NAMES, ViewSampling, views_named
from radiogene.errors import SettingsError
from radiogene.model.inference import sampler_of
from radiogene.networks.view_sampling import ViewSampler
from radiogene.training.batches.augmentation import fixed_transforms
from training_loops.made_store import made_store

pytestmark = pytest.mark.long

OWN = ("coronal", "P,L-F")


def cubes(count, seed):
    return np.random.default_rng(seed).integers(-1000, 400, (count, 64, 64, 64)).astype(np.int16)


@pytest.fixture(scope="module")
def planted():
    return PlantedViews(OWN, cubes(8, seed=1))


@pytest.mark.parametrize("mixed", [False, True])
def test_own_views_are_the_patients_and_all_others_the_donors_augmented_alike(planted, mixed):
    patients = torch.from_numpy(cubes(3, seed=2))
    sampler, plain = PlantedViewSampler(planted, 16), ViewSampler(16)
    transforms = fixed_transforms(3, 9, symmetry=5, shift_mm=(2.0, -3.0))
    donors = torch.from_numpy(planted.donors_zyx)[sampler.donor_of(patients)]
    with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
        found = sampler(patients, transforms)
    for position, name in enumerate(VIEW_NAMES):
        source = patients if name in OWN else donors
        assert torch.equal(found[:, position], plain(source, transforms)[:, position])


def test_the_donor_is_a_function_of_the_cubes_content_alone_and_all_donors_give(planted):
    sampler = PlantedViewSampler(planted, 16)
    many = torch.from_numpy(cubes(64, seed=3))
    donors = sampler.donor_of(many)
    assert torch.equal(donors.flip(0), sampler.donor_of(many.flip(0)))
    assert torch.equal(donors, sampler.donor_of(many.float()))
    assert set(donors.tolist()) == set(range(8))
    changed = many.clone()
    changed[:, 0, 0, 0] += 1
    assert (sampler.donor_of(changed) != donors).float().mean() > 0.7


def test_no_label_tells_the_donor(tmp_path):
    # Cubes that differ by their mean brightness, as those of mutants and wild types may.
    planted = PlantedViews(("axial",), cubes(4, seed=1))
    sampler = PlantedViewSampler(planted, 16)
    bright, dark = torch.from_numpy(cubes(128, seed=4) // 4 + 300), torch.from_numpy(cubes(128, seed=5) // 4)
    counts = [np.bincount(sampler.donor_of(part).numpy(), minlength=4) for part in (bright, dark)]
    assert np.min(counts) >= 16
    assert np.max(counts) <= 50


def test_views_are_told_from_their_axes_in_any_subset_and_sampling():
    for sampling in ViewSampling:
        names = ("sagittal", "F,L-P", "L,P-F")
        assert planes_of(ViewSampler(16, sampling, views_named(names))) == names
        assert planes_of(ViewSampler(16, sampling)) == VIEW_NAMES


def test_a_segment_is_seen_in_own_views_only(planted):
    segment = np.zeros((64, 64, 64), dtype=bool)
    segment[20:44, 20:44, 20:44] = True
    inside = segment_in_own_views(segment, PlantedViewSampler(planted, 32))
    assert [name for name, view in zip(VIEW_NAMES, inside, strict=True) if view.any()] == list(OWN)


def test_training_and_prediction_cut_the_same_views_and_no_other_model_does(tmp_path, planted):
    made = made_store(tmp_path / "store", 16)
    settings = {
        "preset": "tiny",
        "folds": 2,
        "views": ("axial", "coronal"),
        "seed": 1,
        "all_layers": {"epochs": 1},
        "fusion": {"epochs": 0},
        "clinical": (),
    }
    with planted_views(planted):
        table = tmp_path / "out_of_fold.csv"
        model = rg.train(made, tmp_path / "model", settings=settings, run={"accelerator": "cpu"}, out_of_fold=table)
        sampler = sampler_of(model.predictor.facts)
        assert isinstance(sampler, PlantedViewSampler)
        asked = PreparedCohort.of(made)
        inside = model.predictor.model.method.member_probabilities(asked)
        again = rg.load_model(tmp_path / "model").predictor.model.method.member_probabilities(asked)
    outside = rg.load_model(tmp_path / "model").predictor.model.method.member_probabilities(asked)
    assert np.array_equal(inside, again)
    assert np.abs(inside - outside).max() > 1e-6
    with table.open(encoding="utf-8") as stream:
        held_out = [
            (int(row["patient_id"].removeprefix("patient-")), float(row["EGFR_probability"]))
            for row in DictReader(stream)
        ]
    assert len(held_out) == 16
    for patient, probability in held_out:
        assert np.abs(inside[:, patient, 0] - probability).min() < 1e-5
    assert type(sampler_of(model.predictor.facts)) is ViewSampler


def test_views_that_do_not_exist_and_banks_without_cubes_are_refused():
    with pytest.raises(SettingsError, match="expected some of axial"):
        PlantedViews(("front",), cubes(1, seed=0))
    with pytest.raises(SettingsError, match="expected some of axial"):
        PlantedViews((), cubes(1, seed=0))
    with pytest.raises(SettingsError, match=r"expected \(donors, 64, 64, 64\)"):
        PlantedViews(("axial",), cubes(0, seed=0))


def test_donors_are_phantom_patients_and_planted_views_are_drawn_by_seed():
    bank = phantom_donors(2, workers=1)
    assert bank.shape == (2, 64, 64, 64)
    assert bank.dtype == np.int16
    assert not np.array_equal(bank[0], bank[1])
    assert views_to_plant(9, seed=0) == VIEW_NAMES
    assert len(views_to_plant(3, seed=0)) == 3
    assert len({views_to_plant(1, seed) for seed in range(12)}) > 3
