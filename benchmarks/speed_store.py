"""A prepared store of 10,000 nodules: opening it, reading cubes, adding patients; the same on a local S3 server.

    .venv/bin/python benchmarks/speed_store.py

The cubes of eight phantom patients are made and stored; the other chunks are links to those files, so that the store
has 10,000 slots and records and takes little of the disk. Reading is by a warm page cache. The S3 server is moto's on
the loopback of the same machine: its figures show requests and overhead, not a network.
"""

import os
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import zarr

from harness.in_turn import timed_in_turn
from harness.peak_memory import peak_above_imports_mb
from harness.results import BenchmarkResult, Figure, Goal, Timing, run_benchmark
from harness.s3_server import served
from radiogene.cohort.row import CohortRow
from radiogene.cohort.store.cube_record import CubeRecord, row_key
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.layout import CUBES_FOLDER, RECORDS_FILE, SEGMENTS_FOLDER
from radiogene.cohort.store.prepare import prepare_cohort
from radiogene.cohort.store.record_file import RecordFile
from radiogene.cohort.store.record_index import INDEX_FILE
from radiogene.cohort.table.cohort_table import Cohort, read_cohort
from radiogene.phantom import write_cohort

PHANTOM_PATIENTS = 8
ADDED = 10
BATCH = 16

OPENING_S = 0.05
ADDING_TIMES = 2.0


def row_of(cohort: Cohort, number: int) -> CohortRow:
    """A row of the table as that of another patient."""
    row = cohort.rows[number % len(cohort.rows)]
    return replace(row, patient_id=f"P{number:07d}", row_number=number + 2)


def record_of(cohort: Cohort, record: CubeRecord, number: int) -> CubeRecord:
    """The record of that row's cube."""
    row = row_of(cohort, number)
    return replace(record, key=row_key(row), row=row.patient_part())


def made_store(first: Path, cohort: Cohort, folder: Path, nodules: int, *, with_chunks: bool) -> Path:
    """A store of so many nodules: the first store's cubes and records again and again.

    Args:
        first: the store of the cohort.
        cohort: a few patients.
        folder: of the new store.
        nodules: how many.
        with_chunks: False leaves most slots empty: good for opening alone.
    """
    few = RecordFile(first).entries()
    shutil.copytree(first, folder)
    RecordFile.create(folder)
    records = RecordFile(folder)
    kinds = [few[n % len(few)] for n in range(nodules)]
    records.append([replace(e, record=record_of(cohort, e.record, n), slot=n) for n, e in enumerate(kinds)])
    records.close()
    for name in (CUBES_FOLDER, SEGMENTS_FOLDER):
        array = zarr.open_array(store=folder / name, mode="r+")
        array.resize((nodules, *array.shape[1:]))
        for slot in range(len(few), nodules if with_chunks else 0):
            source = folder / name / "c" / str(few[slot % len(few)].slot) / "0" / "0"
            if source.exists():
                target = folder / name / "c" / str(slot) / "0" / "0"
                target.mkdir(parents=True)
                os.link(source / "0", target / "0")
    return folder


def opened(folder: Path) -> int:
    """Opens a store and asks it what a caller asks first."""
    store = CubeStore.open(folder)
    return len(store) + ("absent" in store)


def opened_by_lines(folder: Path) -> int:
    """Opens a store that has no index, so that every line is read."""
    index, away = folder / INDEX_FILE, folder.with_name(f"{folder.name}.index")
    index.rename(away)
    try:
        return opened(folder)
    finally:
        away.rename(index)


def one_by_one(store: CubeStore, indexes: list[int]) -> None:
    for index in indexes:
        store.cube(index)


def in_batches(store: CubeStore, indexes: list[int]) -> None:
    for start in range(0, len(indexes), BATCH):
        store.cubes(indexes[start : start + BATCH])


