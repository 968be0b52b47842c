"""The house: rooms import only from those before them, and the door has the names that are promised."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import radiogene

SOURCE = Path(radiogene.__file__).parent

ROOMS = (
    "errors",
    "storage",
    "parallel",
    "ct",
    "cohort",
    "radiomics",
    "networks",
    "evaluation",
    "decision",
    "model",
    "training",
    "methods",
    "explanation",
    "prediction",
    "phantom",
    "report",
    "experiments",
    "api",
    "demo",
    "cli",
)
"""From the ground up."""

DOOR = (
    "Model",
    "Prediction",
    "RadiogeneError",
    "check_cohort",
    "cut_views",
    "estimate_prevalence",
    "evaluate",
    "list_methods",
    "load_model",
    "open_store",
    "patient_table",
    "place_nodule",
    "prepare_cohort",
    "prepare_nodule",
    "pretrain",
    "read_cohort",
    "read_scan",
    "sample_size",
    "train",
)


def modules():
    return sorted(SOURCE.rglob("*.py"))


def room_of(module: str) -> str:
    return module.split(".")[1]


@cache
def imported(file: Path) -> list[str]:
    """The modules of the package that a file imports anywhere, also inside functions."""
    names = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module == "radiogene":
                names += [f"radiogene.{alias.name}" for alias in node.names]
            names.append(node.module)
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return [name for name in names if name.startswith("radiogene.") and not name.endswith(".__version__")]


def test_rooms_import_only_from_those_before_them():
    upwards = []
    for file in modules():
        place = file.relative_to(SOURCE)
        if place.name == "__init__.py" and len(place.parts) == 1:
            continue
        own = ROOMS.index(place.parts[0].removesuffix(".py"))
        upwards += [f"{place} imports {name}" for name in imported(file) if ROOMS.index(room_of(name)) > own]
    assert not upwards, "\n".join(upwards)


def test_no_file_stands_without_a_room():
    assert sorted(file.name for file in SOURCE.glob("*.py")) == ["__init__.py", "errors.py"]
    assert {folder.name for folder in SOURCE.iterdir() if (folder / "__init__.py").exists()} == {*ROOMS} - {"errors"}


def test_modules_import_each_other_in_no_circle():
    names = {".".join(["radiogene", *file.relative_to(SOURCE).with_suffix("").parts]): file for file in modules()}
    reached = {name: [other for other in imported(file) if other in names] for name, file in names.items()}
    done: set[str] = set()

    def follow(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join([*way[way.index(name) :], name])
        if name not in done:
            for other in reached[name]:
                follow(other, (*way, name))
            done.add(name)

    for name in names:
        follow(name, ())


def test_the_door_has_these_names_and_lists_them():
    assert tuple(radiogene.__all__) == DOOR
    assert set(DOOR) <= set(dir(radiogene))
    for name in DOOR:
        assert getattr(radiogene, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'predict_everything'; it has Model"):
        radiogene.predict_everything  # noqa: B018
    assert (SOURCE / "py.typed").is_file()


def test_the_door_opens_without_torch():
    shown = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, radiogene; dir(radiogene); print([m for m in sys.modules if '.' not in m])",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for heavy in ("torch", "numpy", "pydicom", "scipy", "pydantic", "typer"):
        assert f"'{heavy}'" not in shown
