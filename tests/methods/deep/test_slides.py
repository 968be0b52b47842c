"""Row A: tiles of slides, read with bounds, averaged per patient."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from methods.deep.made_cohort import LABELS, MadeSource, made_rows
from methods.fitted_folder import loaded, write_fitted
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.errors import CohortError
from radiogene.methods.deep.slide_images import MOST_TILES, SlideImages, tile_files
from radiogene.methods.method import FitContext
from radiogene.methods.method_settings import NetworkSettings, StageSettings
from radiogene.methods.registry import method_named

SETTINGS = NetworkSettings(preset="tiny", seed=1, all_layers=StageSettings(epochs=1))
TILES = 2


def slides_cohort(folder, tiles=TILES):
    """Patients whose tiles are redder where the first gene is mutated."""
    drawn = np.random.default_rng(0)
    rows = []
    for row, label in zip(made_rows(), LABELS[:, 0], strict=True):
        place = folder / row.patient_id / "slides"
        place.mkdir(parents=True)
        for number in range(tiles):
            colour = np.array([120 + 80 * int(label), 100, 140]) + drawn.normal(0, 20, (96, 80, 3))
            Image.fromarray(colour.clip(0, 255).astype(np.uint8)).save(place / f"tile-{number:03}.jpg")
        rows.append(replace(row, extra={"slides": f"{row.patient_id}/slides"}))
    return PreparedCohort.of(MadeSource(rows), folder)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return slides_cohort(tmp_path_factory.mktemp("slides"))


def test_tiles_are_scaled_and_belong_to_their_patient(cohort, tmp_path):
    images = SlideImages(64).read(cohort, None)
    assert images.images.shape == (len(cohort) * TILES, 64, 64, 3)
    np.testing.assert_array_equal(images.owners, np.repeat(np.arange(len(cohort)), TILES))
    assert len(set(images.keys.tolist())) == len(images.keys)
    red = images.images[..., 0].mean(axis=(1, 2))
    np.testing.assert_array_equal(red > 160, LABELS[images.owners, 0] == 1)


def test_decoded_tiles_are_kept_and_read_again(cohort, tmp_path):
    kind = SlideImages(32)
    in_memory = kind.read(cohort, None)
    for _ in range(2):
        mapped = kind.read(cohort, tmp_path)
        np.testing.assert_array_equal(mapped.images, in_memory.images)
        assert mapped.fingerprint == in_memory.fingerprint
    assert len(list(tmp_path.iterdir())) == 1
    assert SlideImages(64).read(cohort, None).fingerprint != in_memory.fingerprint


def test_it_fits_predicts_and_is_loaded_exactly(cohort, tmp_path):
    entry = method_named("slides")
    system = entry.make(SETTINGS, FitContext(tmp_path / "state", tmp_path / "features")).fit(cohort, LABELS)
    probabilities = system.predict_proba(cohort)
    assert probabilities.shape == (len(cohort), 2)
    again = loaded(write_fitted(system, tmp_path / "saved"))
    np.testing.assert_array_equal(again.predict_proba(cohort), probabilities)
    assert system.notes == ("InceptionV3 with 1/8 of its channels on tiles of 128 pixels",)


def test_a_damaged_tile_is_named(tmp_path):
    cohort = slides_cohort(tmp_path)
    file = tmp_path / "p03" / "slides" / "tile-001.jpg"
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(CohortError, match=r"p03.slides.tile-001\.jpg: found no usable tile \(damaged"):
        SlideImages(64).read(cohort, tmp_path / "kept")
    assert not list((tmp_path / "kept").glob("*"))


def test_patients_whose_tiles_cannot_be_found_are_named(cohort, tmp_path):
    row = cohort.patients[0]
    with pytest.raises(CohortError, match="p00: the column slides names no folder"):
        tile_files(cohort, replace(row, extra={}))
    with pytest.raises(CohortError, match="p00: found no tile in"):
        tile_files(cohort, replace(row, extra={"slides": "nowhere"}))
    with pytest.raises(CohortError, match="nothing says from which folder on"):
        tile_files(replace(cohort, files=None), row)
    elsewhere = replace(row, extra={"slides": str(cohort.files / row.extra["slides"])})
    assert tile_files(replace(cohort, files=None), elsewhere) == tile_files(cohort, row)


def test_of_many_tiles_some_are_taken_evenly_and_other_files_passed_over(cohort, tmp_path):
    for number in range(3 * MOST_TILES):
        (tmp_path / f"tile-{number:04}.JPG").touch()
    (tmp_path / "notes.txt").touch()
    found = tile_files(replace(cohort, files=tmp_path), replace(cohort.patients[0], extra={"slides": "."}))
    assert [file.name for file in found] == [f"tile-{3 * number:04}.JPG" for number in range(MOST_TILES)]
