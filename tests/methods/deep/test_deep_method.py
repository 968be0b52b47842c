"""What every deep system must do: fit, predict, save, load, go on, and never learn from whom it holds out."""

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
from radiogene.decision.decision import ModelKind
from radiogene.errors import InterruptedTrainingError, SettingsError, TrainingError, WeightsError
from radiogene.methods.method import FitFolders
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.registry import method_named

SETTINGS = MethodSettings(preset="tiny", folds=0, seed=1, epochs=1)
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
        system = method_named(name).make(settings, FitFolders(place / "state", place / "features"))
        return system.fit(cohort, labels)

    return fit


def saved(system, folder):
    folder.mkdir(parents=True)
    system.save(folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("name", CUBE_SYSTEMS)
def test_what_is_saved_is_loaded_exactly(name, cohort, fitted, tmp_path):
    system = fitted(name, cohort)
    probabilities = system.predict_proba(cohort)
    assert probabilities.shape == (PATIENTS, 2)
    assert ((probabilities > 0) & (probabilities < 1)).all()
    assert set(saved(system, tmp_path / "a")) == {"settings.json", "member-0.safetensors"}
    loaded = method_named(name).load(tmp_path / "a")
    np.testing.assert_array_equal(loaded.predict_proba(cohort), probabilities)
    assert loaded.settings == SETTINGS
    assert loaded.notes == system.notes
    assert saved(loaded, tmp_path / "b") == saved(system, tmp_path / "c")


@pytest.mark.parametrize("name", CUBE_SYSTEMS)
def test_unseen_predictions_are_those_of_the_part_that_was_held_out(name, cohort, fitted):
    system = fitted(name, cohort)
    unseen = system.unseen
    assert unseen.set_on == "inner validation"
    assert unseen.folds is None
    assert len(unseen.predictions.patient_ids) == round(0.2 * PATIENTS)
    of_them = cohort.of_patients(unseen.predictions.patient_ids)
    np.testing.assert_allclose(unseen.predictions.probabilities, system.predict_proba(of_them), atol=1e-6)
    positions = [cohort.patient_ids.index(patient) for patient in unseen.predictions.patient_ids]
    np.testing.assert_array_equal(unseen.predictions.labels, LABELS[positions])


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(cohort, fitted, tmp_path):
    first, again, other = (
        saved(fitted("cnn-3d-clinical", cohort, replace(SETTINGS, seed=seed)), tmp_path / str(number))
        for number, seed in enumerate((3, 3, 4))
    )
    assert first == again
    assert first["member-0.safetensors"] != other["member-0.safetensors"]


def test_weights_and_scaling_do_not_know_the_held_out_patients(cohort, fitted, tmp_path):
    system = fitted("cnn-3d-clinical", cohort)
    held_out = system.unseen.predictions.patient_ids
    fitting = next(n for n, patient in enumerate(cohort.patient_ids) if patient not in held_out)
    changed = with_other_cube(cohort, cohort.patient_ids.index(held_out[0]))
    other = fitted("cnn-3d-clinical", changed)
    before, after = saved(system, tmp_path / "a"), saved(other, tmp_path / "b")
    assert before["member-0.safetensors"] == after["member-0.safetensors"]
    assert (other.unseen.predictions.probabilities != system.unseen.predictions.probabilities).any()
    of_fitting = saved(fitted("cnn-3d-clinical", with_other_cube(cohort, fitting)), tmp_path / "c")
    assert before["member-0.safetensors"] != of_fitting["member-0.safetensors"]


def test_in_folds_every_patient_is_predicted_by_a_network_that_never_saw_it(cohort, fitted, tmp_path):
    settings = replace(SETTINGS, folds=2)
    system = fitted("cnn-3d", cohort, settings, ALL_KNOWN)
    unseen = system.unseen.predictions
    assert system.unseen.set_on == "out-of-fold"
    assert sorted(unseen.patient_ids) == sorted(cohort.patient_ids)
    assert set(system.unseen.folds.tolist()) == {0, 1}
    assert system.model_kind is ModelKind.REFIT
    assert len(system.members) == 1

    # One patient's cube changes: the fold's other patients are predicted as before, by a network that never saw it.
    row = unseen.patient_ids.index("p05")
    changed = fitted("cnn-3d", with_other_cube(cohort, 5), settings, ALL_KNOWN).unseen.predictions
    assert changed.patient_ids == unseen.patient_ids
    beside = (system.unseen.folds == system.unseen.folds[row]) & (np.arange(PATIENTS) != row)
    np.testing.assert_array_equal(changed.probabilities[beside], unseen.probabilities[beside])
    assert (changed.probabilities[row] != unseen.probabilities[row]).any()
    elsewhere = system.unseen.folds != system.unseen.folds[row]
    assert (changed.probabilities[elsewhere] != unseen.probabilities[elsewhere]).all()


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
    system = fitted("cnn-3d", cohort, replace(SETTINGS, epochs=20))
    found = system.predict_proba(made_cohort(seed=9))[:, 0]
    assert found[LABELS[:, 0] == 1].min() > found[LABELS[:, 0] == 0].max()


def test_clinical_columns_follow_the_settings_where_a_system_has_any(cohort, fitted):
    given = replace(SETTINGS, clinical=("age",))
    assert [i.name for i in fitted("cnn-3d-clinical", cohort, given).members[0].values.clinical.inputs] == ["age"]
    assert fitted("cnn-3d", cohort, given).members[0].values.width == 0


@pytest.mark.usefixtures("heard_interrupts")
def test_an_interrupted_fit_goes_on_and_gives_the_same_bytes(cohort, fitted, tmp_path):
    settings = replace(SETTINGS, epochs=16)
    place = FitFolders(tmp_path / "state", tmp_path / "features")

    def interrupt():
        while not list(tmp_path.glob("state/*/*/fit/last.ckpt")):
            time.sleep(0.001)
        os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=interrupt, daemon=True)
    watcher.start()
    with pytest.raises(InterruptedTrainingError, match="goes on"):
        method_named("cnn-3d").make(settings, place).fit(cohort, LABELS)
    watcher.join()
    assert list(tmp_path.glob("state/*/*/fit/last.ckpt"))
    resumed = method_named("cnn-3d").make(settings, place).fit(cohort, LABELS)
    assert not list(tmp_path.glob("state/*"))
    assert saved(resumed, tmp_path / "a") == saved(fitted("cnn-3d", cohort, settings), tmp_path / "b")


