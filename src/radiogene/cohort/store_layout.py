"""The files of a store of cubes, its format, and how a damaged one is refused."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from radiogene.atomic_files import write_json
from radiogene.cohort.store_lock import LOCK_FILE
from radiogene.errors import StoreError

FORMAT = 2
"""Format 1 had no segments."""

STORE_FILE = "store.json"
CUBES_FOLDER = "cubes"
SEGMENTS_FOLDER = "segments"
RECORDS_FILE = "records.jsonl"
FAILURES_FILE = "failures.json"

OWN_NAMES = tuple(
    name
    for own in (STORE_FILE, CUBES_FOLDER, SEGMENTS_FOLDER, RECORDS_FILE, FAILURES_FILE, LOCK_FILE)
    for name in (own, f".{own}.")
)
"""Files of a store begin with these; the second form is that of files not yet whole."""


def damaged(path: Path, found: str) -> StoreError:
    """The refusal of a damaged store.

    Args:
        path: its folder.
        found: what is wrong, after "it has".
    """
    return StoreError(f"The store {path} is damaged: it has {found}. Delete the folder and prepare the cohort again.")


def write_store_file(path: Path, preparation: Mapping[str, Any], preparation_hash: str) -> None:
    """Writes `store.json`, which makes a folder a store."""
    write_json(
        path / STORE_FILE,
        {"format": FORMAT, "preparation": dict(preparation), "preparation_hash": preparation_hash},
    )


def read_store_file(path: Path) -> dict[str, Any]:
    """The content of `store.json`, checked.

    Raises:
        StoreError: there is none, it cannot be read, or it is of another format.
    """
    try:
        content = json.loads((path / STORE_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreError(f"{path} is no store of cubes (no {STORE_FILE}); `radiogene prepare` makes one.") from error
    except (OSError, ValueError) as error:
        raise damaged(path, f"a {STORE_FILE} that cannot be read ({error})") from error
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise StoreError(
            f"The store {path} has format {found!r}; this version reads format {FORMAT}. Prepare the cohort again "
            "into a new folder."
        )
    if set(content) != {"format", "preparation", "preparation_hash"}:
        raise damaged(path, f"a {STORE_FILE} with the keys {sorted(content)}")
    return dict(content)
