"""The one strict reader and writer between frozen dataclasses and JSON.

    from_json(Decision, content, where="decision.json", error=WeightsError)   parsed JSON -> Decision
    from_json_text(Decision, line, where=..., error=...)                       bytes or text -> Decision
    read_typed_json(Decision, path, error=WeightsError)                        a file -> Decision
    to_json(decision)                                                          Decision -> plain JSON values

A key is a field's name. Unknown keys, missing keys, values of another kind (also "1" for 1 and true for 1), NaN and
infinity are refused by one sentence. pydantic does the checking and is loaded when something is read, not before.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar, cast, overload

from radiogene.errors import RadiogeneError, WeightsError
from radiogene.storage.json_text import parsed_json
from radiogene.storage.regular_file import read_file

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema, ErrorDetails, SchemaValidator

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""A plain JSON value."""

JsonObject = dict[str, Json]
"""A plain JSON object, for files alone."""

Kind = TypeVar("Kind")

LARGEST_FILE_BYTES = 64 * 2**20
"""radiogene writes no longer file of settings or results."""

LONGEST_FOUND = 60
"""Characters of a wrong value that a refusal shows."""

COPY_AGAIN = "copy the whole folder again, or make it anew with this version"

MAY_BE_ABSENT = {"radiogene": "may be absent"}
"""Metadata of a field with a default that older files do not have; it is always written."""

WRITTEN_IF_SET = {"radiogene": "written if set"}
"""Metadata of a field with a default that is written only where its value differs from it."""

WANTED = {
    "float_type": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "dict_type": "an object",
    "dataclass_type": "an object",
    "tuple_type": "a list",
    "list_type": "a list",
    "none_required": "null",
}
"""Words for what pydantic's kinds of error wanted."""


@dataclass(frozen=True)
class OneOf:
    """Marks a union of dataclasses that one of their keys tells apart: `Annotated[A | B, OneOf("kind")]`.

    Attributes:
        key: a field that each of them has, of type `Literal[...]`.
    """

    key: str

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        """The schema that reads `key` first, so that a refusal speaks of the kind that was meant."""
        from pydantic import Field as Settings

        return handler.generate_schema(Annotated[source, Settings(discriminator=self.key)])


