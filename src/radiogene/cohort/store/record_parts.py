"""The lines of a store on object storage: numbered objects, each written once, after the cubes that it speaks of.

    records/00000000.jsonl    the lines of some cubes, lines that take the place of earlier ones, and keys that go

A writer first makes the object with a line that says so, only where there is none: the number and its slots are its own
from then on. A writer that is killed leaves such a line alone and objects of cubes that nothing speaks of. There is no
object that two writers write, but for the index, which is only a cache.
"""

import json
import zlib
from collections.abc import Iterable, Sequence

from radiogene.cohort.store.entry import StoreEntry, entry_of
from radiogene.cohort.store.layout import PARTS_FOLDER, damaged
from radiogene.cohort.store.record_index import INDEX_FILE, RecordIndex
from radiogene.cohort.store.writer_lock import ObjectLock
from radiogene.errors import StoreError
from radiogene.storage.json_text import parsed_json
from radiogene.storage.place import ObjectPlace

CUBES_PER_PART = 32
"""More make a killed writer lose more of its work; fewer are more objects to read."""

MOST_PARTS_AT_ONCE = 256
PARTS_KEPT = 64
"""In memory, about 50 KB each, for records that are read one by one."""


class RecordParts:
    """The parts of one store.

    Args:
        folder: the store.
        lock: of a writer; None for reading.

    Attributes:
        index: of all records; it covers a count of parts.
    """

    cubes_at_once = CUBES_PER_PART

    def __init__(self, folder: ObjectPlace, lock: ObjectLock | None) -> None:
        self._folder = folder
        self._parts = folder / PARTS_FOLDER
        self._lock = lock
        self._kept: dict[int, bytes] = {}
        self.index = RecordIndex.from_bytes((folder / INDEX_FILE).read())
        self._changed = False
        if not self._fits():
            self.index = RecordIndex()
        self._read_further()

    @staticmethod
    def require_none(folder: ObjectPlace) -> None:
        """Refuse a folder whose `store.json` is gone but whose records are not: they would come back to life.

        Raises:
            StoreError: there are parts.
        """
        if (folder / PARTS_FOLDER / _name(0)).read() is not None:
            raise StoreError(f"{folder} holds records but is no store; delete it, or choose another place.")

    def entry(self, position: int) -> StoreEntry:
        """The entry whose row in the index has that position.

        Raises:
            StoreError: its line is missing or not the one that was written.
        """
        part = int(self.index.rows["part"][position])
        if part not in self._kept:
            if len(self._kept) >= PARTS_KEPT:
                self._kept.clear()
            self._kept[part] = self._content(part, (self._parts / _name(part)).read())
        return self._entry(position, self._kept[part])

    def entries(self) -> list[StoreEntry]:
        """All entries, in the order of the index; several parts are read at once.

        Raises:
            StoreError: as for `entry`.
        """
        positions: dict[int, list[int]] = {}
        for position, part in enumerate(self.index.rows["part"].tolist()):
            positions.setdefault(part, []).append(position)
        entries: dict[int, StoreEntry] = {}
        numbers = sorted(positions)
        for start in range(0, len(numbers), MOST_PARTS_AT_ONCE):
            some = numbers[start : start + MOST_PARTS_AT_ONCE]
            for part, content in zip(some, self._parts.read_several([_name(part) for part in some]), strict=True):
                whole = self._content(part, content)
                entries |= {position: self._entry(position, whole) for position in positions[part]}
        return [entries[position] for position in range(len(self.index))]

    def claim(self, count: int) -> range:
        """Slots for so many new cubes, at most `cubes_at_once`; nobody else gets them, nor the next part.

        Raises:
            StoreError: another writer has the part, or broke the lock.
        """
        part = self.index.covered
        claimed = self._writer().token
        self._writer().require()
        if not (self._parts / _name(part)).create(json.dumps({"claimed_by": claimed}).encode() + b"\n"):
            raise StoreError(
                f"Another writer has added to {self._folder} since this one began. What this one had written stays; "
                "start it again when the other has ended."
            )
        return range(part * CUBES_PER_PART, part * CUBES_PER_PART + count)

    def append(self, entries: Sequence[StoreEntry]) -> None:
        """Write the part that was claimed.

        Raises:
            TypeError, ValueError: as for `StoreEntry.line`; nothing is written.
            StoreError: the lock was broken.
        """
        self._write(entries, [])

    def change(self, changed: Sequence[StoreEntry], removed: Iterable[str]) -> None:
        """Write a part that replaces what earlier ones say.

        Args:
            changed: entries that take the place of those with their keys.
            removed: keys whose entries go.
        """
        self.claim(0)
        self._write(changed, sorted(removed))

    def close(self) -> None:
        """Write the index where there are other parts than it has."""
        if self._changed and self._lock is not None:
            self._lock.require()
            (self._folder / INDEX_FILE).write(self.index.to_bytes())
            self._changed = False

    def _writer(self) -> ObjectLock:
        if self._lock is None:
            raise StoreError(f"{self._folder} is open for reading only; open it with writing=True.")
        return self._lock

    def _write(self, entries: Sequence[StoreEntry], removed: Sequence[str]) -> None:
        """Write the next part, whole."""
        lines = [entry.line() for entry in entries]
        if removed:
            lines.append(json.dumps({"removed": removed}).encode() + b"\n")
        self._writer().require()
        content = b"".join(lines)
        (self._parts / _name(self.index.covered)).write(content)
        self._take(self.index.covered, content)

    def _take(self, part: int, content: bytes) -> None:
        """Bring a part's lines into the index."""
        start = 0
        for number, line in enumerate(self._content(part, content).split(b"\n")[:-1], start=1):
            where = f"line {number} of {PARTS_FOLDER}/{_name(part)}"
            if line.startswith(b'{"removed":'):
                self.index.remove(parsed_json(line)["removed"])
            elif not line.startswith(b'{"claimed_by":'):
                entry = entry_of(line, self._folder, where)
                self.index.set(entry.index_row(line + b"\n", part=part, start=start))
            start += len(line) + 1
        self.index.covered = part + 1
        self._changed = True

    def _read_further(self) -> None:
        """Read the parts that the index does not have: numbers follow each other, so nothing need be listed."""
        several = 1
        while True:
            numbers = range(self.index.covered, self.index.covered + several)
            for part, content in zip(
                numbers, self._parts.read_several([_name(number) for number in numbers]), strict=True
            ):
                if content is None:
                    return
                self._take(part, content)
            several = min(2 * several, MOST_PARTS_AT_ONCE)

    def _fits(self) -> bool:
        """True where the last line that the index has is in its part."""
        if not len(self.index):
            return False
        row = self.index.rows[-1]
        content = (self._parts / _name(int(row["part"]))).read() or b""
        line = content[int(row["start"]) : int(row["start"] + row["bytes"])]
        return row["part"] < self.index.covered and zlib.crc32(line) == row["line_checksum"]

    def _content(self, part: int, content: bytes | None) -> bytes:
        """A part's bytes.

        Raises:
            StoreError: there are none, or the last line has no end.
        """
        if content is None or not content.endswith(b"\n"):
            raise damaged(self._folder, f"no whole {PARTS_FOLDER}/{_name(part)}")
        return content

    def _entry(self, position: int, content: bytes) -> StoreEntry:
        """The entry of a row, from its part's bytes."""
        row = self.index.rows[position]
        start = int(row["start"])
        line = content[start : start + int(row["bytes"])]
        number = content.count(b"\n", 0, start) + 1
        where = f"line {number} of {PARTS_FOLDER}/{_name(int(row['part']))}"
        if zlib.crc32(line) != row["line_checksum"]:
            raise damaged(self._folder, f"a {where} that is not the one that was written")
        return entry_of(line, self._folder, where)


def _name(part: int) -> str:
    """The object of a part."""
    return f"{part:08d}.jsonl"
