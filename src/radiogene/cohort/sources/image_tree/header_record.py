"""A file's header as a line of JSON and back, for a cache that can be read by any program and runs nothing."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from radiogene.cohort.sources.image_tree.file_header import FileHeader, MarkingReferences
from radiogene.ct.series.slice_header import (
    AcquisitionFacts,
    DamagedFile,
    OtherObject,
    Rescale,
    SliceHeader,
    StoredPixels,
    StudyFacts,
)
from radiogene.storage.json_text import parsed_json

Record = TypeVar("Record")

PARTS = {"pixels": StoredPixels, "rescale": Rescale, "facts": AcquisitionFacts, "study": StudyFacts}
"""Fields of a slice that are records of their own."""

NAMES = {
    kind: tuple(field.name for field in fields(kind) if field.name != "path")
    for kind in (SliceHeader, OtherObject, DamagedFile, MarkingReferences, *PARTS.values())
}

RECORD_FORMAT = int(
    hashlib.sha256(json.dumps([[k.__name__, v] for k, v in NAMES.items()]).encode()).hexdigest()[:7], 16
)
"""Another whenever a field is added or renamed, so that records of an older version are read again from the files."""


def encode(header: FileHeader) -> str:
    """The header as JSON; the path is left out, as the cache has it."""
    return json.dumps(
        [
            [_values(one) for one in header.slices],
            None if header.other is None else _values(header.other),
            None if header.references is None else _values(header.references),
            None if header.damaged is None else _values(header.damaged),
        ],
        separators=(",", ":"),
    )


def decode(text: str, path: Path) -> FileHeader:
    """The header of the file at `path` that `encode` wrote."""
    slices, other, references, damaged = parsed_json(text)
    return FileHeader(
        slices=tuple(_at(path, SliceHeader, NAMES[SliceHeader], values) for values in slices),
        other=None if other is None else _at(path, OtherObject, NAMES[OtherObject], other),
        references=None if references is None else MarkingReferences(*(_value(v) for v in references)),
        damaged=None if damaged is None else DamagedFile(path, *damaged),
    )


def _values(record: Any) -> list[Any]:
    """The values of a record's fields in order, records within as lists."""
    values = (getattr(record, name) for name in NAMES[type(record)])
    return [_values(value) if type(value) in NAMES else value for value in values]


def _at(path: Path, kind: Callable[..., Record], names: tuple[str, ...], values: list[Any]) -> Record:
    """The record of a file from its values, records within made again."""
    named = dict(zip(names, values, strict=True))
    made = {name: PARTS[name](*value) if name in PARTS else _value(value) for name, value in named.items()}
    return kind(path=path, **made)


def _value(value: Any) -> Any:
    """JSON knows no tuples."""
    return tuple(value) if isinstance(value, list) else value
