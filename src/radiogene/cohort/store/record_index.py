"""What a store knows of its records without reading them: keys, order, slots and checksums, and where each line lies.

The lines are the truth and the index is made from them. Kept in a file it is a cache: it is used where it fits the
lines, and every line that is read is compared with what the index says of it.
"""

import json
import zlib
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radiogene.storage.json_text import parsed_json

INDEX_FILE = "records.index"
INDEX_FORMAT = 1

LONGEST_KEY_BYTES = 32

NO_SEGMENT = -1

ROW = np.dtype(
    [
        ("key", f"S{LONGEST_KEY_BYTES}"),
        ("row_number", "<i8"),
        ("slot", "<i8"),
        ("checksum", "<u4"),
        ("segment_checksum", "<i8"),
        ("synthetic", "?"),
        ("values_hash", "<u8"),
        ("part", "<u4"),
        ("start", "<u8"),
        ("bytes", "<u4"),
        ("line_checksum", "<u4"),
    ]
)
"""Of one record. `part` numbers the file of lines and `start` is where its line begins in it."""


class IndexRow(NamedTuple):
    """One record as the index keeps it; the fields of `ROW`.

    Attributes:
        key: UTF-8, at most 32 bytes.
        row_number: of the table.
        slot: of cube and segment.
        checksum, segment_checksum: CRC-32; -1 for no segment.
        synthetic: of the record.
        values_hash: of its row.
        part, start, bytes: which file holds the line, where it begins there, how long it is with its end.
        line_checksum: CRC-32 of the line with its end.
    """

    key: bytes
    row_number: int
    slot: int
    checksum: int
    segment_checksum: int
    synthetic: bool
    values_hash: int
    part: int
    start: int
    bytes: int
    line_checksum: int


class RecordIndex:
    """The rows of all records of a store, in the order in which they were written; each key once.

    Attributes:
        covered: how much of the lines it holds: bytes of one file, or a count of parts.
        next_slot: after the last one that a record has.
    """

    def __init__(self, covered: int = 0, rows: NDArray[np.void] | None = None) -> None:
        self.covered = covered
        self._rows = np.zeros(0, dtype=ROW) if rows is None else rows
        self.next_slot = 1 + int(self._rows["slot"].max(initial=-1))
        self._new: list[IndexRow] = []
        self._positions: dict[bytes, int] | None = None
        self._order: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return len(self._rows) + len(self._new)

    @property
    def rows(self) -> NDArray[np.void]:
        """(N,) of type `ROW`."""
        if self._new:
            self._rows = np.concatenate([self._rows, np.array(self._new, dtype=ROW)])
            self._new = []
        return self._rows

    @property
    def order(self) -> NDArray[np.intp]:
        """(N,) positions in the order of the table: by row number, then by key."""
        if self._order is None:
            self._order = np.lexsort((self.rows["key"], self.rows["row_number"]))
        return self._order

    @property
    def keys(self) -> Collection[bytes]:
        """All keys."""
        return self._of_key().keys()

    @property
    def fingerprint(self) -> int:
        """CRC-32 of all keys and lines in the order of the table: of what a record's number means."""
        ordered = self.rows[self.order]
        return zlib.crc32(ordered["line_checksum"].tobytes(), zlib.crc32(ordered["key"].tobytes()))

    def position(self, key: str | bytes) -> int | None:
        """Where the record of that key is among the rows; None where there is none."""
        return self._of_key().get(key.encode() if isinstance(key, str) else key)

    def set(self, row: IndexRow) -> bool:
        """Whether the row is of a new key; else it takes the place of that key's row."""
        position = self._of_key().setdefault(row.key, len(self))
        new = position == len(self)
        if new:
            self._new.append(row)
        else:
            self.rows[position] = row
        self.next_slot = max(self.next_slot, row.slot + 1)
        self._order = None
        return new

    def remove(self, keys: Iterable[str]) -> None:
        """Take the rows of these keys out; keys that it lacks are passed over."""
        positions = [position for key in keys if (position := self.position(key)) is not None]
        if positions:
            self._rows = np.delete(self.rows, positions)
            self._positions = self._order = None

    def _of_key(self) -> dict[bytes, int]:
        if self._positions is None:
            self._positions = {key: position for position, key in enumerate(self.rows["key"].tolist())}
        return self._positions

    def to_bytes(self) -> bytes:
        """The index as a line of JSON (format, what is covered, how many rows, their CRC-32) and the rows."""
        rows = self.rows.tobytes()
        heading = {"format": INDEX_FORMAT, "covered": self.covered, "rows": len(self), "checksum": zlib.crc32(rows)}
        return json.dumps(heading).encode() + b"\n" + rows

    @classmethod
    def from_bytes(cls, content: bytes | None) -> "RecordIndex":
        """The index that `to_bytes` wrote; an empty one where the bytes are none: the lines are then read instead."""
        first, _, rows = (content or b"").partition(b"\n")
        try:
            heading = parsed_json(first)
            whole = heading == {
                "format": INDEX_FORMAT,
                "covered": int(heading["covered"]),
                "rows": len(rows) // ROW.itemsize,
                "checksum": zlib.crc32(rows),
            }
        except (ValueError, KeyError, TypeError):
            return cls()
        if not whole or len(rows) % ROW.itemsize:
            return cls()
        return cls(heading["covered"], np.frombuffer(bytearray(rows), dtype=ROW))
