"""One record of a store with the place of its arrays, and the line of JSON that it is kept as."""

import json
import zlib
from dataclasses import dataclass

from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.store.layout import checked, damaged
from radiogene.cohort.store.record_index import LONGEST_KEY_BYTES, NO_SEGMENT, IndexRow
from radiogene.storage.place import Place
from radiogene.storage.typed_json import to_json


@dataclass(frozen=True)
class StoreEntry:
    """A record and where its arrays lie.

    Attributes:
        slot: of cube and segment in their arrays.
        checksum: CRC-32 of the cube's little-endian bytes.
        segment_checksum: CRC-32 of the segment's packed bytes; None where it has no segment.
        record: of the cube; its row is a `PatientRow` and nothing more.
    """

    slot: int
    checksum: int
    segment_checksum: int | None
    record: CubeRecord

    def line(self) -> bytes:
        """The entry as one line, with its end.

        Raises:
            TypeError, ValueError: the record holds something that is no plain JSON value, or its key is too long.
        """
        _require_key(self.record.key)
        return (json.dumps(to_json(self), ensure_ascii=False) + "\n").encode()

    def index_row(self, line: bytes, *, part: int, start: int) -> IndexRow:
        """What the index keeps of the entry.

        Args:
            line: as it is kept.
            part: number of the file that holds it.
            start: where it begins there.
        """
        return IndexRow(
            self.record.key.encode(),
            self.record.row.row_number,
            self.slot,
            self.checksum,
            NO_SEGMENT if self.segment_checksum is None else self.segment_checksum,
            self.record.synthetic,
            self.record.row.values_hash,
            part,
            start,
            len(line),
            zlib.crc32(line),
        )


def entry_of(line: bytes, place: Place, where: str) -> StoreEntry:
    """The entry that `StoreEntry.line` wrote.

    Args:
        line: with or without its end.
        place: the store, for messages.
        where: the line in words, such as "line 3 of records.jsonl".

    Raises:
        StoreError: the line is damaged.
    """
    entry = checked(StoreEntry, line, place, where)
    try:
        _require_key(entry.record.key)
    except ValueError as error:
        raise damaged(place, f"{error} on {where}") from error
    if entry.slot < 0:
        raise damaged(place, f"the slot {entry.slot} on {where}")
    return entry


def _require_key(key: str) -> None:
    """Refuse a key that the index cannot keep."""
    if len(key.encode()) > LONGEST_KEY_BYTES or "\0" in key:
        raise ValueError(f"the key {key!r}, longer than {LONGEST_KEY_BYTES} bytes")
