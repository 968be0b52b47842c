"""The headers of a tree's files, kept between runs: a file that has not changed is not opened again."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.sources.image_tree.header_record import RECORD_FORMAT
from radiogene.errors import CohortError
from radiogene.storage.regular_file import refuse_special

# Paths are bytes: a name in another encoding than the system's is no text.
TABLE = "CREATE TABLE IF NOT EXISTS files (path BLOB PRIMARY KEY, size INTEGER, changed_ns INTEGER, header TEXT)"


@dataclass(frozen=True)
class FileState:
    """By what a change of a file is noticed: its size and its time of change."""

    size: int
    changed_ns: int


@dataclass(frozen=True)
class HeaderCache:
    """A SQLite file with one row per file of one tree; paths are relative to the tree.

    It holds what headers say, DICOM patient IDs among it: it belongs where the images belong.
    """

    path: Path

    def known(self) -> dict[str, tuple[FileState, str]]:
        """State and header of each known file; nothing where the cache is absent, of another version, or no cache."""
        refuse_special(self.path)
        if not self.path.is_file():
            return {}
        try:
            with closing(sqlite3.connect(self.path)) as database:
                if database.execute("PRAGMA user_version").fetchone()[0] != RECORD_FORMAT:
                    return {}
                rows = database.execute("SELECT path, size, changed_ns, header FROM files").fetchall()
        except sqlite3.DatabaseError:
            return {}
        return {os.fsdecode(path): (FileState(size, changed_ns), header) for path, size, changed_ns, header in rows}

    def store(self, headers: Iterable[tuple[str, FileState, str]], gone: Iterable[str] = ()) -> None:
        """Keep the headers of files, and forget files that are gone.

        Raises:
            CohortError: the cache cannot be written.
        """
        with self._open() as database:
            database.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
                ((os.fsencode(path), state.size, state.changed_ns, header) for path, state, header in headers),
            )
            database.executemany("DELETE FROM files WHERE path = ?", ((os.fsencode(path),) for path in gone))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The database, ready to be written; one of another version is emptied."""
        refuse_special(self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(self.path)) as database, database:
                if database.execute("PRAGMA user_version").fetchone()[0] != RECORD_FORMAT:
                    database.execute("DROP TABLE IF EXISTS files")
                    database.execute(f"PRAGMA user_version = {RECORD_FORMAT}")
                database.execute(TABLE)
                yield database
        except sqlite3.Error as error:
            raise CohortError(
                f"The cache of headers {self.path} cannot be written ({error}). Delete it, or name another by --cache."
            ) from error
