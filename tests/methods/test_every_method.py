"""What holds for every compared system; a new one is tested by its file.

Systems with a network are fitted by tests of their own: their fits take minutes, and there are many of them.
"""

import json
import subprocess
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from methods.table_patients import TablePatients
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.errors import WeightsError
from radiogene.evaluation.predictions import label_table
from radiogene.methods.inputs import available
from radiogene.methods.method import FitFolders, Need
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.registry import all_methods, method_named
from radiogene.methods.tabular import tabular_method
from radiogene.methods.tabular.pipeline import learner_pipeline
from radiogene.radiomics import cohort_features

SETTINGS = MethodSettings(folds=3)
ONE_GENE = MethodSettings(genes=("EGFR",), folds=2, elimination_step=0.5)
"""For systems of a thousand features, of which each fit takes seconds."""

SEGMENTED = 16
"""Patients of whom features are measured, each for a second."""

FEW_TREES = 10
"""Of a forest: an elimination among a thousand features grows dozens of forests."""

COLUMNS_ALONE = {Need.CLINICAL, Need.SEMANTIC, Need.SUV}

OF_COLUMNS = [entry for entry in all_methods().values() if set(entry.needs) <= COLUMNS_ALONE]
OF_SEGMENTS = [
    entry
    for entry in all_methods().values()
    if not entry.network and Need.SEGMENT in entry.needs and set(entry.needs) <= {*COLUMNS_ALONE, Need.SEGMENT}
]


def named(entry):
    return entry.name


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("folders")
    return FitFolders(folder / "state", folder / "features")


@pytest.fixture(scope="module")
def segmented(synthetic_store):
    """The synthetic patients whose nodule has a segment that features can be measured in, and their labels."""
    everybody = PreparedCohort.of(synthetic_store)
    cohort = everybody.at(np.flatnonzero(available(method_named("radiomics"), everybody).present)[:SEGMENTED])
    return cohort, label_table(cohort.patients, ONE_GENE.genes)


@pytest.fixture(scope="module")
def measured(segmented, made_once):
    """The folder of their features, which all processes share."""
    return made_once("radiomic-features", lambda folder: cohort_features(segmented[0], folder))


def check_contract(entry, settings, cohort, labels, folders, tmp_path):
    """Fits, predicts, saves and loads one system."""
    assert available(entry, cohort).present.all()
    system = entry.make(settings, folders).fit(cohort, labels)
    probabilities = system.predict_proba(cohort)
    assert probabilities.shape == labels.shape
    assert ((probabilities >= 0) & (probabilities <= 1)).all()

    unseen = system.unseen
    assert sorted(unseen.predictions.patient_ids) == sorted(cohort.patient_ids)
    assert unseen.predictions.genes == settings.genes
    assert unseen.set_on == "out-of-fold"
    assert sorted(set(unseen.folds.tolist())) == list(range(settings.folds))
    assert all(isinstance(note, str) for note in system.notes)

    folder = tmp_path / "fitted"
    folder.mkdir()
    system.save(folder)
    assert not list(folder.rglob("*.pkl"))
    written = b"".join(file.read_bytes() for file in folder.iterdir())
    assert not any(patient.encode() in written for patient in cohort.patient_ids)
    again = entry.load(folder)
    assert again.settings == settings
    assert again.notes == system.notes
    # A few patients only, as a loaded system measures radiomic features anew.
    few = cohort.at([4, 1, 2])
    np.testing.assert_array_equal(again.predict_proba(few), system.predict_proba(few))
    np.testing.assert_allclose(again.predict_proba(few), probabilities[[4, 1, 2]], rtol=0, atol=1e-12)


@pytest.mark.parametrize("entry", OF_COLUMNS, ids=named)
def test_a_system_of_columns_keeps_the_contract(entry, folders, tmp_path):
    patients = TablePatients()
    check_contract(entry, SETTINGS, patients.cohort, patients.labels, folders, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("entry", OF_SEGMENTS, ids=named)
def test_a_system_of_segments_keeps_the_contract(entry, segmented, measured, tmp_path, monkeypatch):
    monkeypatch.setattr(tabular_method, "learner_pipeline", partial(learner_pipeline, trees=FEW_TREES))
    check_contract(entry, ONE_GENE, *segmented, FitFolders(tmp_path / "state", measured), tmp_path)


@pytest.mark.parametrize("entry", OF_COLUMNS, ids=named)
def test_the_same_seed_gives_the_same_probabilities(entry, folders):
    patients = TablePatients(count=50)
    first, second = (entry.make(SETTINGS, folders).fit(patients.cohort, patients.labels) for _ in range(2))
    np.testing.assert_array_equal(first.predict_proba(patients.cohort), second.predict_proba(patients.cohort))


@pytest.mark.parametrize("entry", OF_COLUMNS, ids=named)
def test_a_changed_file_is_refused(entry, folders, tmp_path):
    patients = TablePatients(count=50)
    entry.make(SETTINGS, folders).fit(patients.cohort, patients.labels).save(tmp_path)
    for file in sorted(tmp_path.iterdir()):
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(WeightsError, match=file.name):
            entry.load(tmp_path)
        file.write_bytes(whole)


@pytest.mark.parametrize("entry", all_methods().values(), ids=named)
def test_the_entry_says_what_it_is_in_plain_json(entry):
    content = json.loads(json.dumps(entry.to_json()))
    assert content["name"] == entry.name
    assert content["needs"]
    assert content["title"]
    assert content["learner"]
    assert content["source"]
    assert replace(entry, name="other").name == "other"


def test_listing_the_systems_imports_nothing_heavy():
    code = (
        "import sys; from radiogene.methods.registry import all_methods;"
        "print([entry.to_json() for entry in all_methods().values()] and "
        "[name for name in ('torch', 'sklearn', 'pandas', 'skops') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
