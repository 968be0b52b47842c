"""The lines of a store's `records.jsonl`: a cube counts when its line is whole."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from radiogene.atomic_files import write_text
from radiogene.cohort.cube_record import CubeRecord
from radiogene.cohort.store_layout import RECORDS_FILE, damaged


@dataclass(frozen=True)
class StoreEntry:
    """A record and where its arrays lie.

    Attributes:
        record: of the cube.
        slot: of cube and segment in their arrays.
        checksum: CRC-32 of the cube's little-endian bytes.
        segment_checksum: CRC-32 of the segment's packed bytes; None where it has no segment.
    """

    record: CubeRecord
    slot: int
    checksum: int
    segment_checksum: int | None

    def line(self) -> str:
        """The entry as one line of `records.jsonl`.

        Raises:
            TypeError, ValueError: the record holds something that is no plain JSON value.
        """
        content = {
            "slot": self.slot,
            "checksum": self.checksum,
            "segment_checksum": self.segment_checksum,
            "record": self.record.to_json(),
        }
        return json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"


class RecordFile:
    """The file of lines of one store.

    Attributes:
        entries: of all whole lines, as they were when it was opened.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / RECORDS_FILE
        try:
            content = self._path.read_bytes()
        except OSError as error:
            raise damaged(folder, f"no {RECORDS_FILE} that can be read ({error.strerror})") from error
        self._whole_bytes = content.rfind(b"\n") + 1
        lines = content[: self._whole_bytes].split(b"\n")[:-1]
        self.entries = [_entry(line, number, folder) for number, line in enumerate(lines, start=1)]

    @staticmethod
    def create(folder: Path) -> None:
        """Makes an empty file."""
        write_text(folder / RECORDS_FILE, "")

    def append(self, line: str) -> None:
        """Writes a line after the last whole one; what a killed writer left of a line is cut."""
        content = line.encode()
        with self._path.open("r+b") as file:
            file.truncate(self._whole_bytes)
            file.seek(self._whole_bytes)
            file.write(content)
        self._whole_bytes += len(content)

    def rewrite(self, entries: Iterable[StoreEntry]) -> None:
        """Replaces all lines at once."""
        text = "".join(entry.line() for entry in entries)
        write_text(self._path, text)
        self._whole_bytes = len(text.encode())


def _entry(line: bytes, number: int, folder: Path) -> StoreEntry:
    """The entry of one line."""
    try:
        found = json.loads(line)
        slot, checksum, segment_checksum = found["slot"], found["checksum"], found["segment_checksum"]
        if type(slot) is not int or type(checksum) is not int or slot < 0:
            raise damaged(folder, f"no slot and checksum on line {number} of {RECORDS_FILE}")
        if segment_checksum is not None and type(segment_checksum) is not int:
            raise damaged(folder, f"no checksum of a segment on line {number} of {RECORDS_FILE}")
        return StoreEntry(CubeRecord.from_json(found["record"]), slot, checksum, segment_checksum)
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(folder, f"a line {number} of {RECORDS_FILE} that cannot be read") from error
