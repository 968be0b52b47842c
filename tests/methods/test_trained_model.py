"""A system from a store to its model folder and back, whatever its kind; a planted leak gets into none."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from methods.table_patients import TablePatients, TableWithCubes
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.errors import CohortError, SettingsError, TrainingError, WeightsError
from radiogene.methods.inputs import columns_given
from radiogene.methods.method import FitContext
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.registry import all_methods, method_named
from radiogene.methods.trained_model import fit_model, load_trained_model
from radiogene.model.engines.engine_choice import EngineChoice, EngineName
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.prediction.predictor import Predictor
from radiogene.storage.checked_files import sha256_of


def fitted(name, settings, cohort, place):
    return fit_model(method_named(name), settings, cohort, FitContext(place / "state", place / "features"))


@pytest.fixture(scope="module")
def clinical(synthetic_patients, tmp_path_factory):
    """What a clinical model's fit on the synthetic store left, and its folder."""
    place = tmp_path_factory.mktemp("clinical")
    finished = fitted("clinical", MethodSettings(folds=3), synthetic_patients, place)
    finished.write(place / "model")
    return finished, place / "model"


@pytest.fixture
def copy(clinical, tmp_path):
    return shutil.copytree(clinical[1], tmp_path / "model")


def predictions_of(folder, cohort):
    return Predictor.from_folder(folder).predict_store(cohort, include_training_cases=True).predictions


def test_a_model_reads_back_as_it_was(clinical, synthetic_patients):
    finished, folder = clinical
    again = load_trained_model(folder)
    probabilities = again.method.predict_proba(synthetic_patients)
    assert np.array_equal(probabilities, finished.model.method.predict_proba(synthetic_patients))
    assert again.entry is method_named("clinical")
    assert again.facts == finished.model.facts
    assert again.decision == finished.model.decision
    assert again.training_cubes == finished.model.training_cubes
    assert again.facts.synthetic
    assert (again.facts.preparation, again.facts.preparation_hash) == (None, "")
    assert again.weights_sha256 == sha256_of(folder / "estimators.skops")


def test_the_folder_names_no_patient(clinical, synthetic_patients):
    for file in clinical[1].rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not any(name.encode() in content for name in synthetic_patients.patient_ids), file.name


def test_held_out_predictions_are_kept_without_names(clinical):
    finished, folder = clinical
    lines = (folder / "out_of_fold.csv").read_text().splitlines()
    assert lines[0].startswith("case,seed,fold,EGFR_label,EGFR_probability")
    assert len(lines) == 1 + len(finished.held_out.predictions.patient_ids)


def test_a_changed_file_is_refused(copy):
    decision = json.loads((copy / "decision.json").read_text())
    decision["genes"]["EGFR"]["threshold"] = 0.1
    (copy / "decision.json").write_text(json.dumps(decision))
    with pytest.raises(WeightsError, match=r"decision\.json is not the file that training wrote"):
        load_trained_model(copy)


