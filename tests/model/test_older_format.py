"""Model folders of format 1: MMDL's read and answer as before, those of compared systems are refused."""

import json
import shutil

import numpy as np
import pytest

from model.held_out_files import sign
from radiogene.errors import WeightsError
from radiogene.methods.trained_model import load_trained_model
from radiogene.model.model_folder import read_model_facts
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.prediction.predictor import Predictor

NEW_KEYS = ("method", "columns", "clinical_at")
"""Of `settings.json`, that format 1 did not have."""


@pytest.fixture
def older(trained_model, tmp_path):
    """A model folder as version 0.1 wrote it."""
    folder = shutil.copytree(trained_model, tmp_path / "older")
    settings = json.loads((folder / "settings.json").read_text())
    for key in NEW_KEYS:
        settings.pop(key)
    (folder / "settings.json").write_text(json.dumps(settings | {"format": 1}))
    manifest = json.loads((folder / "manifest.json").read_text())
    for key in ("method", "description", "notes"):
        manifest.pop(key)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    sign(folder)
    return folder


def test_an_older_folder_of_mmdl_reads_and_answers_the_same(older, trained_model, synthetic_patients):
    before, now = load_trained_model(older), load_trained_model(trained_model)
    assert before.entry.name == "mmdl"
    assert before.facts == now.facts
    assert before.decision == now.decision
    assert before.training_cubes == now.training_cubes
    assert before.weights_sha256 == now.weights_sha256
    assert read_model_facts(older) == read_model_facts(trained_model)
    few = synthetic_patients.at([3, 0, 8])
    answers = [
        Predictor(model).predict_store(few, include_training_cases=True).predictions.probabilities
        for model in (before, now)
    ]
    np.testing.assert_array_equal(answers[0], answers[1])
    assert read_nine_view_model(older).facts == now.facts


def test_an_older_folder_of_another_backbone_is_that_system(older):
    """The backbone is looked at before any weights are."""
    settings = json.loads((older / "settings.json").read_text())
    settings["preset"]["backbone"] = "resnet50"
    (older / "settings.json").write_text(json.dumps(settings))
    assert read_model_facts(older).method == "resnet50"


def test_the_folder_of_an_older_compared_system_is_refused_by_one_sentence(tmp_path):
    (tmp_path / "system.json").write_text('{"format": 1}')
    for read in (load_trained_model, Predictor.from_folder, read_nine_view_model):
        with pytest.raises(WeightsError) as refusal:
            read(tmp_path)
        message = str(refusal.value)
        assert message.startswith(f"{tmp_path} holds a compared system of format 1, which this version does not read.")
        assert "radiogene train --method" in message
        assert "\n" not in message


@pytest.mark.parametrize("content", [{"format": 3}, {"format": 1}, {}])
def test_settings_of_no_known_format_are_refused_by_number(older, content):
    (older / "settings.json").write_text(json.dumps(content))
    sign(older)
    with pytest.raises(WeightsError, match=r"settings\.json has format .*; this version reads formats 1 \(MMDL\)"):
        load_trained_model(older)
