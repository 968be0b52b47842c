"""Losses can be watched while a training runs."""

import csv
from dataclasses import replace

import pytest

from radiogene.errors import SettingsError
from radiogene.methods.run_settings import RunSettings, run_options
from radiogene.training.fitting.run_options import LogPlace, RunOptions
from whole_training import train


@pytest.mark.parametrize("kind", ["csv", "tensorboard"])
def test_a_log_holds_every_epochs_losses(kind, synthetic_patients, short_training, tmp_path):
    without = replace(short_training.schedule.fusion, epochs=0)
    schedule = replace(short_training.schedule, fusion=without, trunk_share=0.0)
    options = RunOptions(accelerator="cpu", progress=False, log=LogPlace(kind, tmp_path / "log"))
    settings = replace(short_training, schedule=schedule, view_names=("axial",))
    train(synthetic_patients, settings, tmp_path / "model", options)
    folder = tmp_path / "log" / "all-layers"
    if kind == "tensorboard":
        assert [f for f in folder.iterdir() if f.name.startswith("events.out.tfevents")]
        return
    with (folder / "metrics.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    validated = [row for row in rows if row["validation_loss"]]
    assert validated[0]["step"] == "0", "the incoming weights are scored before the first step"
    assert len(validated) == 3
    assert len([row for row in rows if row["loss"]]) == 2


@pytest.mark.parametrize("words", ["csv", "csv:", "wandb:runs"])
def test_a_log_that_names_nothing_is_refused(words):
    with pytest.raises(SettingsError, match="expected csv:FOLDER or tensorboard:FOLDER"):
        run_options(RunSettings(accelerator="cpu", log=words))
