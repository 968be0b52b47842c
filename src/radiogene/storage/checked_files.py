"""Reading the files of a folder that we wrote: bounded, checked, with a message for each way they can be wrong."""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from radiogene.errors import SettingsError, WeightsError
from radiogene.storage.json_text import parsed_json
from radiogene.storage.regular_file import open_file, read_file_text

LARGEST_JSON_BYTES = 64 * 2**20
"""radiogene writes no longer settings file."""


def require_own_place(path: Path, files: Sequence[str], what: str) -> None:
    """Refuse a place where writing a folder would destroy something else.

    Args:
        path: where the folder is to be; absent, empty, or an older folder of the same kind.
        files: that a folder of this kind has.
        what: it is, for the message.

    Raises:
        SettingsError: the place holds other files.
    """
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists() and not all((path / name).is_file() for name in files):
        raise SettingsError(f"{path} holds other files; choose a new folder for {what} (`out`).")


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with open_file(path) as stream:
        return hashlib.file_digest(cast(io.BufferedReader, stream), "sha256").hexdigest()


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
        raise WeightsError(
            f"{path} is {path.stat().st_size} bytes long: radiogene writes no {path.name} of that length."
        )
    try:
        return parsed_json(read_file_text(path))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} is not readable as JSON: {error}. Copy the whole folder again.") from error
