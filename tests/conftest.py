"""Fixtures that several rooms share: a small synthetic cohort, its store, and a model trained on it, made once."""

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from harness.dask_machines import Machines, dask_machines
from harness.s3_server import endpoint_here
from object_storage import ENVIRONMENT
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.prepare import prepare_cohort
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.phantom import write_cohort
from radiogene.phantom.cohort_folder import COHORT_FILE
from radiogene.storage.state_folder import STATE_VARIABLE

REPOSITORY = Path(__file__).parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Gives all tests, and every process that they start, a state folder of their own: nobody's key and ledger."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[STATE_VARIABLE] = tempfile.mkdtemp(prefix="radiogene-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ.pop(STATE_VARIABLE, ""), ignore_errors=True)


@pytest.fixture
def own_state(tmp_path, monkeypatch) -> Path:
    """A state folder of one test alone, empty."""
    folder = tmp_path / "state"
    monkeypatch.setenv(STATE_VARIABLE, str(folder))
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real images; skips where it is absent."""
    folder = Path(os.environ.get("RADIOGENE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (RADIOGENE_REAL_DATA)")
    return folder


MadeOnce = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory) -> MadeOnce:
    """Makes a folder of a name once for all processes that share the tests; tests only read what is in it."""
    own = tmp_path_factory.getbasetemp()
    root = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def folder(name: str, make: Callable[[Path], None]) -> Path:
        made, done = root / "made-once" / name, root / "made-once" / f"{name}.done"
        made.parent.mkdir(exist_ok=True)
        with FileLock(f"{made}.lock"):
            if not done.exists():
                make(made)
                done.touch()
        return made

    return folder


@pytest.fixture(scope="session")
def synthetic_cohort(made_once) -> Path:
    """The table of 28 synthetic patients of site A."""
    return made_once("cohort", lambda path: write_cohort(path, patients=28, site="A", seed=3, workers=1)) / COHORT_FILE


@pytest.fixture(scope="session")
def synthetic_store(synthetic_cohort, made_once) -> CubeStore:
    """The cubes of the synthetic cohort."""

    def make(path: Path) -> None:
        summary = prepare_cohort(read_cohort(synthetic_cohort), path)
        assert not summary.failed

    return CubeStore.open(made_once("store", make))


FEW = tuple(f"SYN-A-00{n:02}" for n in (1, 2, 3, 4, 5, 6, 7, 9, 10, 13, 14, 18, 22, 23, 24))
"""Five mutants of EGFR, five of KRAS and five of neither: a fifth held out has one of each."""


@pytest.fixture(scope="session")
def few_store(synthetic_store, made_once) -> CubeStore:
    """The cubes of half the patients, for a training of which only the way is looked at."""

    def make(path: Path) -> None:
        with CubeStore.create(path, synthetic_store.preparation, synthetic_store.preparation_hash) as store:
            for number, record in enumerate(synthetic_store.records):
                if record.row.patient_id in FEW:
                    segment = synthetic_store.segment(number)
                    store.add(record, synthetic_store.cube(number).astype(np.float32), segment)

    return CubeStore.open(made_once("few-store", make))


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
def trained_model(synthetic_patients, short_training, made_once) -> Path:
    """The model folder of that training on the synthetic cohort."""
    from radiogene.training.fitting.run_options import RunOptions
    from whole_training import train

    options = RunOptions(accelerator="cpu", progress=False)
    return made_once("model", lambda path: train(synthetic_patients, short_training, path, options))


@pytest.fixture(scope="session")
def machines(tmp_path_factory) -> Iterator[Machines]:
    """A Dask scheduler and two workers on the loopback interface; those that a test ended are started anew."""
    with dask_machines(tmp_path_factory.mktemp("machines")) as started:
        yield started


@pytest.fixture
def cluster(machines):
    """These workers, all there, as the work of a command takes them."""
    from radiogene.parallel.dask_cluster import DaskCluster

    machines.complete()
    with DaskCluster(machines.address) as opened:
        yield opened


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """A local S3-compatible server."""
    with endpoint_here() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(s3_endpoint, monkeypatch) -> str:
    """The address of a new bucket on it; the environment leads there."""
    import fsspec

    for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": s3_endpoint}.items():
        monkeypatch.setenv(name, value)
    name = f"b-{uuid.uuid4().hex[:12]}"
    fsspec.filesystem("s3").mkdir(name)
    return f"s3://{name}"


Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def radiogene(capfd) -> Program:
    """Runs `radiogene WORD ...` in this process; one of its own would import for seconds before it begins.

    Gives the exit code and what reached each stream, written by Python or below it. Where the process itself matters
    (signals, what is imported, the installed program), tests start one.
    """
    from radiogene.cli.app import main

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        code = 0
        capfd.readouterr()
        try:
            main([str(word) for word in words])
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capfd.readouterr()
        return subprocess.CompletedProcess(words, code, printed.out, printed.err)

    return run


@pytest.fixture
def heard_interrupts() -> Iterator[None]:
    """SIGINT raises KeyboardInterrupt, also where the shell started this process with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
