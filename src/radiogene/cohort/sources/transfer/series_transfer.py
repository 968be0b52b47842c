"""Series fetched from a store into one folder each, checked by count and hash; what is there and right stays."""

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from radiogene.cohort.sources.transfer.object_store import ObjectStore, StoredObject, checked
from radiogene.errors import TransferError
from radiogene.storage.atomic_files import write_json
from radiogene.storage.json_text import parsed_json
from radiogene.storage.plain_words import counted
from radiogene.storage.regular_file import read_file_text

RECORD_FOLDER = ".transfer"
"""Hidden, so that a scan of the folder passes it by."""

MARGIN = 1.02
"""Room that must be left: files take whole blocks of the disk."""

THREADS = 16
"""Requests at a time: small files are waited for, not computed."""


@dataclass(frozen=True)
class WantedSeries:
    """A series to fetch.

    Attributes:
        folder: where it goes, relative to the target.
        bucket, prefix: where it is in the store.
        images: objects that an index lists for it.
        megabytes: of them all.
    """

    series_uid: str
    folder: Path
    bucket: str
    prefix: str
    images: int
    megabytes: float


@dataclass(frozen=True)
class FetchedSeries:
    """What became of a series.

    Attributes:
        problem: why it is not whole; None where it is.
        fetched: files that were fetched in this run.
        unhashed: files of which the store lists no MD5, so that their size alone was checked.
    """

    wanted: WantedSeries
    problem: str | None
    fetched: int
    unhashed: int


def require_room(target: Path, wanted: Sequence[WantedSeries]) -> None:
    """Refuse a target whose disk cannot hold what is still to be fetched.

    Raises:
        TransferError: too little room.
    """
    place = target
    while not place.exists():
        place = place.parent
    open_mb = sum(series.megabytes for series in wanted if not _is_recorded(target, series))
    free_mb = shutil.disk_usage(place).free / 1e6
    if free_mb < open_mb * MARGIN:
        raise TransferError(
            f"{open_mb / 1e3:.1f} GB are to be fetched and {free_mb / 1e3:.1f} GB are free at {place}. Make room, or "
            "choose another --download."
        )


def fetch_series(
    store: ObjectStore,
    wanted: Sequence[WantedSeries],
    target: Path,
    progress: Callable[[int, int], None] | None = None,
) -> list[FetchedSeries]:
    """What became of each series; a problem of one does not end the others.

    A series that was fetched whole before, and whose files still have their sizes, is not asked for again. Of any
    other, files with the right bytes stay.

    Args:
        store: to fetch from.
        wanted: the series.
        target: folder of them all.
        progress: called with the number of series done and of all.
    """
    results = []
    with ThreadPoolExecutor(THREADS) as threads:
        for done, series in enumerate(wanted, start=1):
            results.append(_fetched(store, series, target, threads))
            if progress is not None:
                progress(done, len(wanted))
    return results


def _fetched(store: ObjectStore, series: WantedSeries, target: Path, threads: ThreadPoolExecutor) -> FetchedSeries:
    """What became of one series."""
    if _is_recorded(target, series):
        return FetchedSeries(series, None, 0, 0)
    try:
        objects = store.objects(series.bucket, f"{series.prefix}/")
    except TransferError as error:
        return FetchedSeries(series, str(error), 0, 0)
    if len(objects) != series.images:
        problem = f"the store lists {counted(len(objects), 'object')} where the index has {series.images}"
        return FetchedSeries(series, problem, 0, 0)
    folder = target / series.folder
    outcomes = list(threads.map(lambda one: _file(store, series, one, folder), objects))
    problems = [outcome.problem for outcome in outcomes if outcome.problem]
    fetched = sum(outcome.fetched for outcome in outcomes)
    unhashed = sum(one.md5 is None for one in objects)
    if problems:
        more = f" and {len(problems) - 1} more files" if len(problems) > 1 else ""
        return FetchedSeries(series, f"{problems[0]}{more}", fetched, unhashed)
    _remove_strangers(folder, {one.name for one in objects})
    files = [asdict(one) | {"sha256": outcome.sha256} for one, outcome in zip(objects, outcomes, strict=True)]
    write_json(_record_path(target, series), {"series": series.series_uid, "store": store.endpoint, "files": files})
    return FetchedSeries(series, None, fetched, unhashed)


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        sha256: of its bytes; None where there is a problem.
        fetched: False where it was there already.
        problem: in words.
    """

    sha256: str | None
    fetched: bool
    problem: str | None


def _file(store: ObjectStore, series: WantedSeries, one: StoredObject, folder: Path) -> FileOutcome:
    """What became of one file: kept, fetched, or the problem with it."""
    path = folder / one.name
    if path.is_file():
        check = checked(path, one)
        if check.wrong is None:
            return FileOutcome(check.sha256, fetched=False, problem=None)
    try:
        return FileOutcome(store.fetch(series.bucket, one, path), fetched=True, problem=None)
    except TransferError as error:
        return FileOutcome(None, fetched=False, problem=str(error))


def _remove_strangers(folder: Path, names: set[str]) -> None:
    """Take out files that the store does not list: remains of an ended run would count as slices."""
    for path in folder.iterdir():
        if path.is_file() and path.name not in names:
            path.unlink()


def _record_path(target: Path, series: WantedSeries) -> Path:
    """Where it stands that a series is whole."""
    return target / RECORD_FOLDER / f"{series.series_uid}.json"


def _is_recorded(target: Path, series: WantedSeries) -> bool:
    """True where the series was whole and its files still have their sizes."""
    try:
        files = parsed_json(read_file_text(_record_path(target, series)))["files"]
        sizes = {one["key"].rpartition("/")[2]: one["size"] for one in files}
        there = {path.name: path.stat().st_size for path in (target / series.folder).iterdir() if path.is_file()}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return len(sizes) == series.images and sizes == there
