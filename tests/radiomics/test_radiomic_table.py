"""The features of a cohort: one row per patient, measured once, never measured by halves."""

import shutil

import numpy as np
import pytest

from ct.made_geometry import made_geometry
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.preparation import PreparationSettings
from radiogene.errors import CohortError
from radiogene.radiomics import RadiomicSettings, cohort_features, radiomic_features
from radiogene.radiomics.radiomic_table import unmeasured

SETTINGS = RadiomicSettings(feature_classes=("shape", "firstorder"))


def ball(radius: float) -> np.ndarray:
    return (np.indices((64, 64, 64)) - 31.5).__pow__(2).sum(axis=0) <= radius**2


def nodule(patient: str, row: int, extent_mm: float | None) -> CubeRecord:
    geometry = made_geometry(None if extent_mm is None else [extent_mm] * 3)
    return CubeRecord(f"key{row}", PatientRow(patient_id=patient, row_number=row), geometry, True)


@pytest.fixture(scope="module")
def cubes() -> list[np.ndarray]:
    return [np.random.default_rng(n).normal(-300, 200, (64, 64, 64)).astype(np.float32) for n in range(5)]


@pytest.fixture
def store(tmp_path, cubes) -> CubeStore:
    """Patient a with two nodules, b with one; c has a point, d a segment that is too small."""
    segments = [ball(3), ball(8), ball(6), None, ball(1)]
    patients = [("a", 6.0), ("a", 16.0), ("b", 12.0), ("c", None), ("d", 2.0)]
    with CubeStore.create(tmp_path / "store", PreparationSettings(), "hash") as new:
        for n, (patient, extent) in enumerate(patients):
            new.add(nodule(patient, n, extent), cubes[n], segments[n])
    return CubeStore.open(tmp_path / "store")


@pytest.mark.parametrize("workers", [1, 2])
def test_every_patient_has_the_features_of_the_largest_nodule(store, cubes, tmp_path, workers):
    cohort = PreparedCohort.of(store).of_patients(["a", "b"])
    seen = []
    table = cohort_features(
        cohort,
        tmp_path / "cache",
        workers=workers,
        progress=lambda done, total: seen.append((done, total)),
        settings=SETTINGS,
    )
    assert seen == [(1, 2), (2, 2)]
    for n, (cube, radius) in enumerate(((cubes[1], 8), (cubes[2], 6))):
        alone = radiomic_features(np.rint(cube).astype(np.int16), ball(radius), SETTINGS)
        assert table.names == alone.names
        np.testing.assert_array_equal(table.values[n], alone.values)


def test_what_was_measured_is_read_again_by_its_content(store, tmp_path):
    cohort, folder = PreparedCohort.of(store).of_patients(["a", "b"]), tmp_path / "cache"
    table = cohort_features(cohort, folder, settings=SETTINGS)
    files = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert len(files) == 2
    again = cohort_features(cohort.at([1, 0]), folder, settings=SETTINGS)
    np.testing.assert_array_equal(again.values, table.values[::-1])
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == files
    cohort_features(cohort.at([0]), folder, settings=RadiomicSettings(50.0, feature_classes=("firstorder",)))
    assert len(list(folder.iterdir())) == 3


def test_a_damaged_file_of_the_cache_is_measured_again(store, tmp_path):
    cohort, folder = PreparedCohort.of(store).of_patients(["b"]), tmp_path / "cache"
    table = cohort_features(cohort, folder, settings=SETTINGS)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    for damage in (b"", whole[:-40], whole[:200] + b"x" + whole[201:], b"PK" + whole[2:100]):
        file.write_bytes(damage)
        np.testing.assert_array_equal(cohort_features(cohort, folder, settings=SETTINGS).values, table.values)
    assert [f.name for f in folder.iterdir()] == [file.name]


def test_patients_that_cannot_be_measured_are_refused_by_name(store, tmp_path):
    cohort = PreparedCohort.of(store)
    with pytest.raises(CohortError, match=r"2 of 4 patients cannot be measured, .* 'c': no segment.*Leave them out"):
        cohort_features(cohort, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
    assert sorted(unmeasured(cohort)) == [2, 3]
    assert "samples of 1 mm" in unmeasured(cohort)[3]
    with pytest.raises(CohortError, match="no patient"):
        cohort_features(cohort.at([]), tmp_path / "cache")


def test_features_move_with_their_folder(store, tmp_path):
    cohort = PreparedCohort.of(store).of_patients(["b"])
    table = cohort_features(cohort, tmp_path / "cache", settings=SETTINGS)
    shutil.move(tmp_path / "cache", tmp_path / "moved")
    np.testing.assert_array_equal(cohort_features(cohort, tmp_path / "moved", settings=SETTINGS).values, table.values)
