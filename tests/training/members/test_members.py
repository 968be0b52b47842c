"""Folds and seeds: who is held out of what, and what the model folder says of it."""

import csv
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from radiogene.cohort.splits import stratified_folds
from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.decision import ModelKind
from radiogene.errors import CohortError, TrainingError
from radiogene.model.nine_view_model import NineViewNetworks, read_nine_view_model
from radiogene.model.recalibration import calibrate_model
from radiogene.prediction.predictor import Predictor
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.members.members import members_of
from radiogene.training.settings import KeptModel, TrainingSettings
from radiogene.training.training_cohort import training_cohort
from whole_training import train

OPTIONS = RunOptions(accelerator="cpu", progress=False)

LABELS = {f"p{n:02}": {"EGFR": int(n % 3 == 0), "KRAS": int(n % 4 == 1)} for n in range(48)}


@pytest.mark.parametrize("keep", list(KeptModel))
def test_every_patient_is_held_out_once_per_seed_and_seen_by_nothing_that_predicts_it(keep):
    members = members_of(TrainingSettings(folds=4, seeds=2, seed=5, keep=keep), LABELS)
    in_folds = [member for member in members if member.fold is not None]
    assert [member.seed for member in in_folds] == [5] * 4 + [6] * 4
    for seed in (5, 6):
        own = [member for member in in_folds if member.seed == seed]
        assert sorted(patient for member in own for patient in member.held_out_ids) == sorted(LABELS)
    for member in members:
        parts = [set(member.fitting_ids), set(member.validation_ids), set(member.held_out_ids)]
        assert sum(map(len, parts)) == len(set.union(*parts)) == len(LABELS)
    kept = [member.fold for member in members if member.kept]
    assert kept == ([0, 1, 2, 3] * 2 if keep is KeptModel.ENSEMBLE else [None, None])
    assert len({member.name for member in members}) == len(members)


def test_seeds_without_folds_differ_in_their_validation_patients():
    members = members_of(TrainingSettings(seeds=3), LABELS)
    assert [member.held_out_ids for member in members] == [(), (), ()]
    assert len({member.validation_ids for member in members}) == 3


def test_a_gene_with_fewer_mutants_than_folds_is_refused():
    rare = {patient: {"ALK": int(patient == "p00")} for patient in LABELS}
    with pytest.raises(CohortError, match="ALK has 1 known mutant; 5 folds need 5"):
        members_of(TrainingSettings(folds=5, genes=("ALK",)), rare)


def test_a_fold_whose_inner_part_lacks_a_class_is_named_before_anything_is_trained(
    synthetic_patients, short_training, tmp_path
):
    settings = replace(short_training, folds=2, schedule=replace(short_training.schedule, validation_share=0.1))
    with pytest.raises(TrainingError, match=r"inner validation part of fold 0, seed 4, has \d+ (EGFR|KRAS) mutants"):
        train(synthetic_patients, settings, tmp_path / "model", OPTIONS)
    assert list(tmp_path.iterdir()) == []


def folds_settings(short_training, **changes):
    schedule = short_training.schedule
    one_epoch = replace(
        schedule,
        all_layers=replace(schedule.all_layers, epochs=1),
        fusion=replace(schedule.fusion, epochs=1),
        validation_share=0.2,
    )
    return replace(short_training, schedule=one_epoch, view_names=("axial", "coronal"), **changes)


@pytest.fixture(scope="module")
def three_folds(synthetic_patients, short_training, tmp_path_factory):
    """Model folder and table of an ensemble of three folds."""
    out = tmp_path_factory.mktemp("folds")
    settings = folds_settings(short_training, folds=3)
    train(synthetic_patients, settings, out / "model", OPTIONS, out_of_fold=out / "out_of_fold.csv")
    return out


def test_an_ensemble_says_so_and_answers_with_the_mean_and_spread_of_its_members(
    three_folds, synthetic_patients, short_training
):
    model = read_nine_view_model(three_folds / "model")
    assert model.folder.decision.model_kind is ModelKind.ENSEMBLE
    assert model.folder.decision.gene("EGFR").set_on == "out-of-fold"
    assert len(model.networks) == 3
    assert model.folder.manifest["members_differ_in"] == "folds"
    networks = NineViewNetworks(model.facts, model.networks)
    cohort = training_cohort(synthetic_patients, short_training.genes)
    each = networks.member_probabilities(cohort.cubes_zyx[:4], cohort.rows[:4])
    assert np.ptp(each, axis=0).max() > 0
    asked = synthetic_patients.by_nodule.at([n for n, index in enumerate(cohort.index[:4])])
    members = Predictor.from_folder(three_folds / "model").model.method.member_probabilities(asked)
    assert members.shape == (3, 4, 2)
    for weights in model.facts.view_weights.values():
        assert sum(weights.values()) == pytest.approx(1.0)


