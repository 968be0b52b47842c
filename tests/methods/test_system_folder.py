import json
import shutil

import numpy as np
import pytest
from radiogene.methods.system_folder import is_system_folder, read_system, write_system
from radiogene.methods.trained_system import train_system

from radiogene.cli.app import main
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.errors import SettingsError, WeightsError
from radiogene.methods.method import FitFolders
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.registry import method_named


@pytest.fixture(scope="module")
def trained(synthetic_store, tmp_path_factory):
    """A clinical model on the synthetic store, its unseen predictions, and its folder."""
    place = tmp_path_factory.mktemp("system")
    cohort = PreparedCohort.of(synthetic_store)
    settings = MethodSettings(folds=3)
    system, unseen = train_system(method_named("clinical"), settings, cohort, FitFolders(place / "s", place / "f"))
    write_system(place / "model", system, unseen, cohort, synthetic_store.preparation_hash)
    return system, unseen, place / "model"


def test_a_system_reads_back_as_it_was(trained, synthetic_store):
    system, _, folder = trained
    cohort = PreparedCohort.of(synthetic_store)
    assert is_system_folder(folder)
    saved = read_system(folder)
    assert np.array_equal(saved.system.predict(cohort).probabilities, system.predict(cohort).probabilities)
    assert saved.synthetic
    assert saved.preparation_hash == synthetic_store.preparation_hash


def test_the_folder_names_no_patient(trained, synthetic_store):
    folder = trained[2]
    names = {record.row.patient_id for record in synthetic_store.records}
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not any(name.encode() in content for name in names), file.name


def test_unseen_predictions_are_kept_without_names(trained):
    _, unseen, folder = trained
    lines = (folder / "out_of_fold.csv").read_text().splitlines()
    assert lines[0].startswith("case,seed,fold,EGFR_label,EGFR_probability")
    assert len(lines) == 1 + len(unseen.predictions.patient_ids)


def test_a_changed_file_is_refused(trained, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(trained[2], folder)
    decision = json.loads((folder / "decision.json").read_text())
    decision["genes"]["EGFR"]["threshold"] = 0.1
    (folder / "decision.json").write_text(json.dumps(decision))
    with pytest.raises(WeightsError, match=r"decision\.json is missing or is not the file"):
        read_system(folder)


def test_another_folder_is_not_overwritten(trained, tmp_path, synthetic_store):
    (tmp_path / "notes.txt").write_text("mine")
    system, unseen, _ = trained
    with pytest.raises(SettingsError, match="holds other files"):
        write_system(tmp_path, system, unseen, PreparedCohort.of(synthetic_store), "0")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_system_is_calibrated_by_the_same_command_and_answers_calibrated(trained, tmp_path, synthetic_store, capsys):
    folder = tmp_path / "model"
    shutil.copytree(trained[2], folder)
    before = read_system(folder)
    main_ok(["calibrate", str(folder), "--kind", "temperature"])
    assert "EGFR" in capsys.readouterr().out
    after = read_system(folder)
    cohort = PreparedCohort.of(synthetic_store)
    raw, calibrated = (saved.system.predict(cohort).probabilities for saved in (before, after))
    assert not np.array_equal(raw, calibrated)
    assert np.array_equal(np.argsort(raw[:, 0], kind="stable"), np.argsort(calibrated[:, 0], kind="stable"))


def test_the_commands_train_evaluate_and_predict_with_it(synthetic_store, synthetic_cohort, tmp_path, capsys):
    store, model = str(synthetic_store.path), tmp_path / "model"
    main_ok(["train", "--method", "clinical", "--store", store, "--folds", "3", "--out", str(model), "--quiet"])
    assert not (tmp_path / "model.unfinished").exists()

    refused(["evaluate", "--model", str(model), "--store", store], 13)
    capsys.readouterr()
    main_ok(["evaluate", "--model", str(model), "--store", store, "--include-training-cases", "--json"])
    content = json.loads(capsys.readouterr().out)
    assert content["genes"]["EGFR"]["auc"]["value"] > 0.5
    assert content["patients_without_what_the_model_needs"] == 0

    patient = synthetic_cohort.parent / synthetic_store.records[0].row.patient_id
    point = ["--nodule", json.dumps(synthetic_store.records[0].geometry.centre_lps_mm).strip("[]")]
    case = ["--ct", str(patient / "ct"), *point, "--age", "60", "--sex", "female", "--smoking", "never"]
    main_ok(["predict", "--model", str(model), *case, "--value", "stage=IA1", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert 0 <= found["EGFR"]["probability"] <= 1
    assert found["model"]["method"] == "clinical"


def main_ok(arguments) -> None:
    """Runs a command in this process; it must end with exit code 0."""
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert not error.value.code, arguments


def refused(arguments, code) -> None:
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == code
