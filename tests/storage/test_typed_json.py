"""The strict reader and writer of dataclasses."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from radiogene.errors import StoreError, WeightsError
from radiogene.storage.atomic_files import write_json
from radiogene.storage.typed_json import (
    MAY_BE_ABSENT,
    WRITTEN_IF_SET,
    ArrayShape,
    OneOf,
    from_json,
    from_json_text,
    read_typed_json,
    to_json,
)


class Colour(StrEnum):
    """An enumeration."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Disc:
    """One shape."""

    radius_mm: float
    kind: Literal["disc"] = "disc"

    def __post_init__(self) -> None:
        if self.radius_mm < 0:
            raise WeightsError(f"found the radius {self.radius_mm}.")


@dataclass(frozen=True)
class Box:
    """Another shape."""

    edges_mm: tuple[float, float]
    kind: Literal["box"] = "box"


@dataclass(frozen=True)
class Pair:
    """One class twice."""

    one: Disc
    other: Disc


@dataclass(frozen=True, eq=False)
class Sheet:
    """Everything that the reader knows."""

    count: int
    share: float
    colour: Colour
    shapes: Mapping[str, Annotated[Disc | Box, OneOf("kind")]]
    points_mm: Annotated[NDArray[np.float64], ArrayShape((None, 2))]
    note: str | None
    synthetic: bool = False
    seeds: tuple[int, ...] = field(default=(), metadata=MAY_BE_ABSENT)
    extra: str = field(default="", metadata=WRITTEN_IF_SET)


SHEET = Sheet(2, 0.1, Colour.RED, {"a": Disc(1.5), "b": Box((1.0, 2.0))}, np.array([[0.0, 1.0]]), None)

PLAIN: dict[str, Any] = {
    "count": 2,
    "share": 0.1,
    "colour": "red",
    "shapes": {"a": {"radius_mm": 1.5, "kind": "disc"}, "b": {"edges_mm": [1.0, 2.0], "kind": "box"}},
    "points_mm": [[0.0, 1.0]],
    "note": None,
    "synthetic": False,
    "seeds": [],
}


def test_writes_plain_values_under_the_names_of_the_fields() -> None:
    assert to_json(SHEET) == PLAIN
    assert to_json(Sheet(**{**SHEET.__dict__, "extra": "x"})) == {**PLAIN, "extra": "x"}


def test_reads_what_it_wrote() -> None:
    found = from_json(Sheet, PLAIN, where="sheet.json", error=StoreError)
    assert to_json(found) == PLAIN
    assert found.shapes == SHEET.shapes
    assert found.colour is Colour.RED
    assert found.points_mm.dtype == np.float64
    assert type(from_json(Disc, {"radius_mm": 1, "kind": "disc"}, where="here").radius_mm) is float


