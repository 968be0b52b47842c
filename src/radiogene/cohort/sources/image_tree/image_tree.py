"""Scanning a tree: which files are new or changed, what they are, and whose series and markings they make."""

import os
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydicom.config import disable_value_validation

from radiogene.cohort.sources.image_tree.file_header import FileHeader, read_header
from radiogene.cohort.sources.image_tree.header_cache import FileState, HeaderCache
from radiogene.cohort.sources.image_tree.header_record import decode, encode
from radiogene.cohort.sources.image_tree.tree_patient import TreePatient, sort_patients
from radiogene.ct.series.slice_header import DamagedFile
from radiogene.errors import SeriesError
from radiogene.parallel.workers import Workers, in_parallel
from radiogene.storage.plain_words import counted

BATCH_FILES = 500
"""Files that one process reads before it reports: less than a second, so little is lost when a run is ended."""

LINKED = "a link to a folder, which is not followed; give the folder itself, or move it here"

WORTH_PROCESSES = 2000
"""With fewer files to read, starting processes takes longer than it saves."""


@dataclass(frozen=True)
class ImageTree:
    """What lies under a folder.

    Attributes:
        patients: by DICOM patient ID, or by folder where a file states none.
        damaged: files that should be DICOM and cannot be read.
        files: all files.
        read: files that were opened in this run; the others were known and unchanged.
        ignored: files that are not DICOM.
        passed_over: folders and files that were not looked into, each with the reason.
    """

    root: Path
    patients: dict[str, TreePatient]
    damaged: tuple[DamagedFile, ...]
    files: int
    read: int
    ignored: int
    passed_over: tuple[tuple[str, str], ...] = ()

    def lines(self) -> list[str]:
        """The counts for the terminal."""
        return [
            f"{counted(self.files, 'file')}: {self.read} read, {self.files - self.read} known and unchanged, "
            f"{self.ignored} not DICOM, {len(self.damaged)} damaged; {counted(len(self.patients), 'DICOM patient')}"
        ]


def scan_tree(
    root: Path,
    cache: HeaderCache,
    *,
    names: Collection[str] = (),
    workers: Workers = -1,
    progress: Callable[[int, int], None] | None = None,
) -> ImageTree:
    """Everything under a folder, sorted into patients.

    Files that are known and unchanged are not opened. What was read is kept batch by batch, so a run that is ended
    goes on where it stopped.

    Args:
        root: of the tree.
        cache: of its headers.
        names: identifiers of a table, by which `sort_patients` takes folders for patients.
        workers: who reads the headers.
        progress: called with files done and all files to read.

    Raises:
        SeriesError: no such folder.
        CohortError: the cache cannot be written.
    """
    if not root.is_dir():
        raise SeriesError(f"{root}: no such folder; give the folder that holds the studies.")
    passed_over: list[tuple[str, str]] = []
    states = dict(_walk(root, passed_over))
    known = cache.known()
    new = [path for path, state in states.items() if path not in known or known[path][0] != state]
    headers = {path: known[path][1] for path in states.keys() - set(new)}
    for batch in _read(root, new, workers, progress):
        cache.store([(path, states[path], header) for path, header in batch])
        headers.update(batch)
    gone = known.keys() - states.keys()
    if gone:
        cache.store([], gone)
    # In the order of the paths, so that the cache changes no result.
    decoded = [decode(headers[path], root / path) for path in sorted(headers)]
    return ImageTree(
        root=root,
        patients=sort_patients(root, decoded, names),
        damaged=tuple(header.damaged for header in decoded if header.damaged is not None),
        files=len(states),
        read=len(new),
        ignored=sum(header == FileHeader() for header in decoded),
        passed_over=tuple(sorted(passed_over)),
    )


def _walk(root: Path, passed_over: list[tuple[str, str]]) -> Iterator[tuple[str, FileState]]:
    """Every file that is not hidden, relative to the root, with its state.

    Args:
        root: of the tree.
        passed_over: gets what was not looked into, with the reason.
    """
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(root / folder) as entries:
            for entry in entries:
                name = f"{folder}{entry.name}"
                if entry.name.startswith("."):
                    continue
                if entry.is_symlink() and entry.is_dir():
                    passed_over.append((name, LINKED))
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(f"{name}/")
                elif entry.is_file():
                    state = entry.stat()
                    yield name, FileState(state.st_size, state.st_mtime_ns)


def _read(
    root: Path, paths: Sequence[str], workers: Workers, progress: Callable[[int, int], None] | None
) -> Iterator[list[tuple[str, str]]]:
    """The headers of files, batch by batch, as they are done."""
    batches = [paths[start : start + BATCH_FILES] for start in range(0, len(paths), BATCH_FILES)]
    processes = workers if len(paths) > WORTH_PROCESSES else 1
    done = 0
    with closing(in_parallel(_read_batch, ((root, batch) for batch in batches), processes, ordered=False)) as read:
        for batch in read:
            done += len(batch)
            if progress is not None:
                progress(done, len(paths))
            yield batch


def _read_batch(root: Path, paths: Sequence[str]) -> list[tuple[str, str]]:
    """Each path with its encoded header."""
    # What pydicom would warn of is refused where it matters, when a series is opened.
    with disable_value_validation(), warnings.catch_warnings(action="ignore"):
        return [(path, encode(read_header(root / path))) for path in paths]
