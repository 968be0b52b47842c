"""A pretraining on nodules without labels: what it writes and learns, what starts from it, and what it refuses."""

import importlib.util
import json
from dataclasses import replace
from math import log

import pytest
import torch

import radiogene as rg
from radiogene.cohort.identity.cube_fingerprint import fingerprints
from radiogene.errors import SettingsError, TrainingError
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.model.pretrained_folder import read_pretrained
from radiogene.networks.presets import TINY, build_view_network
from radiogene.training.batches.batch_plan import BatchPlan
from radiogene.training.pretraining.nodules.unlabelled_nodules import UnlabelledNodules, chance_loss
from radiogene.training.pretraining.pretrain import pretrain
from training.pretraining.made_images import OPTIONS
from training.pretraining.nodules.made_nodules import unlabelled_settings
from whole_training import train

pytestmark = pytest.mark.skipif(importlib.util.find_spec("lightly") is None, reason="lightly (extra ssl) is absent")


def test_the_folder_holds_the_view_network_alone(unlabelled, rated_cohort):
    found = read_pretrained(unlabelled)
    assert (found.settings.kind, found.settings.columns) == ("self-supervised", ())
    assert found.settings.counts == {"patients": 16, "nodules": 17}
    assert set(found.state) == set(build_view_network(TINY).state_dict())
    assert found.training_cubes == set(fingerprints(rated_cohort.source.cube(i) for i in range(17)))
    manifest = json.loads((unlabelled / "manifest.json").read_text())
    assert manifest["nodules"]["validation_patients"] == 5
    assert manifest["validation"]["chance_loss"] == pytest.approx(
        log(2 * manifest["nodules"]["validation_nodules"] - 1)
    )
    assert "lightly" in manifest["method"]["name"]
    for file in unlabelled.iterdir():
        assert b"R-0-" not in file.read_bytes(), file.name


def test_chance_is_the_loss_of_images_that_all_look_the_same(rated_cohort, tmp_path):
    opened = UnlabelledNodules(rated_cohort).opened(unlabelled_settings(), tmp_path)
    module = opened.module(build_view_network(TINY), parts=1).eval()
    module.network.forward = lambda images: torch.ones(len(images), 8)
    parts = [opened.validation[part] for part in BatchPlan(opened.validation.known, 5, parts=2)]
    summed = sum(float(module.part_loss(part, None)) for part in parts)
    assert summed == pytest.approx(chance_loss([len(part.nodules) for part in parts]))
    assert chance_loss([3, 2]) == pytest.approx((3 * log(5) + 2 * log(3)) / 5)


def test_two_looks_at_each_nodule_are_compared(rated_cohort, tmp_path):
    opened = UnlabelledNodules(rated_cohort).opened(unlabelled_settings(), tmp_path)
    torch.manual_seed(0)
    module = opened.module(build_view_network(TINY), parts=1).eval()
    batch = opened.training[next(iter(BatchPlan(opened.training.known, 6, seed=1)))]
    with torch.no_grad():
        images = module._images(batch, 2)
        assert images.shape == (12, 3, TINY.image_size, TINY.image_size)
        first, second = module.network(images).chunk(2)
        both = torch.nn.functional.normalize(torch.cat([first, second]), dim=1)
        alike = (both @ both.T / 0.5).fill_diagonal_(-torch.inf)
        partner = (torch.arange(12) + 6) % 12
        expected = torch.nn.functional.cross_entropy(alike, partner)
        assert torch.allclose(module.part_loss(batch, 2), expected, atol=1e-5)
        assert torch.equal(module.part_loss(batch, None), module.part_loss(batch, None))


@pytest.mark.slow
def test_it_learns_to_tell_nodules_apart(rated_cohort, tmp_path):
    settings = unlabelled_settings(epochs=12, learning_rate=0.003, batch_images=12)
    pretrain(UnlabelledNodules(rated_cohort), settings, tmp_path / "out", OPTIONS)
    history = json.loads((tmp_path / "out" / "history.json").read_text())["history"]
    assert history[-1]["loss"] < history[0]["loss"] - 0.1


@pytest.mark.long
def test_a_training_on_the_same_nodules_says_how_many_and_the_model_knows_all(
    synthetic_patients, short_training, unlabelled, rated_cohort, tmp_path
):
    pretrain(UnlabelledNodules(synthetic_patients), unlabelled_settings(epochs=1), tmp_path / "start", OPTIONS)
    stages = short_training.schedule
    once = replace(
        stages,
        branches=replace(stages.branches, epochs=1),
        all_layers=replace(stages.all_layers, epochs=0),
        fusion=replace(stages.fusion, epochs=0),
    )
    settings = replace(short_training, schedule=once, view_names=("axial",))
    nodules = len(synthetic_patients.source)
    for start, shared in ((tmp_path / "start", nodules), (unlabelled, 0)):
        train(synthetic_patients, settings, tmp_path / f"model-{shared}", OPTIONS, init=str(start))
        folder = read_nine_view_model(tmp_path / f"model-{shared}").folder
        said = folder.manifest["initial_weights"]
        assert (said["kind"], said["cubes_of_this_training"]) == ("self-supervised", shared)
        assert said["views"] == ["axial", "coronal"]
        assert set(folder.training_cubes) >= read_pretrained(start).training_cubes
        assert len(folder.training_cubes) == (nodules if shared else nodules + 17)


def test_what_cannot_be_meant_is_refused(rated_store, rated_cohort, tmp_path, monkeypatch):
    out = tmp_path / "out"
    with pytest.raises(SettingsError, match="a batch stays whole: leave `accumulate`"):
        rg.pretrain(
            rated_store,
            out,
            self_supervised=True,
            settings={"preset": "tiny"},
            run={"accumulate": 2, "accelerator": "cpu"},
        )
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(TrainingError, match="has 3 patients to pretrain on"):
        pretrain(UnlabelledNodules(rated_cohort.at([0, 1, 2])), unlabelled_settings(), out, OPTIONS)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"needs lightly: pip install \"radiogene\[ssl\]\""):
        UnlabelledNodules(rated_cohort)
