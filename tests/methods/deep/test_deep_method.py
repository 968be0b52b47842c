"""What every deep system must do: fit, predict, save, load, go on, and never learn from whom it holds out."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from methods.deep.made_cohort import LABELS, PATIENTS, made_cohort, with_other_cube
from methods.fitted_folder import loaded, write_fitted
from model.held_out_files import sign
from radiogene.decision.decision import ModelKind
from radiogene.errors import InterruptedTrainingError, SettingsError, TrainingError, WeightsError
from radiogene.methods.method import FitContext
from radiogene.methods.method_settings import NetworkSettings, StageSettings
from radiogene.methods.registry import method_named

SETTINGS = NetworkSettings(preset="tiny", seed=1, all_layers=StageSettings(epochs=1))
ALL_KNOWN = np.array([[n % 2, n // 2 % 2] for n in range(PATIENTS)], dtype=np.int8)
CUBE_SYSTEMS = ("cnn-3d", "cnn-3d-clinical", "densenet-2d")


@pytest.fixture(scope="module")
def cohort():
    return made_cohort()


@pytest.fixture
def fitted(tmp_path):
    """Fits a system in a folders of its own."""
    numbers = iter(range(100))

    def fit(name, cohort, settings=SETTINGS, labels=LABELS):
        place = tmp_path / f"folders-{next(numbers)}"
        system = method_named(name).make(settings, FitContext(place / "state", place / "features"))
        return system.fit(cohort, labels)

    return fit


def saved(system, folder):
    write_fitted(system, folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("name", CUBE_SYSTEMS)
def test_what_is_saved_is_loaded_exactly(name, cohort, fitted, tmp_path):
    system = fitted(name, cohort)
    probabilities = system.predict_proba(cohort)
    assert probabilities.shape == (PATIENTS, 2)
    assert ((probabilities > 0) & (probabilities < 1)).all()
    content = saved(system, tmp_path / "a")
    again = loaded(tmp_path / "a")
    np.testing.assert_array_equal(again.predict_proba(cohort), probabilities)
    assert again.facts == system.facts
    assert again.notes == system.notes
    assert again.history == tuple(replace(entry, member=f"seed-{n}") for n, entry in enumerate(system.history))
    again.save(tmp_path)
    assert (tmp_path / "model.safetensors").read_bytes() == content["model.safetensors"]
    assert again.facts.to_json() == system.facts.to_json()


@pytest.mark.parametrize("name", CUBE_SYSTEMS)
def test_held_out_predictions_are_those_of_the_part_that_was_held_out(name, cohort, fitted):
    system = fitted(name, cohort)
    held_out = system.held_out
    assert held_out.set_on == "inner validation"
    assert held_out.folds is None
    assert len(held_out.predictions.patient_ids) == round(0.2 * PATIENTS)
    of_them = cohort.of_patients(held_out.predictions.patient_ids)
    np.testing.assert_allclose(held_out.predictions.probabilities, system.predict_proba(of_them), atol=1e-6)
    positions = [cohort.patient_ids.index(patient) for patient in held_out.predictions.patient_ids]
    np.testing.assert_array_equal(held_out.predictions.labels, LABELS[positions])


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(cohort, fitted, tmp_path):
    first, again, other = (
        saved(fitted("cnn-3d-clinical", cohort, replace(SETTINGS, seed=seed)), tmp_path / str(number))
        for number, seed in enumerate((3, 3, 4))
    )
    assert first == again
    assert first["model.safetensors"] != other["model.safetensors"]


def test_weights_and_scaling_do_not_know_the_held_out_patients(cohort, fitted, tmp_path):
    system = fitted("cnn-3d-clinical", cohort)
    held_out = system.held_out.predictions.patient_ids
    fitting = next(n for n, patient in enumerate(cohort.patient_ids) if patient not in held_out)
    changed = with_other_cube(cohort, cohort.patient_ids.index(held_out[0]))
    other = fitted("cnn-3d-clinical", changed)
    before, after = saved(system, tmp_path / "a"), saved(other, tmp_path / "b")
    assert before["model.safetensors"] == after["model.safetensors"]
    assert (other.held_out.predictions.probabilities != system.held_out.predictions.probabilities).any()
    of_fitting = saved(fitted("cnn-3d-clinical", with_other_cube(cohort, fitting)), tmp_path / "c")
    assert before["model.safetensors"] != of_fitting["model.safetensors"]


def test_in_folds_every_patient_is_predicted_by_a_network_that_never_saw_it(cohort, fitted, tmp_path):
    settings = replace(SETTINGS, folds=2)
    system = fitted("cnn-3d", cohort, settings, ALL_KNOWN)
    held_out, folds = system.held_out.predictions, system.held_out.folds
    assert system.held_out.set_on == "out-of-fold"
    assert sorted(held_out.patient_ids) == sorted(cohort.patient_ids)
    assert set(folds.tolist()) == {0, 1}
    assert system.model_kind is ModelKind.REFIT
    assert len(system.members) == 1

    # One patient's cube changes: the fold's other patients are predicted as before, by a network that never saw it.
    row = held_out.patient_ids.index("p05")
    changed = fitted("cnn-3d", with_other_cube(cohort, 5), settings, ALL_KNOWN).held_out.predictions
    assert changed.patient_ids == held_out.patient_ids
    beside = (folds == folds[row]) & (np.arange(PATIENTS) != row)
    np.testing.assert_array_equal(changed.probabilities[beside], held_out.probabilities[beside])
    assert (changed.probabilities[row] != held_out.probabilities[row]).any()
    elsewhere = folds != folds[row]
    assert (changed.probabilities[elsewhere] != held_out.probabilities[elsewhere]).all()


def test_repeats_share_their_folds_and_are_averaged(cohort, fitted):
    system = fitted("densenet-2d", cohort, replace(SETTINGS, seeds=2))
    assert len(system.members) == 2
    assert system.model_kind is ModelKind.ENSEMBLE
    both = system.predict_proba(cohort)
    each = []
    for member in list(system.members):
        system.members = (member,)
        each.append(system.predict_proba(cohort))
    np.testing.assert_allclose(both, np.mean(each, axis=0))
    assert not np.allclose(*each)


def test_a_patient_without_a_known_label_takes_no_part(cohort, fitted, tmp_path):
    labels = LABELS.copy()
    labels[7] = -1
    others = np.delete(np.arange(PATIENTS), 7)
    whole = saved(fitted("cnn-3d-clinical", cohort, labels=labels), tmp_path / "a")
    assert whole == saved(fitted("cnn-3d-clinical", cohort.at(others), labels=labels[others]), tmp_path / "b")


def test_it_learns_what_the_cubes_tell(cohort, fitted):
    system = fitted("cnn-3d", cohort, replace(SETTINGS, all_layers=StageSettings(epochs=20)))
    found = system.predict_proba(made_cohort(seed=9))[:, 0]
    assert found[LABELS[:, 0] == 1].min() > found[LABELS[:, 0] == 0].max()


def test_clinical_columns_follow_the_settings_where_a_system_has_any(cohort, fitted):
    given = replace(SETTINGS, clinical=("age",))
    assert [i.name for i in fitted("cnn-3d-clinical", cohort, given).members[0].settings.values.clinical.inputs] == [
        "age"
    ]
    assert fitted("cnn-3d", cohort, given).members[0].settings.values.width == 0


@pytest.mark.usefixtures("heard_interrupts")
def test_an_interrupted_fit_goes_on_and_gives_the_same_bytes(cohort, fitted, tmp_path):
    settings = replace(SETTINGS, all_layers=StageSettings(epochs=16))
    place = FitContext(tmp_path / "state", tmp_path / "features")

    def interrupt():
        while not list(tmp_path.glob("state/*/fit/last.ckpt")):
            time.sleep(0.001)
        os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=interrupt, daemon=True)
    watcher.start()
    with pytest.raises(InterruptedTrainingError, match="goes on"):
        method_named("cnn-3d").make(settings, place).fit(cohort, LABELS)
    watcher.join()
    assert list(tmp_path.glob("state/*/fit/last.ckpt"))
    resumed = method_named("cnn-3d").make(settings, place).fit(cohort, LABELS)
    # Whoever keeps the result removes the state; until then the same fit is read from it, not fitted again.
    again = method_named("cnn-3d").make(settings, place).fit(cohort, LABELS)
    np.testing.assert_array_equal(again.predict_proba(cohort), resumed.predict_proba(cohort))
    assert saved(resumed, tmp_path / "a") == saved(fitted("cnn-3d", cohort, settings), tmp_path / "b")


def test_one_class_is_refused_before_anything_is_trained(cohort, fitted):
    labels = LABELS.copy()
    labels[:, 1] = 0
    with pytest.raises(
        TrainingError, match=r"training part has 0 KRAS mutants .* among 16 .*leave KRAS out \(`genes`\)"
    ):
        fitted("cnn-3d", cohort, labels=labels)
    with pytest.raises(TrainingError, match="No patient has a known status of EGFR or KRAS"):
        fitted("cnn-3d", cohort, labels=np.full_like(LABELS, -1))


def test_what_was_not_fitted_does_not_predict(cohort, tmp_path):
    system = method_named("cnn-3d").make(SETTINGS, FitContext(tmp_path, tmp_path))
    with pytest.raises(SettingsError, match="cnn-3d is not fitted"):
        system.predict_proba(cohort)
    with pytest.raises(SettingsError, match="not fitted"):
        system.save(tmp_path)
    with pytest.raises(SettingsError, match="right after the fit only"):
        _ = system.held_out


def test_a_folder_of_another_system_or_a_damaged_one_is_refused(cohort, fitted, tmp_path):
    saved(fitted("cnn-3d", cohort), tmp_path / "a")
    settings = json.loads((tmp_path / "a" / "settings.json").read_text())
    (tmp_path / "a" / "settings.json").write_text(json.dumps(settings | {"method": "densenet-2d"}))
    sign(tmp_path / "a")
    with pytest.raises(WeightsError, match="does not hold the weights of densenet-2d"):
        loaded(tmp_path / "a")
    (tmp_path / "a" / "settings.json").write_text(json.dumps(settings))
    weights = tmp_path / "a" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(WeightsError, match="not the file that training wrote"):
        loaded(tmp_path / "a")
    sign(tmp_path / "a")
    with pytest.raises(WeightsError, match="is damaged"):
        loaded(tmp_path / "a")


def test_nobody_is_predicted_where_nobody_is_asked_for(cohort, fitted):
    assert fitted("cnn-3d", cohort).predict_proba(cohort.at([])).shape == (0, 2)


def test_the_list_of_systems_loads_no_torch():
    code = (
        "import sys; from radiogene.methods.registry import all_methods; found = set(all_methods()); "
        "assert {'slides', 'densenet-2d', 'cnn-3d', 'cnn-3d-clinical', 'multilevel-residual'} <= found; "
        "assert not {'torch', 'sklearn', 'pandas', 'radiomics'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
