"""Reading the files of a folder that we wrote: bounded, checked, with a message for each way they can be wrong."""

import hashlib
import json
from pathlib import Path
from typing import Any

from radiogene.errors import WeightsError

LARGEST_JSON_BYTES = 64 * 2**20
"""A settings file beyond this is not one of ours."""


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_json_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        WeightsError: no such file, too large, not JSON, or no object.
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise WeightsError(f"{path} holds no JSON object. Copy the whole folder again.")
    return content


def read_json(path: Path) -> Any:
    """The JSON value in a file.

    Raises:
        WeightsError: no such file, too large, or not JSON.
    """
    if not path.is_file():
        raise WeightsError(f"{path.parent} has no {path.name}. Give a folder that radiogene wrote, whole.")
    if path.stat().st_size > LARGEST_JSON_BYTES:
        raise WeightsError(f"{path} is {path.stat().st_size} bytes long: that is no {path.name} of ours.")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise WeightsError(f"{path} is not readable as JSON: {error}. Copy the whole folder again.") from error
