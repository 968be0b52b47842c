"""Fixtures that several rooms share: a small synthetic cohort, its store, and a model trained on it, made once."""

import os
from pathlib import Path

import pytest

from radiogene.cohort.prepare import prepare_cohort
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store import CubeStore
from radiogene.cohort.table import read_cohort
from radiogene.phantom import write_cohort

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real images; skips where it is absent."""
    folder = Path(os.environ.get("RADIOGENE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (RADIOGENE_REAL_DATA)")
    return folder


@pytest.fixture(scope="session")
def synthetic_cohort(tmp_path_factory) -> Path:
    """The table of 28 synthetic patients of site A."""
    return write_cohort(tmp_path_factory.mktemp("cohort") / "a", patients=28, site="A", seed=3, workers=1)


@pytest.fixture(scope="session")
def synthetic_store(synthetic_cohort, tmp_path_factory) -> CubeStore:
    """The cubes of the synthetic cohort."""
    path = tmp_path_factory.mktemp("stores") / "a"
    summary = prepare_cohort(read_cohort(synthetic_cohort), path)
    assert not summary.failed
    return CubeStore.open(path)


@pytest.fixture(scope="session")
def synthetic_patients(synthetic_store) -> PreparedCohort:
    """The patients of that store."""
    return PreparedCohort.of(synthetic_store)


@pytest.fixture(scope="session")
def short_training():
    """Settings of a training of three epochs at the smallest preset."""
    from dataclasses import replace

    from radiogene.training.settings import TrainingSettings
    from radiogene.training.stages.schedule import schedule_of

    schedule = schedule_of("tiny")
    return TrainingSettings(
        preset="tiny",
        seed=4,
        schedule=replace(
            schedule,
            all_layers=replace(schedule.all_layers, epochs=2),
            fusion=replace(schedule.fusion, epochs=1),
            validation_share=0.3,
        ),
    )


@pytest.fixture(scope="session")
def trained_model(synthetic_patients, short_training, tmp_path_factory) -> Path:
    """The model folder of that training on the synthetic cohort."""
    from radiogene.training.fitting.run_options import RunOptions
    from radiogene.training.train import train

    out = tmp_path_factory.mktemp("models") / "model"
    train(synthetic_patients, short_training, out, RunOptions(accelerator="cpu", progress=False))
    return out
