"""A pretraining from folder to folder: what it writes, what it learns, what starts from it, and what it refuses."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from radiogene.errors import InterruptedTrainingError, SettingsError, TrainingError, WeightsError
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.model.pretrained_folder import PretrainedNetwork, read_pretrained
from radiogene.networks.presets import TINY, build_mmdl, build_view_network, preset_named
from radiogene.training.initial_weights import PretrainedWeights, initial_weights
from radiogene.training.pretraining.photographs import Photographs
from radiogene.training.pretraining.pretrain import pretrain
from radiogene.training.pretraining.schedule import pretraining_schedule_of
from training.pretraining.made_images import CLASSES, OPTIONS, short_settings, write_images
from whole_training import train


def test_the_folder_holds_the_network_without_its_classifier_and_how_it_was_made(pretrained):
    found = read_pretrained(pretrained)
    assert found.settings.classes == CLASSES
    assert found.settings.preset == TINY
    assert set(found.state) == set(build_view_network(TINY).state_dict())
    manifest = json.loads((pretrained / "manifest.json").read_text())
    counts = {"training": 9, "validation": 1}
    assert manifest["images"] == {"classes": dict.fromkeys(CLASSES, counts), "unusable_count": 0, "unusable": {}}
    assert manifest["settings"]["seed"] == 4
    assert manifest["fit"]["epochs"] == 2
    assert manifest["fit"]["stopped_because"] == "the schedule's last epoch"
    accuracy = manifest["validation"]["accuracy"]
    assert accuracy["interval"]["low"] < accuracy["value"] < accuracy["interval"]["high"] or accuracy["value"] in (0, 1)
    history = json.loads((pretrained / "history.json").read_text())["history"]
    assert [set(entry) for entry in history] == [{"epoch", "loss", "validation_loss", "validation_accuracy"}] * 2
    assert "predicts no gene" in (pretrained / "card.md").read_text()


def test_no_file_holds_a_path_or_the_name_of_a_image(pretrained, images):
    for file in pretrained.iterdir():
        content = file.read_bytes()
        assert b"photo-" not in content, file.name
        assert str(images).encode() not in content, file.name
    assert [entry.name for entry in pretrained.parent.iterdir()] == ["network"]


@pytest.mark.slow
def test_it_learns_to_tell_two_classes_apart_and_is_measured_on_test_images(tmp_path):
    images = write_images(tmp_path / "images", each=40)
    tests = write_images(tmp_path / "tests", each=20, seed=1)
    (tests / "lying" / "photo-99.png").write_text("no image")
    told = []
    settings = short_settings(epochs=8, learning_rate=0.003)
    record = pretrain(Photographs(images, tests), settings, tmp_path / "out", OPTIONS, tell=told.append)
    test = json.loads((tmp_path / "out" / "manifest.json").read_text())["test"]
    assert test == record.evidence.test.to_json()
    assert test["images"] == 40
    assert test["classes"]["lying"]["images"] == 20
    right = sum(answers["right"] for answers in test["classes"].values())
    assert test["accuracy"]["value"] == pytest.approx(right / 40)
    assert test["accuracy"]["interval"]["low"] > 0.75
    assert list(test["unusable"]) == ["lying/photo-99.png"]
    assert told == ["1 of 41 files give no image and are left out: " + "lying/photo-99.png (" + told[0].split("(")[1]]
    assert "Test accuracy" in (tmp_path / "out" / "card.md").read_text()


def test_pretrained_weights_arrive_in_every_view_network(pretrained):
    nine = replace(TINY, shared_view_network=False)
    one = read_pretrained(pretrained)
    found = PretrainedNetwork(replace(one.settings, preset=nine), one.state, one.weights_sha256)
    network = build_mmdl(nine, ("EGFR", "KRAS"), clinical_count=3)
    PretrainedWeights(found, nine).load_into(network)
    assert len(network.view_networks) == 18
    for view_network in network.view_networks:
        state = view_network.state_dict()
        assert all(torch.equal(state[name], tensor) for name, tensor in one.state.items())
    different = sum(
        not torch.equal(tensor, one.state[name]) for name, tensor in build_view_network(TINY).state_dict().items()
    )
    assert different > 100


def test_the_heads_stage_leaves_the_pretrained_trunk_as_it_was(
    pretrained, synthetic_patients, short_training, tmp_path
):
    schedule = short_training.schedule
    heads_only = replace(
        schedule,
        branches=replace(schedule.branches, epochs=2),
        all_layers=replace(schedule.all_layers, epochs=0),
        fusion=replace(schedule.fusion, epochs=0),
    )
    settings = replace(short_training, schedule=heads_only, view_names=("axial", "coronal"))
    train(synthetic_patients, settings, tmp_path / "model", OPTIONS, init=str(pretrained))
    manifest = read_nine_view_model(tmp_path / "model").folder.manifest
    assert [stage["name"] for stage in manifest["members"][0]["stages"]] == ["branches"]
    start = manifest["initial_weights"]
    assert (start["kind"], start["classes"], start["images"]) == ("photographs", list(CLASSES), 20)
    weights = load_file(tmp_path / "model" / "model.safetensors")
    trunk = {
        name.partition("view_networks.0.")[2]: value for name, value in weights.items() if "view_networks.0." in name
    }
    expected = load_file(pretrained / "network.safetensors")
    assert set(trunk) == set(expected)
    assert all(torch.equal(trunk[name], tensor) for name, tensor in expected.items())


def test_another_preset_is_refused(pretrained):
    small = preset_named("small")
    with pytest.raises(WeightsError, match=r"preset 'tiny', the training 'small'.*`preset`"):
        initial_weights(str(pretrained), small).load_into(build_mmdl(small, ("EGFR",), clinical_count=0))


def test_without_attention_there_are_no_masks_in_the_folder(images, tmp_path):
    settings = replace(short_settings(epochs=1), attention=False)
    pretrain(Photographs(images), settings, tmp_path / "out", OPTIONS)
    found = read_pretrained(tmp_path / "out")
    assert not found.settings.attention
    assert not any(".mask." in name for name in found.state)


def test_a_loss_that_is_not_a_number_is_refused_and_nothing_is_written(images, tmp_path):
    with pytest.raises(TrainingError, match=r"pretraining became (nan|inf).*`learning_rate`") as refused:
        pretrain(Photographs(images), short_settings(learning_rate=1e30, falling=False), tmp_path / "out", OPTIONS)
    assert not isinstance(refused.value, InterruptedTrainingError)
    assert list(tmp_path.iterdir()) == []


def test_test_images_that_are_trained_on_or_of_other_classes_are_refused(images, tmp_path):
    with pytest.raises(SettingsError, match=r"lying/photo-00.png has the same bytes as lying/photo-00.png"):
        pretrain(Photographs(images, images), short_settings(), tmp_path / "out", OPTIONS)
    other = write_images(tmp_path / "other", each=2, seed=9)
    (other / "standing").rename(other / "tilted")
    with pytest.raises(SettingsError, match="have the classes lying, tilted"):
        pretrain(Photographs(images, other), short_settings(), tmp_path / "out", OPTIONS)
    assert not (tmp_path / "out").exists()


def test_a_result_among_the_classes_is_refused(images):
    with pytest.raises(SettingsError, match="lies in the data's folder"):
        pretrain(Photographs(images), short_settings(), images / "network", OPTIONS)
    assert sorted(entry.name for entry in images.iterdir()) == sorted(CLASSES)


def test_a_folder_with_other_files_is_not_replaced(images, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SettingsError, match="holds other files"):
        pretrain(Photographs(images), short_settings(), tmp_path, OPTIONS)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_the_papers_schedule_is_the_default_of_its_preset():
    schedule = pretraining_schedule_of("paper")
    assert (schedule.optimiser, schedule.batch_images, schedule.epochs) == ("sgd", 16, 100)
    assert (schedule.validation_share, schedule.failures) == (0.1, 5)
    assert {schedule.learning_rate_at(epoch) for epoch in range(100)} == {0.001}
    with pytest.raises(SettingsError, match=r"'huge'; there are paper, small, tiny"):
        pretraining_schedule_of("huge")
