"""The records of a store: lines of one file in a folder, numbered parts on object storage."""

from collections.abc import Mapping
from dataclasses import replace

from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.entry import StoreEntry
from radiogene.cohort.store.record_file import RecordFile
from radiogene.cohort.store.record_parts import RecordParts
from radiogene.cohort.store.writer_lock import ObjectLock, StoreLock
from radiogene.storage.place import ObjectPlace, Place

Records = RecordFile | RecordParts


def create_records(place: Place) -> None:
    """Make the records of a new store.

    Raises:
        StoreError: object storage holds records there already.
        StorageError: object storage cannot be used.
    """
    if isinstance(place, ObjectPlace):
        RecordParts.require_none(place)
    else:
        RecordFile.create(place)


def open_records(place: Place, lock: StoreLock | ObjectLock | None) -> Records:
    """The records of a store.

    Args:
        place: of the store.
        lock: of its writer; None for a reader.

    Raises:
        StoreError: they are damaged.
        StorageError: object storage cannot be used.
    """
    if isinstance(place, ObjectPlace):
        return RecordParts(place, lock if isinstance(lock, ObjectLock) else None)
    return RecordFile(place)


def entries_with(records: Records, rows: Mapping[str, PatientRow]) -> list[StoreEntry]:
    """The entries whose patients had other values than these, with these; a synthetic one stays so.

    Args:
        records: of a store.
        rows: by key; keys that the store lacks are passed over.
    """
    changed = []
    hashes = records.index.rows["values_hash"].tolist()
    for key, row in rows.items():
        position = records.index.position(key)
        # Only records that may differ are read.
        if position is None or hashes[position] == row.values_hash:
            continue
        entry = records.entry(position)
        if entry.record.row != row.patient_part():
            synthetic = entry.record.synthetic or row.synthetic
            changed.append(replace(entry, record=replace(entry.record, row=row.patient_part(), synthetic=synthetic)))
    return changed