class Adding:
    """Adds patients to one store, others at each call.

    Args:
        place: of the store.
        cohort: a few patients.
        source: their store.
    """

    def __init__(self, place: str | Path, cohort: Cohort, source: CubeStore) -> None:
        self.place, self.cohort, self.number = place, cohort, 1_000_000
        self.cubes = [(source.record(n), source.cube(n).astype(np.float32), source.segment(n)) for n in range(4)]

    def __call__(self, count: int = ADDED) -> None:
        """Adds so many."""
        with CubeStore.open(self.place, writing=True) as store:
            for _ in range(count):
                record, cube, segment = self.cubes[self.number % len(self.cubes)]
                store.add(record_of(self.cohort, record, self.number), cube, segment)
                self.number += 1


class Preparing:
    """Prepares a table that has a few rows more than its store, others at each call.

    Args:
        store: with the cubes of the first rows of the table.
        cohort: the few patients whose scans are read again and again.
        nodules: rows that the store has.
    """

    def __init__(self, store: Path, cohort: Cohort, nodules: int) -> None:
        self.store, self.cohort, self.added = store, cohort, 0
        self.rows = [row_of(cohort, n) for n in range(nodules)]

    def __call__(self) -> None:
        """Prepares the table, ten rows longer than before."""
        self.rows += [row_of(self.cohort, 1_000_000 + self.added + n) for n in range(ADDED)]
        self.added += ADDED
        summary = prepare_cohort(replace(self.cohort, rows=tuple(self.rows)), self.store)
        if (summary.done, summary.skipped, summary.updated) != (ADDED, len(self.rows) - ADDED, 0):
            raise SystemExit(f"expected {ADDED} new cubes, found {summary}")


def import_and_open(small: Path) -> None:
    """What every process that reads stores has loaded."""
    opened(small)


def peak_of(call: Callable[[Path], object], small: Path, large: Path) -> float:
    """MiB that opening the large store adds to a process that has opened the small one."""
    return peak_above_imports_mb(partial(import_and_open, small), partial(_ignoring, call, large))


def _ignoring(call: Callable[[Path], object], folder: Path, _: object) -> None:
    call(folder)


def all_records(folder: Path) -> int:
    """Opens a store and reads every record, as a training does."""
    return len(CubeStore.open(folder).records)