def test_one_class_is_refused_before_anything_is_trained(cohort, fitted):
    labels = LABELS.copy()
    labels[:, 1] = 0
    with pytest.raises(TrainingError, match=r"training part has 0 KRAS mutants among 16 .*`genes`"):
        fitted("cnn-3d", cohort, labels=labels)
    with pytest.raises(TrainingError, match="No patient has a known status of EGFR or KRAS"):
        fitted("cnn-3d", cohort, labels=np.full_like(LABELS, -1))


def test_what_was_not_fitted_does_not_predict(cohort, tmp_path):
    system = method_named("cnn-3d").make(SETTINGS, FitFolders(tmp_path, tmp_path))
    with pytest.raises(SettingsError, match="cnn-3d is not fitted"):
        system.predict_proba(cohort)
    with pytest.raises(SettingsError, match="not fitted"):
        system.save(tmp_path)
    with pytest.raises(SettingsError, match="right after the fit only"):
        _ = system.unseen


def test_a_folder_of_another_system_or_a_damaged_one_is_refused(cohort, fitted, tmp_path):
    saved(fitted("cnn-3d", cohort), tmp_path / "a")
    with pytest.raises(WeightsError, match="found 'cnn-3d' in format 1; expected 'cnn-3d-clinical'"):
        method_named("cnn-3d-clinical").load(tmp_path / "a")
    weights = tmp_path / "a" / "member-0.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(WeightsError, match="does not hold the weights of cnn-3d"):
        method_named("cnn-3d").load(tmp_path / "a")


def test_nobody_is_predicted_where_nobody_is_asked_for(cohort, fitted):
    assert fitted("cnn-3d", cohort).predict_proba(cohort.at([])).shape == (0, 2)


def test_the_list_of_systems_loads_no_torch():
    code = (
        "import sys; from radiogene.methods.registry import all_methods; found = set(all_methods()); "
        "assert {'slides', 'densenet-2d', 'cnn-3d', 'cnn-3d-clinical', 'multilevel-residual'} <= found; "
        "assert not {'torch', 'sklearn', 'pandas', 'radiomics'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
