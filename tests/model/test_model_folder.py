"""Damaged, exchanged and foreign model folders."""

import json
import shutil
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from networks.backbone_names import needs_timm
from radiogene.errors import SettingsError, WeightsError
from radiogene.evaluation.held_out import INNER_VALIDATION, HeldOutPredictions
from radiogene.evaluation.predictions import Predictions
from radiogene.model.card import model_card
from radiogene.model.model_folder import WrittenModel, write_model
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.networks.presets import TINY, build_mmdl, preset_named
from radiogene.storage.checked_files import sha256_of
from radiogene.storage.tensor_file import save_tensors
from radiogene.storage.typed_json import to_json


@pytest.fixture
def copy(trained_model, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(trained_model, folder)
    return folder


def sign(folder):
    """Brings the manifest's hashes up to the files, as someone who edits a model on purpose would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"] = {name: sha256_of(folder / name) for name in manifest["sha256"]}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_copied_folder_gives_the_same_weights(trained_model, copy):
    first, second = read_nine_view_model(trained_model), read_nine_view_model(copy)
    assert first.weights_sha256 == second.weights_sha256
    for a, b in zip(first.networks[0].parameters(), second.networks[0].parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.fixture
def folder_of_densenet(trained_model, tmp_path):
    """The trained model's folder with another backbone, drawn and not trained, and the network that went into it."""
    model = read_nine_view_model(trained_model)
    facts = replace(model.facts, method="densenet121", preset=preset_named("tiny", "densenet121"))
    clinical, views = facts.members[0].clinical.width, len(facts.view_names)
    network = build_mmdl(facts.preset, facts.genes, clinical, views, facts.attention)
    folder = tmp_path / "densenet"
    tensors = {f"0.{name}": tensor for name, tensor in network.state_dict().items()}
    held_out = HeldOutPredictions(Predictions((), facts.genes, np.empty((0, 2)), np.empty((0, 2))), INNER_VALIDATION)
    content = WrittenModel(
        facts,
        lambda place: save_tensors(place / "model.safetensors", tensors),
        model.folder.decision,
        {},
        model.folder.training_cubes,
        (),
        held_out,
    )
    write_model(folder, content)
    return folder, network


@needs_timm
def test_a_folder_says_which_backbone_it_holds(folder_of_densenet):
    folder, network = folder_of_densenet
    model = read_nine_view_model(folder)
    assert model.facts.preset.backbone == "densenet121"
    expected = network.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in model.networks[0].state_dict().items())
    assert not model.facts.has_masks
    assert not (folder / "out_of_fold.csv").exists()


@needs_timm
def test_a_folder_whose_backbone_needs_timm_says_so(folder_of_densenet, monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(SettingsError, match=r'pip install "radiogene\[backbones\]"'):
        read_nine_view_model(folder_of_densenet[0])


@pytest.mark.parametrize("name", ["model.safetensors", "settings.json", "decision.json", "manifest.json"])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(WeightsError, match=name):
        read_nine_view_model(copy)


def test_a_changed_file_is_refused(copy):
    decision = json.loads((copy / "decision.json").read_text())
    decision["genes"]["EGFR"]["threshold"] = 0.01
    (copy / "decision.json").write_text(json.dumps(decision))
    with pytest.raises(WeightsError, match=r"decision\.json is not the file that training wrote"):
        read_nine_view_model(copy)


def test_truncated_weights_are_refused(copy):
    content = (copy / "model.safetensors").read_bytes()
    (copy / "model.safetensors").write_bytes(content[: len(content) // 2])
    with pytest.raises(WeightsError, match="not the file that training wrote"):
        read_nine_view_model(copy)
    sign(copy)
    with pytest.raises(WeightsError, match="damaged"):
        read_nine_view_model(copy)


def test_weights_of_another_network_are_refused(copy):
    tensors = load_file(copy / "model.safetensors")
    name = next(n for n in tensors if n.endswith("fc2.weight"))
    tensors[name] = torch.zeros(3, 128)
    save_file(tensors, copy / "model.safetensors")
    sign(copy)
    with pytest.raises(WeightsError, match="another network"):
        read_nine_view_model(copy)


def test_weights_that_are_not_finite_are_refused(copy):
    tensors = load_file(copy / "model.safetensors")
    name = next(n for n in tensors if n.endswith("fc2.weight"))
    tensors[name] = torch.full_like(tensors[name], float("nan"))
    save_file(tensors, copy / "model.safetensors")
    sign(copy)
    with pytest.raises(WeightsError, match="not finite"):
        read_nine_view_model(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "format 99"),
        ({"surprise": 1}, "found this key, wanted no key of that name"),
        ({"preset": {"name": "tiny"}}, "preset"),
        ({"preset": to_json(TINY) | {"backbone": "vgg17"}}, "No backbone 'vgg17'"),
    ],
)
def test_settings_of_another_version_are_refused(copy, change, message):
    settings = json.loads((copy / "settings.json").read_text()) | change
    (copy / "settings.json").write_text(json.dumps(settings))
    sign(copy)
    with pytest.raises(WeightsError, match=message):
        read_nine_view_model(copy)


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(WeightsError, match=r"manifest\.json"):
        read_nine_view_model(tmp_path)
    with pytest.raises(WeightsError, match="no model folder"):
        read_nine_view_model(tmp_path / "absent")


def test_the_card_says_how_far_answers_move_and_what_so_few_patients_show(trained_model):
    model = read_nine_view_model(trained_model)
    movement = {"median": 0.031, "ninth_decile": 0.092}
    manifest = {"click": {"radius_mm": 3.0, "nodules": 40, "genes": dict.fromkeys(model.facts.genes, movement)}}
    text = model_card(model.facts, model.folder.decision, manifest)
    assert "Marked 3 mm off its centre" in text
    assert "EGFR 0.031 (0.092 in one of ten), KRAS 0.031" in text
    assert "can show nothing of a model (no interval, test or claim from" in text
    assert "Marked" not in model_card(model.facts, model.folder.decision, {})