def test_another_folder_is_not_overwritten(clinical, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SettingsError, match="holds other files"):
        clinical[0].write(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_system_of_a_later_version_is_refused_by_name(copy):
    settings = json.loads((copy / "settings.json").read_text())
    (copy / "settings.json").write_text(json.dumps(settings | {"method": "telepathy"}))
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["sha256"]["settings.json"] = sha256_of(copy / "settings.json")
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(WeightsError, match="holds the system 'telepathy', which this version does not know"):
        load_trained_model(copy)


def test_what_needs_views_refuses_a_system_without_them(clinical):
    folder = clinical[1]
    with pytest.raises(SettingsError, match="are for networks on nine views; Clinical model"):
        load_trained_model(folder, EngineChoice(EngineName.ONNX))
    with pytest.raises(WeightsError, match="holds the system 'clinical', which has no network on nine views"):
        read_nine_view_model(folder)


def test_a_system_is_calibrated_by_the_same_command_and_answers_calibrated(copy, synthetic_patients, radiogene):
    before = predictions_of(copy, synthetic_patients).probabilities
    done = radiogene("calibrate", copy, "--kind", "temperature")
    assert not done.returncode, done.stderr
    assert "EGFR" in done.stdout
    after = predictions_of(copy, synthetic_patients).probabilities
    assert not np.array_equal(before, after)
    assert np.array_equal(np.argsort(before[:, 0], kind="stable"), np.argsort(after[:, 0], kind="stable"))


def test_the_commands_train_evaluate_and_predict_with_it(synthetic_store, synthetic_cohort, tmp_path, radiogene):
    store, model = synthetic_store.path, tmp_path / "model"
    done = radiogene("train", "--method", "clinical", "--store", store, "--folds", 3, "--out", model, "--quiet")
    assert not done.returncode, done.stderr
    assert not (tmp_path / "model.unfinished").exists()

    refused = radiogene("evaluate", "--model", model, "--store", store)
    assert refused.returncode == 13
    assert "--include-training-cases" in refused.stderr
    done = radiogene("evaluate", "--model", model, "--store", store, "--include-training-cases", "--json")
    content = json.loads(done.stdout)
    assert content["genes"]["EGFR"]["auc"]["value"] > 0.5
    assert content["patients_without_what_the_model_needs"] == 0

    record = synthetic_store.records[0]
    point = json.dumps(record.geometry.centre_lps_mm).strip("[]")
    case = ["--ct", synthetic_cohort.parent / record.row.patient_id / "ct", "--nodule", point]
    values = ["--age", 60, "--sex", "female", "--smoking", "never", "--value", "stage=IA1"]
    done = radiogene("predict", "--model", model, *case, *values, "--json")
    found = json.loads(done.stdout)
    assert 0 <= found["EGFR"]["probability"] <= 1
    assert found["model"]["method"] == "clinical"


def test_a_store_without_labels_is_refused_before_anything_is_fitted(tmp_path):
    rows = [replace(row, labels={"EGFR": None, "KRAS": None}) for row in TablePatients().rows]
    with pytest.raises(TrainingError, match="No patient has a known status of EGFR or KRAS"):
        fitted("clinical", MethodSettings(folds=3), PreparedCohort.of(TableWithCubes(rows)), tmp_path)


def test_nobody_who_has_what_a_system_needs_is_a_refusal_with_the_reason(tmp_path):
    cohort = PreparedCohort.of(TableWithCubes([replace(row, extra={}) for row in TablePatients().rows]))
    with pytest.raises(TrainingError, match=r"Clinical model: no training patient has .*the table has no column stage"):
        fitted("clinical", MethodSettings(folds=3), cohort, tmp_path)


def cohort_with(column, of_label):
    """80 patients, one of whose columns is made of the EGFR label."""
    patients = TablePatients()
    rows = []
    for row, (egfr, kras) in zip(patients.rows, patients.labels.tolist(), strict=True):
        known = {gene: None if label < 0 else label for gene, label in (("EGFR", egfr), ("KRAS", kras))}
        rows.append(replace(row, labels=known, extra=row.extra | {column: of_label(egfr)}))
    return PreparedCohort.of(TableWithCubes(rows))


@pytest.mark.parametrize(
    ("name", "column", "clinical"),
    [
        ("clinical", "stage", None),
        ("clinical", "subtype", ("age", "subtype")),
        ("semantic-tree", "texture", None),
        ("pet-clinical", "SUVmax", None),
    ],
)
def test_a_column_that_copies_the_label_is_refused_by_name(name, column, clinical, tmp_path):
    words = {1: "5.0", 0: "1.5", -1: "2.0"} if column == "SUVmax" else {1: "solid", 0: "part-solid", -1: ""}
    cohort = cohort_with(column, lambda label: words[label])
    settings = MethodSettings(folds=3, clinical=clinical)
    with pytest.raises(CohortError, match=rf"{column} tells all \d+ EGFR mutants.*Leave {column} out"):
        fitted(name, settings, cohort, tmp_path)


def test_a_system_that_does_not_read_the_column_is_trained(tmp_path):
    cohort = cohort_with("subtype", lambda label: {1: "L858R", 0: "none", -1: ""}[label])
    finished = fitted("clinical", MethodSettings(folds=3), cohort, tmp_path)
    assert len(predictions_in_memory(finished, cohort).patient_ids) == 80


def predictions_in_memory(finished, cohort):
    return Predictor(finished.model).predict_store(cohort, include_training_cases=True).predictions


def test_a_users_columns_stand_in_for_the_clinical_ones_only():
    for entry in all_methods().values():
        assert columns_given(entry, None) == entry.columns
    assert columns_given(method_named("pet-clinical"), ("age",)) == ("age", "SUVmax")