def bytes_of(folder: Path) -> int:
    """Of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def sizes(store: Path) -> list[Figure]:
    """Bytes per nodule of what was prepared, not of the links."""
    count = len(CubeStore.open(store))
    return [
        Figure("a cube, compressed", bytes_of(store / CUBES_FOLDER / "c") / count, "bytes", "phantom CT with noise"),
        Figure("a segment, compressed", bytes_of(store / SEGMENTS_FOLDER / "c") / count, "bytes", "phantom CT"),
        Figure("a record's line", (store / RECORDS_FILE).stat().st_size / count, "bytes"),
        Figure("a record in the index", (store / INDEX_FILE).stat().st_size / count, "bytes"),
    ]


def rate(what: str, timing: Timing, count: int, note: str = "") -> Figure:
    """Cubes per second."""
    return Figure(what, count / timing.median, "cubes/s", note)


def reading(store: CubeStore, count: int, repeats: int, where: str) -> tuple[list[Timing], list[Figure]]:
    """Reading so many cubes in random order, one by one and in batches."""
    indexes = random.Random(0).choices(range(len(store)), k=count)
    alone, batches = f"{count} cubes one by one, {where}", f"{count} cubes in batches of {BATCH}, {where}"
    timings = timed_in_turn(
        {alone: partial(one_by_one, store, indexes), batches: partial(in_batches, store, indexes)}, repeats
    )
    return list(timings.values()), [
        rate(f"reading in random order, {where}", timings[alone], count),
        rate(f"reading in batches of {BATCH}, {where}", timings[batches], count),
    ]


def on_object_storage(
    cohort: Cohort, first: CubeStore, nodules: int, repeats: int
) -> tuple[list[Timing], list[Figure]]:
    """The same on the local S3 server."""
    where = "local S3 server"
    with served() as bucket:
        url = f"{bucket}/store"
        CubeStore.create(url, first.preparation, first.preparation_hash).close()
        adding = Adding(url, cohort, first)
        filled = timed_in_turn({f"adding {nodules}, {where}": partial(adding, nodules)}, 1, warm_ups=0)
        store = CubeStore.open(url)
        timings = timed_in_turn(
            {f"opening {nodules}, {where}": partial(opened, url), f"adding {ADDED}, {where}": adding}, repeats
        )
        read, figures = reading(store, min(nodules, 4 * BATCH), repeats, where)
    made = next(iter(filled.values()))
    figures.append(rate(f"writing, {where}", made, nodules, "a part of 32 cubes at a time"))
    return [made, *timings.values(), *read], figures


def measure(quick: bool) -> BenchmarkResult:
    """Makes the stores, times every use of them and deletes them."""
    nodules, many, repeats = (1_000, 10_000, 3) if quick else (10_000, 100_000, 7)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        table = write_cohort(folder / "site", patients=PHANTOM_PATIENTS, site="A", seed=1, workers=1)
        cohort = read_cohort(table)
        prepare_cohort(cohort, folder / "first")
        first = CubeStore.open(folder / "first")
        large = made_store(folder / "first", cohort, folder / "large", nodules, with_chunks=True)
        largest = made_store(folder / "first", cohort, folder / "largest", many, with_chunks=False)
        opening = timed_in_turn(
            {
                f"opening {nodules:,}": partial(opened, large),
                f"opening {many:,}": partial(opened, largest),
                f"opening {nodules:,} without the index": partial(opened_by_lines, large),
                f"opening {nodules:,} and reading all records": partial(all_records, large),
            },
            repeats,
        )
        peaks = [
            Figure(f"peak memory of opening {count:,}", peak_of(opened, folder / "first", place), "MiB")
            for count, place in ((nodules, large), (many, largest))
        ]
        read, read_figures = reading(CubeStore.open(large), 200 if quick else 1_000, repeats, "local disk, warm")
        small = folder / "small"
        CubeStore.create(small, first.preparation, first.preparation_hash).close()
        empty = folder / "empty"
        shutil.copytree(small, empty)
        adding = timed_in_turn(
            {
                f"adding {ADDED} to none": Adding(small, cohort, first),
                f"adding {ADDED} to {nodules:,}": Adding(large, cohort, first),
            },
            repeats,
        )
        shutil.rmtree(large)
        large = made_store(folder / "first", cohort, folder / "large", nodules, with_chunks=False)
        preparing = timed_in_turn(
            {
                f"`prepare` of {ADDED} rows more than none": Preparing(empty, cohort, 0),
                f"`prepare` of {ADDED} rows more than {nodules:,}": Preparing(large, cohort, nodules),
            },
            2 if quick else 5,
        )
        remote, remote_figures = on_object_storage(cohort, first, 64 if quick else 320, repeats)
        size_figures = sizes(folder / "first")
    ratio = {
        what: timings[many_name].median / timings[few_name].median
        for what, timings in (("add", adding), ("prepare", preparing))
        for few_name, many_name in [tuple(timings)]
    }
    return BenchmarkResult(
        name="speed_store",
        title="The store of cubes",
        timings=[*opening.values(), *read, *adding.values(), *preparing.values(), *remote],
        figures=[*peaks, *read_figures, *remote_figures, *size_figures],
        goals=[
            Goal(f"opening {nodules:,} nodules", OPENING_S, opening[f"opening {nodules:,}"].median, "s", False),
            Goal(f"opening {many:,} nodules", OPENING_S, opening[f"opening {many:,}"].median, "s", False),
            Goal(f"adding {ADDED} to {nodules:,} against to none", ADDING_TIMES, ratio["add"], "times", False),
            Goal(
                f"`prepare` of {ADDED} rows more than {nodules:,} against than none",
                ADDING_TIMES,
                ratio["prepare"],
                "times",
                False,
            ),
        ],
        packages=["zarr", "fsspec", "s3fs", "moto"],
    )


if __name__ == "__main__":
    run_benchmark(measure, __doc__)
