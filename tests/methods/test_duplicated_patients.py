"""The planted duplications: every system refuses patients entered twice, and a training cohort that comes back."""

import json
from dataclasses import replace

import numpy as np
import pytest

import radiogene as rg
from cohort.identity.doubled import doubled
from harness.phantom_cubes import clinical_row, geometry_of
from methods.whole_cohort import whole_cohort, write_whole_store
from radiogene.cohort.identity.duplicates import cohort_scans
from radiogene.cohort.identity.site_key import site_key
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.preparation import PreparationSettings
from radiogene.errors import CohortError
from radiogene.experiments.cohorts import counted_duplicates
from radiogene.methods.method import FitContext
from radiogene.methods.registry import all_methods
from radiogene.methods.trained_model import fit_model
from radiogene.phantom.genetics import site_model
from radiogene.phantom.nodule_cubes import scan_nodule, shift_between_mm
from radiogene.phantom.patient import draw_patient
from radiogene.prediction.model_evaluation import evaluate_model

PATIENTS = 39
ASIDE_MM = 1.5
CLINICAL = {"genes": ["EGFR"], "folds": 2, "clinical": ["age", "sex", "smoking"]}


@pytest.fixture(scope="module")
def cohort(synthetic_store, made_once):
    return whole_cohort(made_once("whole-store", lambda path: write_whole_store(synthetic_store, path)))


@pytest.mark.parametrize("name", all_methods())
def test_every_system_refuses_patients_entered_twice(name, cohort, tmp_path):
    entry = all_methods()[name]
    settings = replace(entry.settings(), genes=("EGFR",))
    with pytest.raises(CohortError, match=r"pairs are one patient each: '.*' and 'again .*leak between"):
        fit_model(entry, settings, doubled(cohort), FitContext(tmp_path, tmp_path))


def write_marked(folder, aside_mm, name):
    """A store of phantom patients, each marked so far aside."""
    settings = PreparationSettings()
    rng = np.random.default_rng(0)
    with CubeStore.create(folder, settings, settings.fingerprint()) as store:
        for number in range(PATIENTS):
            patient = draw_patient(site_model("A"), "A", 7, number)
            scan = scan_nodule(patient)
            cube_hu, inside = scan.cube(shift_between_mm(aside_mm, aside_mm, rng))
            row = replace(
                clinical_row(patient, {"EGFR": number % 2, "KRAS": number % 3 % 2}), patient_id=f"{name} {number}"
            )
            store.add(
                CubeRecord(f"{name}{number}", row, geometry_of(inside, scan.grid.grid.spacing_mm), True),
                cube_hu,
                inside,
            )


@pytest.fixture(scope="module")
def marked(made_once):
    return made_once("marked-39", lambda path: write_marked(path, 0.0, "training"))


@pytest.fixture(scope="module")
def aside(made_once):
    return made_once("aside-39", lambda path: write_marked(path, ASIDE_MM, "external"))


@pytest.fixture(scope="module")
def model(marked, made_once):
    return made_once("clinical-of-39", lambda path: rg.train(marked, path, method="clinical", settings=CLINICAL))


@pytest.mark.slow
def test_training_patients_under_new_ids_marked_aside_are_no_external_cohort(model, marked, aside):
    with pytest.raises(CohortError, match=r"39 of 39 nodules.*'external 0' \(the same scan, marked elsewhere"):
        rg.evaluate(model, aside)
    allowed = rg.evaluate(model, aside, include_training_cases=True)
    assert allowed.to_json()["training_cases"] == PATIENTS
    with pytest.raises(CohortError, match=r"39 pairs are one.*: 'training 0' and 'external 0'.*shares no scan"):
        counted_duplicates(*(cohort_scans(each, site_key()) for each in opened(marked, aside)), allowed=False)


def opened(*stores):
    return [PreparedCohort.of(CubeStore.open(store)) for store in stores]


@pytest.mark.slow
def test_external_patients_entered_twice_are_refused_and_counted_where_allowed(model, synthetic_patients, tmp_path):
    twice = doubled(synthetic_patients)
    predictor = rg.load_model(model).predictor
    with pytest.raises(CohortError, match=r"28 pairs are one patient each.*narrows every interval.*`allow_duplicates`"):
        evaluate_model(predictor, twice)
    evaluation = evaluate_model(predictor, twice, allow_duplicates=True)
    evaluation.write(tmp_path)
    content = json.loads((tmp_path / "evaluation.json").read_text())
    assert content["duplicates"] == {"allowed": True, "inside": 28, "between": 0}
    assert content["training_cases"] == 0


@pytest.mark.slow
def test_a_training_with_duplicates_says_so_in_its_card_and_manifest(synthetic_patients, tmp_path):
    entry = all_methods()["clinical"]
    settings = replace(entry.settings(), genes=("EGFR",), folds=2)
    fit_model(
        entry, settings, doubled(synthetic_patients), FitContext(tmp_path, tmp_path), allow_duplicates=True
    ).write(tmp_path / "model")
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    assert manifest["duplicates"] == {"allowed": True, "inside": 27, "between": 0}
    assert "27 pairs of patients of one cohort show one scan" in (tmp_path / "model" / "card.md").read_text()
    # Nothing that a folder remembers is an identifier.
    text = (tmp_path / "model" / "training_scans.json").read_text()
    assert "SYN-" not in text
