"""A model folder whose JSON was changed and whose hashes were made to fit: our own refusal, or a model that answers."""

import json
import os
import random
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from radiogene.errors import SettingsError, WeightsError
from radiogene.model.model_folder import read_model_folder
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.networks.presets import PRESETS
from radiogene.networks.standardisation import Standardisation
from radiogene.prediction.result import GeneResult
from radiogene.storage.checked_files import read_json, sha256_of

MUTATIONS_OF_EACH_FILE = 20 * int(os.environ.get("RADIOGENE_TORTURE", "2"))
"""Of `make torture`, many times more."""

VALUES = (None, True, -1, 0, 10**9, 10**400, 1e308, float("nan"), "x", "", [], {}, [[]], {"a": 1}, [None] * 3)
"""What stands in for a value; JSON of Python writes NaN and whole numbers of any length."""


def copy_of(model: Path, place: Path) -> Path:
    return Path(shutil.copytree(model, place))


def rehash(model: Path) -> None:
    """Give the manifest the hashes of the files as they are."""
    manifest = json.loads((model / "manifest.json").read_text())
    manifest["sha256"] = {name: sha256_of(model / name) for name in manifest["sha256"]}
    (model / "manifest.json").write_text(json.dumps(manifest))


def places(content, path=()):
    """Every place in JSON."""
    yield path
    parts = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


def mutated(content, draws):
    """The content with one value replaced, or taken out."""
    content = json.loads(json.dumps(content))
    path = draws.choice([place for place in places(content) if place])
    parent = content
    for step in path[:-1]:
        parent = parent[step]
    if draws.random() < 0.2:
        del parent[path[-1]]
    else:
        parent[path[-1]] = draws.choice(VALUES)
    return content, path


@pytest.mark.parametrize("name", ["settings.json", "decision.json"])
def test_mutated_json_is_refused_in_our_words_or_read(name, trained_model, tmp_path):
    model = copy_of(trained_model, tmp_path / "model")
    content = json.loads((model / name).read_text())
    draws = random.Random(15)
    refused = 0
    for _ in range(MUTATIONS_OF_EACH_FILE):
        changed, path = mutated(content, draws)
        print(path)
        (model / name).write_text(json.dumps(changed))
        rehash(model)
        # Any other error than ours ends the test; the last place printed says where.
        with suppress(WeightsError, SettingsError):
            refused += 1
            read_nine_view_model(model)
            refused -= 1
    assert refused > MUTATIONS_OF_EACH_FILE / 2


def test_json_that_is_nested_deep_is_refused(trained_model, tmp_path):
    model = copy_of(trained_model, tmp_path / "model")
    for name in ("settings.json", "manifest.json"):
        before = (model / name).read_text()
        (model / name).write_text("[" * 200_000 + "]" * 200_000)
        with pytest.raises(WeightsError):
            read_json(model / name)
        with pytest.raises(WeightsError):
            read_model_folder(model)
        (model / name).write_text(before)


@pytest.mark.parametrize(("ending", "value"), [("running_mean", np.nan), ("running_var", -1.0), ("weight", np.inf)])
def test_weights_and_buffers_that_are_no_numbers_are_refused(ending, value, trained_model, tmp_path):
    model = copy_of(trained_model, tmp_path / "model")
    tensors = load_file(model / "model.safetensors")
    name = next(name for name in tensors if name.endswith(ending))
    tensors[name] = tensors[name].copy()
    tensors[name].flat[0] = value
    save_file(tensors, model / "model.safetensors")
    rehash(model)
    with pytest.raises(WeightsError, match="not finite"):
        read_nine_view_model(model)


@pytest.mark.parametrize("values", [(0.0, 0.0), (float("nan"), 1.0), (0.0, float("inf")), (0.0, -1.0)])
def test_a_scaling_without_a_spread_is_refused(values):
    with pytest.raises(WeightsError, match="SD"):
        Standardisation(*values)


@pytest.mark.parametrize("changes", [{"image_size": 10**9}, {"image_size": 0}])
def test_absurd_sizes_are_refused_before_anything_is_built(changes):
    with pytest.raises(SettingsError, match="expected 8 to 1024"):
        replace(PRESETS["tiny"], **changes)


def test_absurd_counts_of_units_are_refused():
    settings = PRESETS["tiny"].view_network
    with pytest.raises(SettingsError, match="expected 1 to 100 units"):
        replace(settings, units=replace(settings.units, b=10**9))
    with pytest.raises(SettingsError, match="Width"):
        replace(settings, style=replace(settings.style, width=1e9))


@pytest.mark.parametrize("probability", [float("nan"), float("inf"), -0.1, 1.1])
def test_no_probability_leaves_that_is_none(probability):
    with pytest.raises(WeightsError, match="from 0 to 1"):
        GeneResult(probability, None, 0.5, "mutant")
