"""The same bytes for the same fitted estimators: skops names what it stores by addresses of memory."""

import io
import json
import zipfile
from typing import Any

SCHEMA = "schema.json"

FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can say."""

OBJECT, FILE = "__id__", "file"
"""Keys of a schema: the number of an object, and the name of the file of an array."""


def canonical(content: bytes) -> bytes:
    """The file with objects numbered in the order in which its schema names them, and without times.

    Args:
        content: of a file that skops wrote.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(parts.pop(SCHEMA))
    numbers: dict[int, int] = {}
    names: dict[str, str] = {}
    _renumber(schema, numbers, names)
    ordered = {names[name]: parts[name] for name in names if name in parts}
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**ordered, SCHEMA: json.dumps(schema, indent=2).encode()}.items():
            archive.writestr(zipfile.ZipInfo(name, FIRST_MOMENT), part, zipfile.ZIP_DEFLATED)
    return result.getvalue()


def _renumber(state: Any, numbers: dict[int, int], names: dict[str, str]) -> None:
    """Number objects and files of a part of a schema, in place."""
    if isinstance(state, list):
        for part in state:
            _renumber(part, numbers, names)
    elif isinstance(state, dict):
        for key, value in state.items():
            if key == OBJECT and isinstance(value, int):
                state[key] = numbers.setdefault(value, len(numbers) + 1)
            elif key == FILE and isinstance(value, str):
                stem, dot, ending = value.rpartition(".")
                state[key] = names.setdefault(value, f"{len(names) + 1}{dot}{ending}" if dot else stem or value)
            else:
                _renumber(value, numbers, names)
