"""The built wheel holds every file of the source, and alone in an empty environment it runs the demonstration."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SOURCE = REPOSITORY / "src"
CONSTRAINTS = REPOSITORY / "constraints.txt"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built of the source as it is now."""
    pytest.importorskip("hatchling", reason="hatchling builds the wheel; the extra test has it")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, check=True, capture_output=True, cwd=REPOSITORY)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_source_and_its_licence(wheel):
    written = {path for path in (SOURCE / "radiogene").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    wanted = {path.relative_to(SOURCE).as_posix() for path in written}
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert any(name.endswith(".html.j2") for name in wanted)
    assert {name for name in names if ".dist-info/" not in name} == wanted
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


@pytest.fixture
def environment(tmp_path) -> Iterator[Path]:
    """A new virtual environment in which nothing is installed; removed afterwards, for it is large."""
    folder = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
    yield folder
    shutil.rmtree(folder)


def without_this_environment() -> dict[str, str]:
    """The variables of this process, save those that would show another Python the packages of this one."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def installed(environment: Path, *words: str) -> subprocess.CompletedProcess[str]:
    pip = [environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--constraint", CONSTRAINTS, *words]
    return subprocess.run([*map(str, pip)], capture_output=True, text=True, check=False, env=without_this_environment())


def require_an_index(environment: Path) -> None:
    """Skip where no package index answers; a wheel that asks for what no index has is a failure, and comes later."""
    answer = installed(environment, "--no-deps", "--retries", "1", "packaging")
    if answer.returncode != 0:
        pytest.skip(f"no package index can be reached: {answer.stderr.strip().splitlines()[-1]}")


@pytest.mark.long
def test_in_an_empty_environment_it_runs_the_demonstration(wheel, environment, tmp_path):
    require_an_index(environment)
    # torch first and alone, as in the Makefile: the constraint keeps the CPU build.
    for words in (["torch"], [str(wheel)]):
        done = installed(environment, *words)
        assert done.returncode == 0, done.stderr[-3000:]
    place = tmp_path / "elsewhere"
    place.mkdir()
    command = [str(environment / "bin" / "radiogene"), "demo", "--out", "demo", "--quiet"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=place, env=without_this_environment()
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith("SYNTHETIC")
    assert "SYNTHETIC" in (place / "demo" / "report.html").read_text(encoding="utf-8")
    metrics = json.loads((place / "demo" / "metrics.json").read_text(encoding="utf-8"))
    assert set(metrics["external"]) == {"both", "image only", "clinical only"}
