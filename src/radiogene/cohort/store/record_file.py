"""The lines of a local store's `records.jsonl`: a cube counts when its line is whole."""

import mmap
import os
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from radiogene.cohort.store.entry import StoreEntry, entry_of
from radiogene.cohort.store.layout import RECORDS_FILE, damaged, read_file
from radiogene.cohort.store.record_index import INDEX_FILE, RecordIndex
from radiogene.storage.atomic_files import write_bytes
from radiogene.storage.regular_file import open_file, refuse_special


class RecordFile:
    """The file of lines of one local store; lines are read when they are needed.

    A reader keeps the lines that were whole when it opened: a writer only adds behind them, or puts another file in
    their place.

    Attributes:
        index: of all whole lines.
    """

    cubes_at_once = 1
    """After so many new cubes their records are written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / RECORDS_FILE
        self._lines, self.index = self._opened()
        self._changed = False
        whole_bytes = self._lines.rfind(b"\n") + 1
        for line in self._lines[self.index.covered : whole_bytes].split(b"\n")[:-1]:
            where = self._where(len(self.index))
            if not self._set(entry_of(line, folder, where), line + b"\n"):
                raise damaged(folder, f"a key twice in its records ({where})")

    @staticmethod
    def create(folder: Path) -> None:
        """Make an empty file, and take away what is left of an index."""
        (folder / INDEX_FILE).unlink(missing_ok=True)
        write_bytes(folder / RECORDS_FILE, b"")

    def entry(self, position: int) -> StoreEntry:
        """The entry whose row in the index has that position.

        Raises:
            StoreError: its line is not the one that was written.
        """
        row = self.index.rows[position]
        start, end = int(row["start"]), int(row["start"] + row["bytes"])
        if end > len(self._lines):
            self._lines = _mapped(self._path)[0]
        line = self._lines[start:end]
        if zlib.crc32(line) != row["line_checksum"]:
            raise damaged(self._folder, f"a {self._where(position)} that is not the one that was written")
        return entry_of(line, self._folder, self._where(position))

    def entries(self) -> list[StoreEntry]:
        """All entries, in the order of the index.

        Raises:
            StoreError: as for `entry`.
        """
        return [self.entry(position) for position in range(len(self.index))]

    def claim(self, count: int) -> range:
        """Slots for so many new cubes: those after the last whole one, whatever a killed writer left in them."""
        return range(self.index.next_slot, self.index.next_slot + count)

    def append(self, entries: Sequence[StoreEntry]) -> None:
        """Write lines after the last whole one; what a killed writer left of a line is cut.

        Raises:
            TypeError, ValueError: as for `StoreEntry.line`; nothing is written.
        """
        lines = [entry.line() for entry in entries]
        refuse_special(self._path)
        with self._path.open("r+b") as file:
            file.truncate(self.index.covered)
            file.seek(self.index.covered)
            file.write(b"".join(lines))
        for entry, line in zip(entries, lines, strict=True):
            self._set(entry, line)

    def change(self, changed: Sequence[StoreEntry], removed: Iterable[str]) -> None:
        """Replace all lines at once.

        Args:
            changed: entries that take the place of those with their keys.
            removed: keys whose entries go.
        """
        entries = {entry.record.key: entry for entry in self.entries()}
        entries |= {entry.record.key: entry for entry in changed}
        for key in removed:
            entries.pop(key, None)
        lines = [entry.line() for entry in entries.values()]
        # Before the lines: an index never stands beside lines that it was not made from.
        (self._folder / INDEX_FILE).unlink(missing_ok=True)
        write_bytes(self._path, b"".join(lines))
        self.index = RecordIndex()
        for entry, line in zip(entries.values(), lines, strict=True):
            self._set(entry, line)
        self._lines = _mapped(self._path)[0]

    def close(self) -> None:
        """Write the index where the lines have changed."""
        if self._changed:
            # The store is whole without it, also on a full disk.
            with suppress(OSError):
                write_bytes(self._folder / INDEX_FILE, self.index.to_bytes())
            self._changed = False

    def _set(self, entry: StoreEntry, line: bytes) -> bool:
        """Whether the next line's key is new; the index has it now."""
        new = self.index.set(entry.index_row(line, part=0, start=self.index.covered))
        self.index.covered += len(line)
        self._changed = True
        return new

    def _where(self, position: int) -> str:
        """The line of a position in words: the index has them in the order of the file."""
        return f"line {position + 1} of {RECORDS_FILE}"

    def _opened(self) -> "tuple[mmap.mmap | bytes, RecordIndex]":
        """The lines, and the index where it fits them, else an empty one."""
        try:
            while True:
                lines, file_number = _mapped(self._path)
                index = RecordIndex.from_bytes(read_file(self._folder, INDEX_FILE))
                # A writer may have put other lines in their place between the two.
                if self._path.stat().st_ino == file_number:
                    break
        except OSError as error:
            raise damaged(self._folder, f"no {RECORDS_FILE} that can be read ({error.strerror})") from error
        # The last line may have been in writing; only a broken copy lacks more of those in the index.
        if index.covered > len(lines) and lines[:].count(b"\n") + 1 < len(index):
            raise damaged(
                self._folder,
                f"{len(lines)} bytes of {RECORDS_FILE} where its index knows {len(index)} cubes in {index.covered}",
            )
        return lines, index if _fits(index, lines) else RecordIndex()


def _mapped(path: Path) -> "tuple[mmap.mmap | bytes, int]":
    """The file's bytes, read when they are looked at, and its inode; they stay when another file takes its place."""
    with open_file(path) as file:
        state = os.fstat(file.fileno())
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if state.st_size else b"", state.st_ino


def _fits(index: RecordIndex, lines: "mmap.mmap | bytes") -> bool:
    """True where the last line that the index has is in its place in the file."""
    if not len(index):
        return False
    row = index.rows[-1]
    start, end = int(row["start"]), int(row["start"] + row["bytes"])
    return end == index.covered <= len(lines) and zlib.crc32(lines[start:end]) == row["line_checksum"]
