"""A training from store to model folder: what it writes, what it fits on, and what it refuses."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.row import patient_labels
from radiogene.cohort.splits import inner_validation_split
from radiogene.errors import SettingsError, TrainingError
from radiogene.model.inference import BATCH_NODULES
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.training.batches import stored_cubes
from radiogene.training.batches.stored_cubes import StoredCubes
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.members import member_training
from radiogene.training.training_cohort import training_cohort
from whole_training import train

OPTIONS = RunOptions(accelerator="cpu", progress=False)


def test_the_folder_holds_all_that_prediction_needs(trained_model, short_training):
    model = read_nine_view_model(trained_model)
    assert model.facts.genes == ("EGFR", "KRAS")
    assert model.facts.synthetic
    assert set(model.folder.decision.genes) == {"EGFR", "KRAS"}
    assert model.folder.decision.gene("EGFR").set_on == "inner validation"
    for weights in model.facts.view_weights.values():
        assert sum(weights.values()) == pytest.approx(1.0)
        assert len(weights) == 18
    assert [stage["name"] for stage in model.folder.manifest["members"][0]["stages"]] == [
        "all layers but masks",
        "all layers",
        "fusion",
    ]
    assert model.folder.manifest["settings"]["seed"] == short_training.seed
    assert "SYNTHETIC" in (trained_model / "card.md").read_text().upper()


def test_no_file_of_the_folder_holds_a_patients_identifier_or_a_path(trained_model, synthetic_store):
    patients = {record.row.patient_id for record in synthetic_store.records}
    for file in trained_model.iterdir():
        content = file.read_bytes()
        assert not any(patient.encode() in content for patient in patients), file.name
        assert str(trained_model.parent).encode() not in content, file.name


def test_the_same_seed_gives_the_same_bytes(trained_model, synthetic_patients, short_training, tmp_path, monkeypatch):
    """Once with the cubes in memory, and again with cubes that stay in the store."""
    monkeypatch.setattr(stored_cubes, "HELD_IN_MEMORY", 4)
    monkeypatch.setattr(member_training, "ASKED_AT_ONCE", BATCH_NODULES)
    assert isinstance(training_cohort(synthetic_patients, short_training.genes).cubes_zyx, StoredCubes)
    train(synthetic_patients, short_training, tmp_path / "stored", OPTIONS)
    for name in ("model.safetensors", "settings.json", "decision.json", "history.json", "training_cubes.json"):
        assert (tmp_path / "stored" / name).read_bytes() == (trained_model / name).read_bytes(), name


def test_scaling_is_fitted_on_the_fitting_patients_alone(trained_model, synthetic_patients, short_training):
    cohort = training_cohort(synthetic_patients, short_training.genes)
    labels = patient_labels(cohort.rows, short_training.genes)
    share, seed = short_training.schedule.validation_share, short_training.seed
    fitting = cohort.of_patients(inner_validation_split(tuple(labels), labels, share, seed).train_ids)
    member = read_nine_view_model(trained_model).facts.members[0]
    cubes = cohort.cubes_zyx[fitting].astype(np.float64)
    assert member.standardisation.mean_hu == pytest.approx(cubes.mean(), abs=1e-6)
    assert member.standardisation.sd_hu == pytest.approx(cubes.std(), abs=1e-6)
    assert member.clinical == ClinicalEncoder.fit([cohort.rows[i] for i in fitting], ("age", "sex", "smoking"))
    everybody = cohort.cubes_zyx.astype(np.float64)
    assert abs(everybody.mean() - cubes.mean()) > 1e-3


def test_a_loss_that_is_not_a_number_is_refused_and_nothing_is_written(synthetic_patients, short_training, tmp_path):
    schedule = short_training.schedule
    wild = replace(schedule, all_layers=replace(schedule.all_layers, learning_rate=1e30))
    with pytest.raises(TrainingError, match=r"became (nan|inf).*`learning_rate`"):
        train(synthetic_patients, replace(short_training, schedule=wild), tmp_path / "model", OPTIONS)
    assert list(tmp_path.iterdir()) == []


def test_a_gene_that_nobody_was_tested_for_is_refused(synthetic_patients, short_training, tmp_path):
    with pytest.raises(TrainingError, match="known status of ALK"):
        train(synthetic_patients, replace(short_training, genes=("ALK",)), tmp_path / "model", OPTIONS)


def test_a_validation_part_without_mutants_is_refused(synthetic_patients, short_training, tmp_path):
    tiny_part = replace(short_training.schedule, validation_share=0.04)
    with pytest.raises(TrainingError, match="inner validation part has"):
        train(synthetic_patients, replace(short_training, schedule=tiny_part), tmp_path / "model", OPTIONS)


def test_a_folder_with_other_files_is_not_replaced(synthetic_patients, short_training, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SettingsError, match="holds other files"):
        train(synthetic_patients, short_training, tmp_path, OPTIONS)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_image_only_model_has_no_clinical_inputs(synthetic_patients, short_training, tmp_path):
    image_only = replace(short_training, clinical_columns=(), view_names=("axial",))
    train(synthetic_patients, image_only, tmp_path / "model", OPTIONS)
    settings = json.loads((tmp_path / "model" / "settings.json").read_text())
    assert settings["members"][0]["clinical"]["columns"] == []


def test_a_stage_that_only_harms_ends_with_the_weights_that_it_began_with(synthetic_patients, short_training, tmp_path):
    schedule = short_training.schedule
    harmful = replace(schedule, fusion=replace(schedule.fusion, epochs=2, learning_rate=10.0, optimiser="adamw"))
    train(synthetic_patients, replace(short_training, schedule=harmful), tmp_path / "model", OPTIONS)
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    *_, fusion = manifest["members"][0]["stages"]
    assert fusion["best_epoch"] == -1
    assert fusion["best_validation_loss"] == fusion["incoming_validation_loss"]
    without = replace(short_training, schedule=replace(schedule, fusion=replace(schedule.fusion, epochs=0)))
    train(synthetic_patients, without, tmp_path / "without", OPTIONS)
    kept, before = (load_file(tmp_path / name / "model.safetensors") for name in ("model", "without"))
    assert all(torch.equal(kept[name], before[name]) for name in before if "fusion" not in name)


def test_a_stage_keeps_its_last_epoch_where_it_is_told_to(synthetic_patients, short_training, tmp_path):
    layers = replace(short_training.schedule.all_layers, epochs=2, learning_rate=0.003, kept_epoch="last")
    schedule = replace(short_training.schedule, all_layers=layers, trunk_share=0.0)
    train(synthetic_patients, replace(short_training, schedule=schedule), tmp_path / "model", OPTIONS)
    found = json.loads((tmp_path / "model" / "history.json").read_text())
    stage = (found if isinstance(found, list) else found["members"])[0]["stages"][0]
    assert stage["best_epoch"] == 1
    assert stage["best_validation_loss"] == stage["history"][1]["validation_loss"]