def test_a_key_of_newer_files_may_be_absent() -> None:
    old = {key: value for key, value in PLAIN.items() if key != "seeds"}
    assert from_json(Sheet, old, where="sheet.json").seeds == ()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"count": "2"}, 'sheet.json, count: found "2", wanted a whole number; ask again.'),
        ({"count": True}, "sheet.json, count: found true, wanted a whole number; ask again."),
        ({"count": 2.0}, "sheet.json, count: found 2.0, wanted a whole number; ask again."),
        ({"share": "x" * 99}, f'sheet.json, share: found "{"x" * 59}..., wanted a number; ask again.'),
        ({"share": float("nan")}, "sheet.json, share: found NaN, wanted a finite number; ask again."),
        ({"share": float("inf")}, "sheet.json, share: found Infinity, wanted a finite number; ask again."),
        ({"colour": "green"}, "sheet.json, colour: found \"green\", wanted 'red' or 'blue'; ask again."),
        ({"note": 3}, "sheet.json, note: found 3, wanted text; ask again."),
        ({"more": 1}, "sheet.json, more: found this key, wanted no key of that name; ask again."),
        ({"count": None, "synthetic": 0}, "sheet.json, count: found null, wanted a whole number; ask again."),
        ({"points_mm": [[1.0]]}, "points_mm: found [[1.0]], wanted N x 2 finite numbers as nested lists; ask again."),
        ({"points_mm": [[1, 2], [3]]}, "wanted N x 2 finite numbers as nested lists; ask again."),
        ({"points_mm": [["1", "2"]]}, "wanted N x 2 finite numbers as nested lists; ask again."),
        ({"points_mm": [[1, float("nan")]]}, "wanted N x 2 finite numbers as nested lists; ask again."),
        ({"shapes": {"a": {"kind": "disc"}}}, "shapes.a.radius_mm: found no such key, wanted it; ask again."),
        (
            {"shapes": {"a": {"radius_mm": 1}}},
            "shapes.a.kind: found no such key, wanted the name of a kind; ask again.",
        ),
        ({"shapes": {"a": {"kind": "star"}}}, "shapes.a.kind: found \"star\", wanted 'disc', 'box'; ask again."),
        (
            {"shapes": {"a": {"radius_mm": -1.0, "kind": "disc"}}},
            "shapes.a: found the radius -1.0; ask again.",
        ),
        ({"shapes": {"b": {"edges_mm": [1.0], "kind": "box"}}}, "sheet.json, shapes.b.edges_mm.1: found no such key"),
        ({"shapes": []}, "sheet.json, shapes: found [], wanted an object; ask again."),
    ],
)
def test_refuses_by_one_sentence(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(StoreError) as refusal:
        from_json(Sheet, PLAIN | changed, where="sheet.json", error=StoreError, way_out="ask again")
    assert message in str(refusal.value)


@pytest.mark.parametrize("key", ["count", "note", "synthetic"])
def test_refuses_a_missing_key_even_where_the_class_has_a_default(key: str) -> None:
    old = {name: value for name, value in PLAIN.items() if name != key}
    with pytest.raises(StoreError, match=f"sheet.json, {key}: found no such key, wanted it; ask again."):
        from_json(Sheet, old, where="sheet.json", error=StoreError, way_out="ask again")


def test_refuses_a_missing_key_inside_a_list() -> None:
    with pytest.raises(WeightsError, match=r"here, 1\.kind: found no such key"):
        from_json(tuple[Disc, ...], [{"radius_mm": 1, "kind": "disc"}, {"radius_mm": 1}], where="here")


def test_a_class_that_is_used_twice_is_read_as_strictly_in_both_places() -> None:
    disc = {"radius_mm": 1.0, "kind": "disc"}
    assert from_json(Pair, {"one": disc, "other": disc}, where="here") == Pair(Disc(1.0), Disc(1.0))
    for name in ("one", "other"):
        with pytest.raises(WeightsError, match=rf"here, {name}\.kind: found no such key"):
            from_json(Pair, {"one": disc, "other": disc} | {name: {"radius_mm": 1.0}}, where="here")


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(StoreError, match=r"line 3 is not readable as JSON \(.*\); ask again\."):
        from_json_text(Disc, b'{"radius_mm": 1', where="line 3", error=StoreError, way_out="ask again")
    with pytest.raises(StoreError, match=r"line 3: found 3, wanted an object; ask again\."):
        from_json_text(Disc, "3", where="line 3", error=StoreError, way_out="ask again")


def test_reads_a_file_and_names_it(tmp_path: Path) -> None:
    path = tmp_path / "disc.json"
    with pytest.raises(WeightsError, match=r"disc\.json cannot be read \(No such file or directory\); copy the whole"):
        read_typed_json(Disc, path)
    write_json(path, to_json(Disc(2.0)))
    assert read_typed_json(Disc, path) == Disc(2.0)
    path.write_bytes(b"\xff")
    with pytest.raises(WeightsError, match=r"disc\.json is not readable as JSON"):
        read_typed_json(Disc, path)


def test_a_file_far_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("radiogene.storage.typed_json.LARGEST_FILE_BYTES", 3)
    (tmp_path / "disc.json").write_text("1234")
    with pytest.raises(WeightsError, match=r"is 4 bytes long, and radiogene writes no disc\.json of that length; copy"):
        read_typed_json(Disc, tmp_path / "disc.json")


@pytest.mark.parametrize("value", [float("nan"), np.array([1.0, np.inf]), {"a": (float("-inf"),)}])
def test_what_json_has_not_is_not_written(value: object) -> None:
    with pytest.raises(ValueError, match="is no JSON number"):
        to_json(value)


def test_paths_and_keys_that_are_no_text_are_not_written() -> None:
    with pytest.raises(TypeError, match="has no form in JSON"):
        to_json({"place": Path("a")})
    with pytest.raises(TypeError, match="keys that are no text"):
        to_json({1: 2})


def test_numbers_of_numpy_become_plain() -> None:
    plain = to_json({"a": np.int64(3), "b": np.float64(0.1), "c": np.bool_(True), "d": np.float32(0.5)})
    assert plain == {"a": 3, "b": 0.1, "c": True, "d": 0.5}
    assert isinstance(plain, dict)
    assert [type(value) for value in plain.values()] == [int, float, bool, float]


def test_every_double_survives() -> None:
    values = np.frombuffer(np.random.default_rng(0).bytes(8 * 20000), dtype=np.float64)
    finite = tuple(float(value) for value in values if np.isfinite(value))
    assert from_json(tuple[float, ...], to_json(finite), where="here") == finite


def test_pydantic_is_loaded_only_where_something_is_read() -> None:
    script = "import sys, radiogene.storage.typed_json; sys.exit('pydantic' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
