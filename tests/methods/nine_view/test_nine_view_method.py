"""Nine-view networks as systems: fit, predict, save and load, on the labels, genes and views given."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from methods.fitted_folder import loaded, write_fitted
from networks.backbone_names import needs_timm
from radiogene.cohort.splits import inner_validation_split
from radiogene.ct.preparation import PreparationSettings
from radiogene.decision.decision import ModelKind
from radiogene.errors import SettingsError, WeightsError
from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.explanation.activation_maps import activation_maps
from radiogene.methods.method import FitContext
from radiogene.methods.method_settings import NineViewSettings, StageSettings
from radiogene.methods.registry import method_named
from radiogene.model.inference import sampler_of
from radiogene.model.nine_view_model import NineViewNetworks, read_nine_view_model
from radiogene.model.pretrained_folder import ImageScaling, PretrainedSettings, write_pretrained
from radiogene.networks.presets import TINY, build_feature_network
from radiogene.networks.standardisation import standardised
from radiogene.prediction.predictor import Predictor
from radiogene.training.training_cohort import training_cohort

GENES = ("EGFR", "KRAS")
SHORT = NineViewSettings(genes=GENES, preset="tiny", all_layers=StageSettings(epochs=1), seed=4)

TWO_VIEWS = replace(SHORT, views=("axial", "coronal"))
"""Each in both fields of `tiny`; all planes would train four times as long."""

BACKBONES = [
    pytest.param(name, marks=needs_timm)
    for name in ("vgg16", "resnet50", "densenet121", "inception-v3", "inception-resnet-v2")
]


def made(name, settings, folder):
    return method_named(name).make(settings, FitContext(folder / "state", folder / "features"))


def fitted(name, settings, cohort, folder, labels=None):
    table = patient_label_table(cohort, settings.genes) if labels is None else labels
    return made(name, settings, folder).fit(cohort, table)


@pytest.fixture(scope="module", params=["mmdl", pytest.param("resnet50", marks=needs_timm)])
def method(request, synthetic_patients, tmp_path_factory):
    """A system that was fitted for three epochs."""
    return fitted(request.param, TWO_VIEWS, synthetic_patients, tmp_path_factory.mktemp(request.param))


def test_a_loaded_system_predicts_what_the_saved_one_did(method, synthetic_patients, tmp_path):
    asked = synthetic_patients.at([7, 2, 11])
    before = method.predict_proba(asked)
    assert before.shape == (3, 2)
    assert ((before > 0) & (before < 1)).all()
    again = loaded(write_fitted(method, tmp_path / "fitted"))
    assert again.facts == method.facts
    assert again.record["settings"] == json.loads(json.dumps(method.record["settings"]))
    assert again.notes == method.notes
    assert again.members_differ_in == method.members_differ_in
    assert method.model_kind is ModelKind.SINGLE
    np.testing.assert_array_equal(again.predict_proba(asked), before)
    np.testing.assert_allclose(again.predict_proba(synthetic_patients)[[7, 2, 11]], before, atol=1e-6)
    assert again.predict_proba(synthetic_patients.at([])).shape == (0, 2)
    with pytest.raises(SettingsError, match="was loaded from its folder"):
        again.fit(asked, np.zeros((3, 2), dtype=np.int8))
    with pytest.raises(SettingsError, match="right after the fit only"):
        again.held_out  # noqa: B018


def test_its_folder_is_a_model_folder_without_identifiers(method, synthetic_patients, tmp_path):
    folder = write_fitted(method, tmp_path / "model")
    model = read_nine_view_model(folder)
    networks = NineViewNetworks(model.facts, model.networks)
    cohort = synthetic_patients.at([n for n, found in enumerate(synthetic_patients.nodules) if len(found) == 1][:3])
    cubes = np.stack([cohort.cube(n) for n in range(3)])
    expected = networks.member_probabilities(cubes, cohort.patients).mean(axis=0)
    np.testing.assert_array_equal(method.predict_proba(cohort), expected)
    calibrated = Predictor.from_folder(folder).predict_store(cohort).predictions
    np.testing.assert_array_equal(calibrated.probabilities, expected)
    assert model.folder.manifest["initial_weights"] == {"kind": "random"}
    for file in folder.iterdir():
        assert not any(patient.encode() in file.read_bytes() for patient in synthetic_patients.patient_ids), file.name


def test_held_out_are_the_patients_that_no_weight_was_fitted_on(method, synthetic_patients):
    labels = training_cohort(synthetic_patients, GENES).patient_labels
    wanted = inner_validation_split(tuple(labels), labels, 0.2, SHORT.seed).test_ids
    held_out = method.held_out
    assert held_out.set_on == "inner validation"
    assert held_out.folds is None
    assert held_out.runs == ()
    assert set(held_out.predictions.patient_ids) == set(wanted)
    asked = synthetic_patients.of_patients(wanted)
    position = {patient: n for n, patient in enumerate(asked.patient_ids)}
    expected = method.predict_proba(asked)[[position[patient] for patient in held_out.predictions.patient_ids]]
    np.testing.assert_allclose(held_out.predictions.probabilities, expected, atol=1e-6)


def test_a_reader_is_told_of_every_reduction(method):
    notes = " | ".join(method.notes)
    size = 32 if method.backbone == "inception-attention-resnet" else 64
    assert notes.startswith(
        f"views of {size} pixels instead of 299 | each plane shown in 64 and 32 mm instead of 64 | "
        "one network looks at all views | 1/8 of its channels"
    )
    assert ("1, 1 and 1 of its 10, 20 and 10 units" in notes) == (method.backbone == "inception-attention-resnet")


def test_the_labels_that_are_given_are_trained_on(synthetic_patients, tmp_path):
    settings = replace(SHORT, genes=("EGFR",), views=("axial",))
    table = patient_label_table(synthetic_patients, settings.genes)
    shuffled = np.random.default_rng(1).permutation(table)
    method = fitted("mmdl", settings, synthetic_patients, tmp_path / "shuffled", shuffled)
    given = dict(zip(synthetic_patients.patient_ids, shuffled[:, 0].tolist(), strict=True))
    held_out = method.held_out.predictions
    assert [given[patient] for patient in held_out.patient_ids] == held_out.labels[:, 0].tolist()
    own = fitted("mmdl", settings, synthetic_patients, tmp_path / "own")
    assert np.abs(method.predict_proba(synthetic_patients) - own.predict_proba(synthetic_patients)).max() > 1e-4
    again = fitted("mmdl", settings, synthetic_patients, tmp_path / "again", table)
    np.testing.assert_array_equal(again.predict_proba(synthetic_patients), own.predict_proba(synthetic_patients))


@pytest.mark.parametrize("views", [("sagittal",), ("sagittal", "axial")])
def test_one_gene_and_fewer_views_through_the_whole_path(views, synthetic_patients, tmp_path):
    one_field = len(views) == 1
    settings = replace(SHORT, genes=("KRAS",), views=views, clinical=(), attention=one_field)
    if one_field:
        settings = replace(settings, fields_mm=(64.0,), window_hu=(-1000.0, 200.0))
    method = fitted("mmdl", settings, synthetic_patients, tmp_path)
    assert method.predict_proba(synthetic_patients.at([0, 1])).shape == (2, 1)
    model = read_nine_view_model(write_fitted(method, tmp_path / "saved"))
    planes = tuple(name for name in ("axial", "sagittal") if name in views)
    names = planes if one_field else (*planes, *(f"{plane}, 32 mm" for plane in planes))
    assert model.facts.view_names == names
    assert model.facts.attention == (len(views) == 1)
    assert sum(model.facts.view_weights["KRAS"].values()) == pytest.approx(1.0)
    images = sampler_of(model.facts)(torch.from_numpy(synthetic_patients.cube(0))[None])
    assert images.shape == (1, len(names), 32, 32)
    images = standardised(images, model.facts.members[0].standardisation)
    found = activation_maps(model.networks[0], images, torch.empty(1, 0), gene_index=0)
    assert found.maps_vhw.shape == (len(names), 32, 32)
    assert ("one network looks at all views" in method.notes) == (len(names) > 1)
    assert ("Hounsfield units limited to -1000 to 200" in method.notes) == one_field


def test_folds_give_every_patient_a_prediction_by_a_network_that_had_not_seen_it(synthetic_patients, tmp_path):
    settings = replace(SHORT, genes=("EGFR",), views=("axial",), folds=2, keep="refit")
    method = fitted("mmdl", settings, synthetic_patients, tmp_path)
    held_out = method.held_out
    assert held_out.set_on == "out-of-fold"
    assert method.model_kind is ModelKind.REFIT
    known = patient_label_table(synthetic_patients, settings.genes)[:, 0] >= 0
    ids = np.array(synthetic_patients.patient_ids, dtype=object)
    assert set(held_out.predictions.patient_ids) == set(ids[known])
    assert sorted(set(held_out.folds.tolist())) == [0, 1]
    assert len(held_out.folds) == len(held_out.predictions.patient_ids)
    assert len(method.facts.members) == 1


def test_the_state_of_another_fit_is_refused(synthetic_patients, tmp_path):
    unfinished = tmp_path / "state"
    unfinished.mkdir(parents=True)
    (unfinished / "training.json").write_text('{"settings": {"seed": 5}}')
    with pytest.raises(SettingsError, match="unfinished training that differs in settings"):
        fitted("mmdl", SHORT, synthetic_patients, tmp_path)


def test_a_pretrained_network_is_a_start_and_its_path_is_not_kept(synthetic_patients, tmp_path):
    torch.manual_seed(0)
    start = PretrainedSettings(TINY, True, ("cat", "dog"), ImageScaling((0.5,) * 3, (0.25,) * 3))
    write_pretrained(tmp_path / "start", start, build_feature_network(TINY).state_dict(), {}, {}, "made for a test")
    settings = replace(SHORT, genes=("EGFR",), views=("axial",), init=str(tmp_path / "start"))
    method = fitted("mmdl", settings, synthetic_patients, tmp_path)
    assert "starts from a network trained before (photographs)" in method.notes
    folder = write_fitted(method, tmp_path / "saved")
    stages = read_nine_view_model(folder).folder.manifest["members"][0]["stages"]
    assert [stage["name"] for stage in stages] == ["branches", "all layers", "fusion"]
    assert all(str(tmp_path).encode() not in file.read_bytes() for file in folder.iterdir())
    with pytest.raises(WeightsError, match="Pretrain with the same `preset`"):
        fitted("resnet50", settings, synthetic_patients, tmp_path / "other")


@pytest.mark.parametrize("name", BACKBONES)
def test_every_compared_backbone_is_fitted_and_predicts(name, synthetic_patients, tmp_path):
    settings = replace(SHORT, genes=("EGFR",), views=("axial", "coronal"))
    method = fitted(name, settings, synthetic_patients, tmp_path)
    found = method.predict_proba(synthetic_patients)
    assert found.shape == (len(synthetic_patients), 1)
    assert np.isfinite(found).all()
    assert f"1/{16 if name == 'inception-resnet-v2' else 8} of its channels" in method.notes
    assert any("moves by one pixel" in note for note in method.notes) == name.startswith("inception")


def test_cubes_prepared_otherwise_are_refused(method, synthetic_patients, tmp_path):
    from radiogene.cohort.prepared_cohort import PreparedCohort
    from radiogene.cohort.store.cube_store import CubeStore

    with CubeStore.create(tmp_path / "other", PreparationSettings(version=2), "0" * 64) as store:
        record = synthetic_patients.source.records[0]
        store.add(record, synthetic_patients.source.cube(0).astype(np.float32), None)
    predictor = Predictor.from_folder(write_fitted(method, tmp_path / "model"))
    with pytest.raises(WeightsError, match="prepared otherwise"):
        predictor.predict_store(PreparedCohort.of(CubeStore.open(tmp_path / "other")))


def test_a_system_that_is_not_fitted_says_so(synthetic_patients, tmp_path):
    method = made("mmdl", SHORT, tmp_path)
    assert method.notes == ()
    assert not method.is_fitted
    with pytest.raises(SettingsError, match="not fitted"):
        method.predict_proba(synthetic_patients)