@dataclass(frozen=True)
class ArrayShape:
    """Marks an array that is kept as nested lists of numbers: `Annotated[NDArray[np.float64], ArrayShape((None, 3))]`.

    Attributes:
        shape: lengths of the axes; None for any length.
        dtype: of the array that is read.
    """

    shape: tuple[int | None, ...]
    dtype: str = "float64"

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        """The schema that reads nested lists."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(self._array)

    def _array(self, nested: Any) -> Any:
        """The array of nested lists; ValueError says what was wanted."""
        import numpy as np

        axes = " x ".join("N" if length is None else str(length) for length in self.shape)
        wanted = ValueError(f"{axes} finite numbers as nested lists")
        try:
            array = np.asarray(nested)
        except ValueError:
            raise wanted from None
        lengths = zip(self.shape, array.shape, strict=False)
        if array.ndim != len(self.shape) or any(w is not None and w != n for w, n in lengths):
            raise wanted
        whole = np.dtype(self.dtype).kind in "iu"
        if array.size and (array.dtype.kind not in ("iu" if whole else "iuf") or not np.isfinite(array).all()):
            raise wanted
        return array.astype(self.dtype)


@overload
def to_json(value: "DataclassInstance") -> JsonObject: ...
@overload
def to_json(value: object) -> Json: ...
def to_json(value: object) -> Json:
    """The value as plain JSON values: dataclasses as objects, tuples and arrays as lists, enumerations as their values.

    Args:
        value: of dataclasses, mappings with text as keys, sequences, arrays, enumerations, text, numbers and None.

    Raises:
        ValueError: NaN or infinity, which JSON does not have.
        TypeError: anything else, such as a path, which must not leave this machine by accident.
    """
    if value is None or type(value) in (str, bool, int):
        return cast(Json, value)
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"{value} is no JSON number")
        return float(value)
    if isinstance(value, Enum):
        return to_json(value.value)
    if isinstance(value, str | int):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: to_json(getattr(value, part.name)) for part in fields(value) if _is_written(part, value)}
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(f"found keys that are no text: {list(value)}")
        return {str(to_json(key)): to_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(each) for each in value]
    if hasattr(value, "tolist"):
        return to_json(value.tolist())
    raise TypeError(f"{type(value).__name__} has no form in JSON: {value!r}")


def from_json(
    kind: type[Kind],
    content: object,
    *,
    where: object,
    error: type[RadiogeneError] = WeightsError,
    way_out: str = COPY_AGAIN,
) -> Kind:
    """The value that `to_json` wrote.

    Args:
        kind: a dataclass, or a tuple or mapping of them.
        content: parsed JSON.
        where: the file, or the place in it, as the refusal names it.
        error: what is raised.
        way_out: what the user can do, as the end of the sentence.

    Raises:
        RadiogeneError: of class `error`: an unknown or missing key, a value of another kind, or one that the dataclass
            itself refuses.
    """
    return _read(kind, json.dumps(content), _Refusal(where, error, way_out))


def from_json_text(
    kind: type[Kind],
    text: bytes | str,
    *,
    where: object,
    error: type[RadiogeneError] = WeightsError,
    way_out: str = COPY_AGAIN,
) -> Kind:
    """The value of JSON as text or UTF-8 bytes; arguments and errors are those of `from_json`."""
    return _read(kind, text, _Refusal(where, error, way_out))


def read_typed_json(
    kind: type[Kind], path: Path, *, error: type[RadiogeneError] = WeightsError, way_out: str = COPY_AGAIN
) -> Kind:
    """The value that a file holds; arguments and errors are those of `from_json`, and a file that cannot be read."""
    refusal = _Refusal(path, error, way_out)
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise refusal.of(f"is {path.stat().st_size} bytes long, and radiogene writes no {path.name} of that length")
        text = read_file(path)
    except OSError as unreadable:
        raise refusal.of(f"cannot be read ({unreadable.strerror})") from unreadable
    return from_json_text(kind, text, where=path, error=error, way_out=way_out)


@dataclass(frozen=True)
class _Refusal:
    """How a refusal begins and ends."""

    where: object
    error: type[RadiogeneError]
    way_out: str

    def of(self, found: str) -> RadiogeneError:
        """The refusal of a whole file."""
        return self.error(f"{self.where} {found}; {self.way_out}.")

    def at(self, path: Sequence[object], found: str, wanted: str) -> RadiogeneError:
        """The refusal of one value."""
        return self.on(path, f"found {found}, wanted {wanted}")

    def on(self, path: Sequence[object], words: str) -> RadiogeneError:
        """The refusal of a place in the file."""
        place = f", {'.'.join(map(str, path))}" if path else ""
        return self.error(f"{self.where}{place}: {words}; {self.way_out}.")


def _read(kind: type[Kind], text: bytes | str, refusal: _Refusal) -> Kind:
    """The value of JSON."""
    from pydantic import ValidationError

    hashable: Any = kind
    try:
        value: Kind = _reader(hashable).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "json_invalid":
            raise refusal.of(f"is not readable as JSON ({first['ctx']['error']})") from error
        try:
            content = parsed_json(text)
        except ValueError as unreadable:
            raise refusal.of(f"is not readable as JSON ({unreadable})") from error
        _refuse(first, content, refusal)
    return value


@cache
def _reader(kind: Any) -> "SchemaValidator":
    """The reader of a kind; made once, because that takes longer than reading."""
    from pydantic import ConfigDict, TypeAdapter
    from pydantic_core import SchemaValidator

    # Classes that know nothing of pydantic take its settings from what they stand in, hence the list.
    adapter = TypeAdapter(list[kind], config=ConfigDict(strict=True, extra="forbid", allow_inf_nan=False))
    in_list: Any = adapter.core_schema
    if in_list["type"] == "definitions":
        whole = {**in_list, "schema": in_list["schema"]["items_schema"]}
    else:
        whole = in_list["items_schema"]
    return SchemaValidator(_with_keys_required(whole))


def _with_keys_required(schema: Any) -> Any:
    """The schema without the defaults of dataclasses, and with the places of what their own checks refuse.

    A default must not hide a key that was lost.
    """
    from pydantic_core import core_schema

    if isinstance(schema, list):
        return [_with_keys_required(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _with_keys_required(part) for key, part in schema.items()}
    if schema.get("type") == "dataclass":
        optional = {each.name for each in fields(schema["cls"]) if "radiogene" in each.metadata}
        for each in plain["schema"]["fields"]:
            if each["name"] not in optional and each["schema"]["type"] == "default":
                each["schema"] = each["schema"]["schema"]
        if plain["post_init"]:
            plain["post_init"] = False
            return core_schema.no_info_after_validator_function(_own_checks, plain, ref=plain.pop("ref", None))
    return plain


class _RefusedValueError(ValueError):
    """What a dataclass itself says of its values, with the place that pydantic knows."""


def _own_checks(value: Any) -> Any:
    """The value, after its class has looked at it."""
    try:
        value.__post_init__()
    except RadiogeneError as error:
        raise _RefusedValueError(str(error).rstrip(".")) from error
    return value


def _refuse(problem: "ErrorDetails", content: object, refusal: _Refusal) -> NoReturn:
    """Raise the refusal of pydantic's first error."""
    path = _path_in(content, problem["loc"])
    match problem["type"]:
        case "missing":
            raise refusal.at((*path, problem["loc"][-1]), "no such key", "it")
        case "unexpected_keyword_argument":
            raise refusal.at(path, "this key", "no key of that name")
        case "union_tag_invalid" | "union_tag_not_found" as tagged:
            context = problem.get("ctx", {})
            kinds = context.get("expected_tags", "the name of a kind")
            key = str(context.get("discriminator", "")).strip("'")
            shown = "no such key" if tagged == "union_tag_not_found" else _shown(context.get("tag"))
            raise refusal.at((*path, key), shown, _plain_kinds(str(kinds)))
        case "value_error" if isinstance(problem["ctx"]["error"], _RefusedValueError):
            raise refusal.on(path, str(problem["ctx"]["error"]))
        case "value_error":
            raise refusal.at(path, _shown(problem["input"]), str(problem["ctx"]["error"]))
    words = problem["msg"].removeprefix("Input should be ")
    raise refusal.at(path, _shown(problem["input"]), WANTED.get(problem["type"], words))


def _plain_kinds(words: str) -> str:
    """Kinds as the file names them: "<K.A: 'a'>, <K.B: 'b'>" becomes "'a', 'b'"."""
    return ", ".join(part.rpartition(": ")[2].rstrip(">") for part in words.split(", "))


def _path_in(content: Any, location: Sequence[int | str]) -> tuple[int | str, ...]:
    """The part of pydantic's location that the file has; pydantic also names members of unions."""
    path: list[int | str] = []
    for step in location:
        in_list = isinstance(content, list) and isinstance(step, int) and step < len(content)
        if in_list or (isinstance(content, dict) and step in content):
            content = content[step]
            path.append(step)
    return tuple(path)


def _shown(value: object) -> str:
    """A wrong value as JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_FOUND else f"{text[:LONGEST_FOUND]}..."


def _is_written(of: "Field[Any]", value: object) -> bool:
    """False where a field is written only if set, and is not."""
    return of.metadata != WRITTEN_IF_SET or getattr(value, of.name) != _default(of)


def _default(of: "Field[Any]") -> Any:
    """The default of a field."""
    factory: Callable[[], Any] | Any = of.default_factory
    return of.default if factory is MISSING else factory()
