"""Row D: image features, radiomic features and clinical values side by side; none of them knows the held-out part."""

import numpy as np
import pytest

from methods.deep.made_cohort import made_cohort, with_other_cube
from methods.fitted_folder import loaded, write_fitted
from radiogene.methods.method import FitContext
from radiogene.methods.method_settings import NetworkSettings, StageSettings
from radiogene.methods.registry import method_named

SETTINGS = NetworkSettings(preset="tiny", seed=1, all_layers=StageSettings(epochs=1))
PATIENTS = 12
LABELS = np.array([[n % 2, n // 2 % 2] for n in range(PATIENTS)], dtype=np.int8)


@pytest.fixture(scope="module")
def cohort():
    return made_cohort().at(range(PATIENTS))


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    """The folder that keeps radiomic features for all fits."""
    return tmp_path_factory.mktemp("features")


@pytest.fixture(scope="module")
def system(cohort, features, tmp_path_factory):
    place = FitContext(tmp_path_factory.mktemp("state"), features)
    return method_named("multilevel-residual").make(SETTINGS, place).fit(cohort, LABELS)


@pytest.mark.long
@pytest.mark.slow
def test_clinical_values_and_selected_features_join(system):
    values = system.members[0].settings.values
    assert values.clinical.columns == ("sex", "smoking")
    assert len(values.radiomics.names) == 16
    assert system.members[0].network.head.layers[0].in_features == 8 + 16 + 32 + 2 + 16


@pytest.mark.slow
def test_it_is_loaded_exactly(system, cohort, tmp_path):
    few = cohort.at([0, 7])
    again = loaded(write_fitted(system, tmp_path / "model"))
    np.testing.assert_array_equal(again.predict_proba(few), system.predict_proba(few))


@pytest.mark.slow
def test_selection_scaling_and_weights_do_not_know_the_held_out_patients(system, cohort, features, tmp_path):
    held_out = system.held_out.predictions.patient_ids
    fitting = next(patient for patient in cohort.patient_ids if patient not in held_out)
    changed = []
    for patient in (held_out[0], fitting):
        other = with_other_cube(cohort, cohort.patient_ids.index(patient))
        place = FitContext(tmp_path / patient, features)
        changed.append(method_named("multilevel-residual").make(SETTINGS, place).fit(other, LABELS).members[0])
    before = system.members[0]
    assert changed[0].settings.values == before.settings.values
    assert changed[0].settings.scaling == before.settings.scaling
    assert changed[1].settings.values != before.settings.values
    for name, weights in before.network.state_dict().items():
        assert weights.equal(changed[0].network.state_dict()[name])
