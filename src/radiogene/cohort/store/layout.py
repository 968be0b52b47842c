"""The files of a store of cubes, its format, and how a damaged one is refused."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from radiogene.cohort.store.record_index import INDEX_FILE
from radiogene.cohort.store.store_lock import LOCK_FILE
from radiogene.errors import StoreError
from radiogene.storage.atomic_files import write_bytes
from radiogene.storage.place import ObjectPlace, Place

FORMAT = 2
"""Format 1 had no segments."""

STORE_FILE = "store.json"
CUBES_FOLDER = "cubes"
SEGMENTS_FOLDER = "segments"
RECORDS_FILE = "records.jsonl"
PARTS_FOLDER = "records"
FAILURES_FILE = "failures.json"

OWN_NAMES = tuple(
    name
    for own in (STORE_FILE, CUBES_FOLDER, SEGMENTS_FOLDER, RECORDS_FILE, INDEX_FILE, FAILURES_FILE, LOCK_FILE)
    for name in (own, f".{own}.")
)
"""Files of a store begin with these; the second form is that of files not yet whole."""


def damaged(place: Place, found: str) -> StoreError:
    """The refusal of a damaged store.

    Args:
        place: its folder.
        found: what is wrong, after "it has".
    """
    return StoreError(f"The store {place} is damaged: it has {found}. Delete the folder and prepare the cohort again.")


def require_own_folder(path: Path) -> None:
    """Makes the folder of a local store.

    Raises:
        StoreError: it cannot be made, or holds anything but a store.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        foreign = sorted(p.name for p in path.iterdir() if not p.name.startswith(OWN_NAMES))
    except OSError as error:
        raise StoreError(f"{path} cannot be a store ({error.strerror}); choose another folder.") from error
    if foreign:
        raise StoreError(f"{path} holds other files ({foreign[0]}); choose an empty or new folder for the store.")


def read_file(place: Place, name: str) -> bytes | None:
    """The content of a file of the store; None where there is no such file.

    Raises:
        StoreError: it cannot be read.
        StorageError: object storage cannot be used.
    """
    if isinstance(place, ObjectPlace):
        return (place / name).read()
    try:
        return (place / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise damaged(place, f"a {name} that cannot be read ({error.strerror})") from error


def write_file(place: Place, name: str, content: bytes) -> None:
    """Writes a file of the store, whole or not at all."""
    if isinstance(place, ObjectPlace):
        (place / name).write(content)
    else:
        write_bytes(place / name, content)


def write_json_file(place: Place, name: str, content: Any) -> None:
    """Writes plain JSON values as a file of the store, whole or not at all."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_file(place, name, text.encode())


def write_store_file(place: Place, preparation: Mapping[str, Any], preparation_hash: str) -> None:
    """Writes `store.json`, which makes a folder a store."""
    content = {"format": FORMAT, "preparation": dict(preparation), "preparation_hash": preparation_hash}
    write_json_file(place, STORE_FILE, content)


def is_store(place: Place) -> bool:
    """True where there is a `store.json`, of whatever format."""
    return read_file(place, STORE_FILE) is not None


def read_store_file(place: Place) -> dict[str, Any]:
    """The content of `store.json`, checked.

    Raises:
        StoreError: there is none, it cannot be read, or it is of another format.
        StorageError: object storage cannot be used.
    """
    found_bytes = read_file(place, STORE_FILE)
    if found_bytes is None:
        raise StoreError(f"{place} is no store of cubes (no {STORE_FILE}); `radiogene prepare` makes one.")
    try:
        content = json.loads(found_bytes)
    except ValueError as error:
        raise damaged(place, f"a {STORE_FILE} that cannot be read ({error})") from error
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise StoreError(
            f"The store {place} has format {found!r}; this version reads format {FORMAT}. Prepare the cohort again "
            "into a new folder."
        )
    if set(content) != {"format", "preparation", "preparation_hash"}:
        raise damaged(place, f"a {STORE_FILE} with the keys {sorted(content)}")
    return dict(content)
