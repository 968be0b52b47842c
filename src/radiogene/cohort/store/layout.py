"""The files of a store of cubes, its format, and how a damaged one is refused.

    store.json        format, preparation settings and their hash
    cubes/            Zarr 3 array (slots, 64, 64, 64) int16 HU, one chunk per cube
    segments/         Zarr 3 array (slots, 64, 64, 8) uint8, the nodule's segment on the cube's samples packed to bits
    records.jsonl     per cube: its slot, two checksums and its record; a line is written after its cube and segment
    records/          the same on object storage, which appends nothing: numbered parts
    records.index     what opening needs of all lines; a cache, written when a writer ends
    failures.json     the rows that the last preparation could not make cubes of
    lock              who writes

A cube counts when its line is whole. So a killed writer leaves a readable store with whole cubes only; the next
writer cuts a line without an end and fills its slot again. A damaged or missing chunk is found by its checksum. A line
says where a nodule has no segment, because it was given as a point.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.store.record_index import INDEX_FILE
from radiogene.cohort.store.writer_lock import LOCK_FILE
from radiogene.ct.preparation import PreparationSettings
from radiogene.errors import StoreError
from radiogene.storage import regular_file
from radiogene.storage.atomic_files import write_bytes
from radiogene.storage.json_text import parsed_json
from radiogene.storage.place import ObjectPlace, Place
from radiogene.storage.typed_json import Kind, from_json_text, to_json

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


PREPARE_AGAIN = "delete the folder and prepare the cohort again"


@dataclass(frozen=True)
class StoreDescription:
    """The content of `store.json`.

    Attributes:
        format: of the store.
        preparation: the settings by which its cubes were made.
        preparation_hash: their fingerprint.
    """

    format: int
    preparation: PreparationSettings
    preparation_hash: str


def damaged(place: Place, found: str) -> StoreError:
    """The refusal of a damaged store.

    Args:
        place: its folder.
        found: what is wrong, after "it has".
    """
    return StoreError(f"The store {place} is damaged: it has {found}. Delete the folder and prepare the cohort again.")


def checked(kind: type[Kind], text: bytes, place: Place, where: str) -> Kind:
    """What a file of the store, or a line of it, holds.

    Args:
        kind: a dataclass, or a tuple of them.
        text: JSON.
        place: the store.
        where: the file or line in words, such as "line 3 of records.jsonl".

    Raises:
        StoreError: it holds something else.
    """
    whole = f"The store {place} is damaged: {where}"
    return from_json_text(kind, text, where=whole, error=StoreError, way_out=PREPARE_AGAIN)


def require_own_folder(path: Path) -> None:
    """Make the folder of a local store.

    Raises:
        StoreError: it cannot be made, or holds anything but a store.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        foreign = sorted(file.name for file in path.iterdir() if not file.name.startswith(OWN_NAMES))
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
        return regular_file.read_file(place / name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise damaged(place, f"a {name} that cannot be read ({error.strerror})") from error


def write_file(place: Place, name: str, content: bytes) -> None:
    """Write a file of the store, whole or not at all."""
    if isinstance(place, ObjectPlace):
        (place / name).write(content)
    else:
        write_bytes(place / name, content)


def write_json_file(place: Place, name: str, content: object) -> None:
    """Write what `to_json` takes as a file of the store, whole or not at all."""
    text = json.dumps(to_json(content), indent=2, ensure_ascii=False) + "\n"
    write_file(place, name, text.encode())


def write_store_file(place: Place, preparation: PreparationSettings, preparation_hash: str) -> None:
    """Write `store.json`, which makes a folder a store."""
    write_json_file(place, STORE_FILE, StoreDescription(FORMAT, preparation, preparation_hash))


def is_store(place: Place) -> bool:
    """True where there is a `store.json`, of whatever format."""
    return read_file(place, STORE_FILE) is not None


def read_store_file(place: Place) -> StoreDescription:
    """The content of `store.json`, checked.

    Raises:
        StoreError: there is none, it cannot be read, or it is of another format.
        StorageError: object storage cannot be used.
    """
    content = read_file(place, STORE_FILE)
    if content is None:
        raise StoreError(f"{place} is no store of cubes (no {STORE_FILE}); `radiogene prepare` makes one.")
    try:
        parsed = parsed_json(content)
    except ValueError as error:
        raise damaged(place, f"a {STORE_FILE} that cannot be read ({error})") from error
    version = parsed.get("format") if isinstance(parsed, dict) else None
    if version != FORMAT:
        raise StoreError(
            f"The store {place} has format {version!r}; this version reads format {FORMAT}. Prepare the cohort again "
            "into a new folder."
        )
    return checked(StoreDescription, content, place, STORE_FILE)