def test_the_out_of_fold_probability_is_that_of_the_member_that_had_not_seen_the_patient(
    three_folds, synthetic_patients, short_training
):
    cohort = training_cohort(synthetic_patients, short_training.genes)
    model = read_nine_view_model(three_folds / "model")
    networks = NineViewNetworks(model.facts, model.networks)
    with (three_folds / "out_of_fold.csv").open() as stream:
        table = list(csv.DictReader(stream))
    folds = stratified_folds(cohort.patient_labels, 3, short_training.seed)
    assert sorted(row["patient_id"] for row in table) == sorted(cohort.patient_labels)
    for row in table:
        fold = int(row["fold"])
        assert row["patient_id"] in folds[fold].test_ids
        (position, *more) = cohort.of_patients([row["patient_id"]])
        if not more:
            outputs = networks.member_outputs(cohort.cubes_zyx[[position]], [cohort.rows[position]])
            expected = outputs[fold].probabilities[0]
            found = [float(row[f"{gene}_probability"]) for gene in cohort.genes]
            np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_folder_keeps_them_without_identifiers_and_with_fold_wise_figures(three_folds, synthetic_store):
    text = (three_folds / "model" / "out_of_fold.csv").read_text()
    assert text.startswith("case,seed,fold,EGFR_label,EGFR_probability,KRAS_label,KRAS_probability\n")
    assert not any(record.row.patient_id in text for record in synthetic_store.records)
    (run,) = read_nine_view_model(three_folds / "model").folder.manifest["cross_validation"]
    found = run["genes"]["EGFR"]
    assert found["folds"] == 3
    assert "conditional on the fitted models" in found["auc"]["interval"]["method"]


def test_the_table_that_it_keeps_is_the_one_that_set_its_thresholds(three_folds, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(three_folds / "model", folder)
    before = (folder / "decision.json").read_text()
    found = calibrate_model(folder, CalibrationKind.IDENTITY)
    # The bootstrap of what both genes tell together draws from patients in the table's order, which is another one.
    numbers = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
    after = (folder / "decision.json").read_text()
    assert numbers.sub("", after) == numbers.sub("", before)
    assert [float(n) for n in numbers.findall(after)] == pytest.approx(
        [float(n) for n in numbers.findall(before)], rel=0.05
    )
    assert len(found.held_out.predictions.patient_ids) == len((folder / "out_of_fold.csv").read_text().splitlines()) - 1


def test_a_refit_is_one_network_whose_threshold_the_folds_set(synthetic_patients, short_training, tmp_path):
    train(
        synthetic_patients, folds_settings(short_training, folds=3, keep=KeptModel.REFIT), tmp_path / "model", OPTIONS
    )
    model = read_nine_view_model(tmp_path / "model")
    assert model.folder.decision.model_kind is ModelKind.REFIT
    assert len(model.networks) == 1
    assert model.folder.decision.gene("EGFR").set_on == "out-of-fold"
    assert [member["kept"] for member in model.folder.manifest["members"]] == [False, False, False, True]
    assert not any(name.startswith("1.") for name in tensor_names(tmp_path / "model"))


def test_seeds_make_an_ensemble_of_repeats(synthetic_patients, short_training, tmp_path):
    train(synthetic_patients, folds_settings(short_training, seeds=2), tmp_path / "model", OPTIONS)
    model = read_nine_view_model(tmp_path / "model")
    assert model.folder.decision.model_kind is ModelKind.ENSEMBLE
    assert model.folder.manifest["members_differ_in"] == "seeds"
    assert model.folder.decision.gene("KRAS").set_on == "inner validation"
    assert not (tmp_path / "model" / "out_of_fold.csv").exists()


def tensor_names(folder):
    from safetensors.torch import load_file

    return list(load_file(folder / "model.safetensors"))
