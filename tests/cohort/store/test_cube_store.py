"""The store of cubes: whole records only, one writer, nothing read that was not written."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from zarr.codecs import ZstdCodec

from cohort.made_cubes import SETTINGS, assert_another_process_opens_it_unless_it_has_changed, cube_hu, record, segment
from ct.made_geometry import made_geometry
from radiogene.cohort.row import CohortRow, PatientRow
from radiogene.cohort.store.cube_record import CubeRecord, PreparationFailure, row_key
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.entry import StoreEntry
from radiogene.errors import StoreError
from radiogene.storage.typed_json import to_json


def filled(path: Path, numbers) -> CubeStore:
    with CubeStore.create(path, SETTINGS, "hash") as store:
        for number in numbers:
            store.add(record(number), cube_hu(number), segment(number))
    return CubeStore.open(path)


def test_cubes_come_back_rounded_with_their_records_in_the_order_of_the_table(tmp_path):
    store = filled(tmp_path / "store", [2, 0, 1])
    assert store.records == tuple(record(n) for n in range(3))
    assert (store.preparation, store.preparation_hash, store.synthetic, len(store)) == (SETTINGS, "hash", False, 3)
    for n in range(3):
        assert store.cube(n).dtype == np.int16
        np.testing.assert_array_equal(store.cube(n), np.rint(cube_hu(n)))
    np.testing.assert_array_equal(store.cubes(), [store.cube(n) for n in range(3)])


def test_segments_come_back_with_their_cubes_and_their_absence_too(tmp_path):
    path = tmp_path / "store"
    with CubeStore.create(path, SETTINGS, "hash") as store:
        for number, marked in enumerate((None, segment(1), np.zeros((64, 64, 64), bool), segment(3))):
            store.add(record(number), cube_hu(number), marked)
    store = CubeStore.open(path)
    assert store.segment(0) is None
    for n in (1, 3):
        assert store.segment(n).dtype == np.bool_
        np.testing.assert_array_equal(store.segment(n), segment(n))
    assert not store.segment(2).any()
    assert not (path / "segments" / "c" / "0").exists()


def test_adding_again_changes_nothing(tmp_path):
    path = tmp_path / "store"
    filled(path, [0])
    with CubeStore.open(path, writing=True) as store:
        assert store.add(record(0), cube_hu(5), segment(5)) is False
        assert store.add(record(1, synthetic=True), cube_hu(1), segment(1)) is True
        assert "key1" in store
    store = CubeStore.open(path)
    np.testing.assert_array_equal(store.cube(0), np.rint(cube_hu(0)))
    assert (len(store), store.synthetic) == (2, True)


def test_rows_are_updated_and_removed_without_touching_other_cubes(tmp_path):
    path = tmp_path / "store"
    filled(path, range(3))
    changed = PatientRow(patient_id="patient 1", row_number=9, labels={"EGFR": 0})
    with CubeStore.open(path, writing=True) as store:
        assert store.update_rows({"key1": changed, "key0": record(0).row, "absent": changed}) == 1
        store.remove(["key0"])
        store.add(record(4), cube_hu(4), segment(4))
    store = CubeStore.open(path)
    assert [r.key for r in store.records] == ["key2", "key4", "key1"]
    assert store.records[2].row == changed
    for n, number in enumerate((2, 4, 1)):
        np.testing.assert_array_equal(store.cube(n), np.rint(cube_hu(number)))


def test_the_array_is_a_zarr_3_array_with_one_compressed_chunk_per_cube(tmp_path):
    filled(tmp_path / "store", range(2))
    description = json.loads((tmp_path / "store" / "cubes" / "zarr.json").read_text())
    assert (description["zarr_format"], description["data_type"], description["shape"]) == (3, "int16", [2, 64, 64, 64])
    assert description["chunk_grid"]["configuration"]["chunk_shape"] == [1, 64, 64, 64]
    assert "blosc" in {codec["name"] for codec in description["codecs"]}


def test_a_store_whose_cubes_were_compressed_otherwise_is_read_and_goes_on_as_it_began(tmp_path, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr("radiogene.cohort.store.arrays.BloscCodec", lambda **_: ZstdCodec(level=3))
        filled(tmp_path / "store", [0])
    with CubeStore.open(tmp_path / "store", writing=True) as store:
        store.add(record(1), cube_hu(1), segment(1))
    description = json.loads((tmp_path / "store" / "cubes" / "zarr.json").read_text())
    assert "zstd" in {codec["name"] for codec in description["codecs"]}
    np.testing.assert_array_equal(CubeStore.open(tmp_path / "store").cubes(), [np.rint(cube_hu(n)) for n in range(2)])


def test_segments_are_packed_to_bits(tmp_path):
    filled(tmp_path / "store", range(2))
    description = json.loads((tmp_path / "store" / "segments" / "zarr.json").read_text())
    assert (description["data_type"], description["shape"]) == ("uint8", [2, 64, 64, 8])
    assert description["chunk_grid"]["configuration"]["chunk_shape"] == [1, 64, 64, 8]
    assert "blosc" in {codec["name"] for codec in description["codecs"]}


def test_keys_are_safe_and_tell_rows_apart():
    row = CohortRow(patient_id="../\u00fc\n/", row_number=2, ct=Path("/a"), nodule="1 2 3")
    others = [
        CohortRow(patient_id="../\u00fc\n", row_number=2, ct=Path("/a"), nodule="1 2 3"),
        CohortRow(patient_id="../\u00fc\n/", row_number=2, ct=Path("/b"), nodule="1 2 3"),
        CohortRow(patient_id="../\u00fc\n/", row_number=2, ct=Path("/a"), nodule="1 2 4"),
        CohortRow(patient_id="../\u00fc\n/", row_number=2, ct=Path("/a"), nodule="1 2 3", segment="1"),
    ]
    keys = {row_key(r) for r in (row, *others)}
    assert len(keys) == 5
    assert all(key.isalnum() and key.isascii() for key in keys)


def test_no_path_of_scan_or_nodule_is_kept(tmp_path):
    row = CohortRow(patient_id="p", row_number=2, ct=Path("/clinic/Doe_John"), nodule="/clinic/Doe_John/seg.dcm")
    with CubeStore.create(tmp_path / "store", SETTINGS, "hash") as store:
        store.add(CubeRecord(row_key(row), row, made_geometry(), False), cube_hu(0), segment(0))
        assert type(store.records[0].row) is PatientRow
    assert "Doe" not in (tmp_path / "store" / "records.jsonl").read_text()


@pytest.mark.parametrize(
    "cube",
    [np.zeros((64, 64, 63), np.float32), np.full((64, 64, 64), np.nan, np.float32)],
    ids=["shape", "not a number"],
)
def test_a_cube_that_is_none_is_refused(tmp_path, cube):
    with CubeStore.create(tmp_path / "store", SETTINGS, "hash") as store:
        with pytest.raises(StoreError, match="every value finite"):
            store.add(record(0), cube, None)
        assert len(store) == 0


@pytest.mark.parametrize("wrong", [np.ones((64, 64, 8), bool), np.ones((64, 64, 64), np.uint8)], ids=["shape", "type"])
def test_a_segment_that_is_none_is_refused(tmp_path, wrong):
    with CubeStore.create(tmp_path / "store", SETTINGS, "hash") as store:
        with pytest.raises(StoreError, match=r"Found a segment of shape .* wanted \(64, 64, 64\) and bool"):
            store.add(record(0), cube_hu(0), wrong)
        assert len(store) == 0


def test_a_geometry_that_is_no_json_is_refused_and_nothing_is_written(tmp_path):
    with CubeStore.create(tmp_path / "store", SETTINGS, "hash") as store:
        for value in (float("nan"), Path("x")):
            with pytest.raises(StoreError, match="no plain JSON"):
                store.add(
                    CubeRecord("k", record(0).row, made_geometry(share_outside=value), False), cube_hu(0), segment(0)
                )
    assert len(CubeStore.open(tmp_path / "store")) == 0


def test_failures_are_kept_until_the_next_list(tmp_path):
    failure = PreparationFailure(3, "p", "NoduleError: outside")
    with CubeStore.create(tmp_path / "store", SETTINGS, "hash") as store:
        assert store.failures == ()
        store.write_failures([failure])
    assert CubeStore.open(tmp_path / "store").failures == (failure,)


def test_reading_needs_no_lock_and_writing_needs_it(tmp_path):
    store = filled(tmp_path / "store", [0])
    for act in (
        lambda: store.add(record(1), cube_hu(1), segment(1)),
        lambda: store.remove(["key0"]),
        lambda: store.write_failures([]),
    ):
        with pytest.raises(StoreError, match="open for reading only"):
            act()


def test_a_second_writer_is_told_who_writes_and_a_reader_sees_what_is_whole(tmp_path):
    path = tmp_path / "store"
    with CubeStore.create(path, SETTINGS, "hash") as store:
        store.add(record(0), cube_hu(0), segment(0))
        for second in (lambda: CubeStore.open(path, writing=True), lambda: CubeStore.create(path, SETTINGS, "hash")):
            with pytest.raises(StoreError, match=rf"being written by process {os.getpid()} on .*Wait until") as refusal:
                second()
            assert str(path) in str(refusal.value)
        assert len(CubeStore.open(path)) == 1
        store.add(record(1), cube_hu(1), segment(1))
    with CubeStore.open(path, writing=True) as store:
        assert len(store) == 2


WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    import numpy as np
    from ct.made_geometry import made_geometry
    from radiogene.cohort.store.cube_record import CubeRecord
    from radiogene.cohort.row import PatientRow
    from radiogene.cohort.store.cube_store import CubeStore

    store = CubeStore.open(Path(sys.argv[1]), writing=True)
    for number in range(len(store), 100_000):
        cube = np.random.default_rng(number).normal(-300, 400, (64, 64, 64)).astype(np.float32)
        row = PatientRow(patient_id=f"patient {number}", row_number=number + 2)
        store.add(CubeRecord(f"key{number}", row, made_geometry(), False), cube, cube > 0)
        print(number, flush=True)
    """
)


def test_a_killed_writer_leaves_whole_cubes_and_no_lock(tmp_path):
    path = tmp_path / "store"
    CubeStore.create(path, SETTINGS, "hash").close()
    reached = 0
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, env=environment
        ) as writer:
            for line in writer.stdout:
                if int(line) >= reached + 4:
                    with pytest.raises(StoreError, match=f"being written by process {writer.pid}"):
                        CubeStore.open(path, writing=True)
                    writer.send_signal(signal.SIGKILL)
                    break
        store = CubeStore.open(path)
        assert len(store) >= reached + 5
        for n in range(reached, len(store)):
            np.testing.assert_array_equal(store.cube(n), np.rint(cube_hu(n)))
            np.testing.assert_array_equal(store.segment(n), cube_hu(n) > 0)
        reached = len(store)


def test_a_line_without_an_end_is_not_read_and_is_written_over(tmp_path):
    path = tmp_path / "store"
    filled(path, range(2))
    records = path / "records.jsonl"
    whole = records.read_bytes()
    second = whole.index(b"\n") + 1
    for cut in (second + 1, len(whole) - 10, len(whole) - 1):
        records.write_bytes(whole[:cut])
        assert len(CubeStore.open(path)) == 1
        with CubeStore.open(path, writing=True) as store:
            store.add(record(7), cube_hu(7), segment(7))
        store = CubeStore.open(path)
        assert [r.key for r in store.records] == ["key0", "key7"]
        np.testing.assert_array_equal(store.cube(1), np.rint(cube_hu(7)))
        np.testing.assert_array_equal(store.segment(1), segment(7))


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_records_cut_by_a_broken_copy_are_refused(tmp_path, kept):
    path = tmp_path / "store"
    filled(path, range(5))
    records = path / "records.jsonl"
    records.write_bytes(b"".join(records.read_bytes().splitlines(keepends=True)[:kept]))
    with pytest.raises(StoreError, match=r"bytes of records\.jsonl where its index knows 5 cubes"):
        CubeStore.open(path)


def test_a_slot_filled_again_without_a_segment_has_none(tmp_path):
    path = tmp_path / "store"
    filled(path, range(2))
    records = path / "records.jsonl"
    records.write_bytes(records.read_bytes()[:-1])
    with CubeStore.open(path, writing=True) as store:
        store.add(record(2), cube_hu(2), None)
    assert CubeStore.open(path).segment(1) is None


def test_an_interrupted_create_is_no_store_and_can_be_repeated(tmp_path):
    path = tmp_path / "store"
    CubeStore.create(path, SETTINGS, "hash").close()
    (path / "store.json").unlink()
    with pytest.raises(StoreError, match="is no store of cubes"):
        CubeStore.open(path)
    with CubeStore.create(path, SETTINGS, "hash") as store:
        store.add(record(0), cube_hu(0), segment(0))
    assert len(CubeStore.open(path)) == 1


def _chunk(path: Path, array: str, slot: int) -> Path:
    return path / array / "c" / str(slot) / "0" / "0" / "0"


def _drop_chunk(path: Path, array: str) -> None:
    _chunk(path, array, 1).unlink()


def _cut_chunk(path: Path, array: str) -> None:
    chunk = _chunk(path, array, 1)
    chunk.write_bytes(chunk.read_bytes()[:-100])


def _flip_chunk(path: Path, array: str) -> None:
    chunk = _chunk(path, array, 1)
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 0x10
    chunk.write_bytes(bytes(content))


def _swap_chunks(path: Path, array: str) -> None:
    one, other = _chunk(path, array, 3), _chunk(path, array, 1)
    one.rename(path / "held")
    other.rename(one)
    (path / "held").rename(other)


@pytest.mark.parametrize("damage", [_drop_chunk, _cut_chunk, _flip_chunk, _swap_chunks])
def test_a_damaged_cube_or_segment_is_never_returned(tmp_path, damage):
    path = tmp_path / "store"
    filled(path, range(4))
    damage(path, "cubes")
    store = CubeStore.open(path)
    for read in (lambda: store.cube(1), store.cubes):
        with pytest.raises(StoreError, match=r"damaged: it has a cube .*prepare the cohort again"):
            read()
    np.testing.assert_array_equal(store.segment(1), segment(1))
    damage(path, "segments")
    with pytest.raises(StoreError, match=r"damaged: it has a segment .*prepare the cohort again"):
        store.segment(1)


LINE = json.dumps(to_json(StoreEntry(7, 1, None, record(0))))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("store.json", "{", "cannot be read"),
        ("store.json", '{"format": 99}', "has format 99; this version reads format 2"),
        ("store.json", "[]", "has format None"),
        (
            "store.json",
            '{"format": 2, "preparation": "", "preparation_hash": ""}',
            'store.json, preparation: found "", wanted an object; delete the',
        ),
        ("records.jsonl", "x\n", "line 1 of records.jsonl"),
        (
            "records.jsonl",
            '{"slot": 0, "checksum": 1, "segment_checksum": null, "record": {"key": "k"}}\n',
            "line 1 of records.jsonl, record.row: found no such key, wanted it; delete the folder and prepare",
        ),
        (
            "records.jsonl",
            '{"slot": 0, "checksum": 1, "segment_checksum": true, "record": {}}\n',
            "line 1 of records.jsonl, segment_checksum: found true, wanted a whole number",
        ),
        ("records.jsonl", LINE.replace('"slot": 7', '"slot": -1') + "\n", "the slot -1 on line 1 of records.jsonl"),
        ("records.jsonl", f"{LINE.replace('key0', 'k' * 33)}\n", "longer than 32 bytes on line 1 of records.jsonl"),
        ("records.jsonl", f"{LINE.replace('60.5', 'true')}\n", "record.row.age_years: found true, wanted a number"),
        ("cubes/zarr.json", "{}", "no array of cubes"),
        ("segments/zarr.json", "{}", "no array of segments"),
    ],
)
def test_a_damaged_or_other_store_is_refused(tmp_path, name, content, message):
    path = tmp_path / "store"
    filled(path, [0])
    (path / name).write_text(content)
    with pytest.raises(StoreError, match=message):
        CubeStore.open(path)


def test_records_without_their_array_and_keys_twice_are_refused(tmp_path):
    path = tmp_path / "store"
    filled(path, range(2))
    records = path / "records.jsonl"
    whole = records.read_text()
    records.write_text(whole + whole)
    with pytest.raises(StoreError, match="a key twice"):
        CubeStore.open(path)
    records.write_text(whole.replace('"slot": 1', '"slot": 2'))
    with pytest.raises(StoreError, match="that its array does not have"):
        CubeStore.open(path)


def test_folders_that_are_no_place_for_a_store_are_refused_and_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    (tmp_path / "file").write_text("x")
    for path, message in ((tmp_path / "mine", "holds other files"), (tmp_path / "file", "cannot be a store")):
        with pytest.raises(StoreError, match=message):
            CubeStore.create(path, SETTINGS, "hash")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]
    filled(tmp_path / "store", [])
    with pytest.raises(StoreError, match="is a store already"):
        CubeStore.create(tmp_path / "store", SETTINGS, "hash")


def test_a_thousand_records_reopen_in_order_from_one_file(tmp_path):
    path = tmp_path / "store"
    filled(path, [0])
    line = (path / "records.jsonl").read_text()
    for folder in ("cubes", "segments"):
        description = json.loads((path / folder / "zarr.json").read_text())
        description["shape"][0] = 1000
        (path / folder / "zarr.json").write_text(json.dumps(description))
    lines = []
    for n in range(1000):
        content = json.loads(line) | {"slot": n}
        content["record"] = to_json(record(n))
        lines.append(json.dumps(content))
    (path / "records.jsonl").write_text("\n".join(reversed(lines)) + "\n")
    assert [r.key for r in CubeStore.open(path).records] == [f"key{n}" for n in range(1000)]


def reopened_records(path: Path) -> list[CubeRecord]:
    """One by one, as the index finds them."""
    store = CubeStore.open(path)
    return [store.record(n) for n in range(len(store))]


def test_the_index_gives_what_the_lines_give(tmp_path):
    path = tmp_path / "store"
    filled(path, [4, 1, 0, 3])
    indexed = CubeStore.open(path)
    (path / "records.index").rename(tmp_path / "held")
    plain = CubeStore.open(path)
    assert reopened_records(path) == list(indexed.records) == list(plain.records)
    np.testing.assert_array_equal(indexed._file.index.rows, plain._file.index.rows)
    assert not (path / "records.index").exists()
    with CubeStore.open(path, writing=True):
        pass
    assert (path / "records.index").read_bytes() == (tmp_path / "held").read_bytes()


def test_opening_with_the_index_reads_no_line_but_the_last_and_each_is_checked_when_it_is_read(tmp_path):
    path = tmp_path / "store"
    filled(path, range(3))
    records = path / "records.jsonl"
    records.write_text(records.read_text().replace('"patient_id": "patient 1"', '"patient_id": "patient 7"'))
    store = CubeStore.open(path)
    assert (len(store), "key1" in store, store.record(2)) == (3, True, record(2))
    np.testing.assert_array_equal(store.cube(1), np.rint(cube_hu(1)))
    for read in (lambda: store.record(1), lambda: store.records):
        with pytest.raises(StoreError, match=r"a line 2 of records.jsonl that is not the one that was written"):
            read()


@pytest.mark.parametrize(
    "change",
    [
        lambda index: b"",
        lambda index: b"{}\n",
        lambda index: b"\0" * 200,
        lambda index: index[:-1],
        lambda index: index[:100] + bytes([index[100] ^ 1]) + index[101:],
        lambda index: index.replace(b'"format": 1', b'"format": 9'),
        lambda index: index.replace(b'"covered": ', b'"covered": 1'),
    ],
)
def test_an_index_that_is_damaged_or_of_another_version_is_passed_over(tmp_path, change):
    path = tmp_path / "store"
    filled(path, range(3))
    index = path / "records.index"
    assert change(index.read_bytes()) != index.read_bytes()
    index.write_bytes(change(index.read_bytes()))
    assert reopened_records(path) == [record(n) for n in range(3)]


def test_an_index_older_or_newer_than_the_lines_is_passed_over_or_completed(tmp_path):
    path = tmp_path / "store"
    filled(path, range(2))
    older = (path / "records.index").read_bytes()
    lines = (path / "records.jsonl").read_bytes()
    with CubeStore.open(path, writing=True) as store:
        store.add(record(2), cube_hu(2), segment(2))
    newer = (path / "records.index").read_bytes()
    (path / "records.index").write_bytes(older)
    assert reopened_records(path) == [record(n) for n in range(3)]
    with CubeStore.open(path, writing=True) as store:
        store.remove(["key0"])
        assert not (path / "records.index").exists()
    (path / "records.index").write_bytes(newer)
    assert reopened_records(path) == [record(1), record(2)]
    (path / "records.jsonl").write_bytes(lines)
    (path / "records.index").write_bytes(newer)
    assert reopened_records(path) == [record(0), record(1)]


def test_a_reader_keeps_the_records_that_were_there_when_it_opened(tmp_path):
    path = tmp_path / "store"
    reader = filled(path, range(3))
    with CubeStore.open(path, writing=True) as store:
        store.add(record(3), cube_hu(3), segment(3))
        store.remove(["key0"])
        assert [r.key for r in store.records] == ["key1", "key2", "key3"]
        assert store.record(2) == record(3)
    assert reader.records == tuple(record(n) for n in range(3))
    assert len(CubeStore.open(path)) == 3


def test_another_process_opens_the_store_for_itself_unless_it_has_changed(tmp_path):
    path = tmp_path / "store"
    assert_another_process_opens_it_unless_it_has_changed(filled(path, range(3)), path)


def test_a_key_that_the_index_cannot_keep_is_refused(tmp_path):
    with CubeStore.create(tmp_path / "store", SETTINGS, "hash") as store:
        for key in ("k" * 33, "\u00fc" * 17, "k\0"):
            with pytest.raises(StoreError, match="longer than 32 bytes"):
                store.add(replace(record(0), key=key), cube_hu(0), None)
        store.add(replace(record(0), key="\u00fc" * 16), cube_hu(0), None)
    assert "\u00fc" * 16 in CubeStore.open(tmp_path / "store")


FEW = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from cohort.made_cubes import cube_hu, record, segment
    from radiogene.cohort.store.cube_store import CubeStore
    from radiogene.errors import StoreError

    try:
        with CubeStore.open(Path(sys.argv[1]), writing=True) as store:
            print("holds", flush=True)
            sys.stdin.read()
            for number in range(10):
                store.add(record(number), cube_hu(number), segment(number))
    except StoreError:
        print("refused", flush=True)
    """
)


def test_of_two_writers_at_once_one_is_refused_and_the_store_is_whole(tmp_path):
    path = tmp_path / "store"
    CubeStore.create(path, SETTINGS, "hash").close()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    writers = [subprocess.Popen([sys.executable, "-c", FEW, str(path)], **pipes) for _ in range(2)]
    assert sorted(writer.stdout.readline().strip() for writer in writers) == ["holds", "refused"]
    for writer in writers:
        writer.communicate()
    store = CubeStore.open(path)
    assert store.records == tuple(record(n) for n in range(10))
    for n in range(10):
        np.testing.assert_array_equal(store.cube(n), np.rint(cube_hu(n)))


def test_rows_that_hold_the_same_are_told_without_reading_their_lines(tmp_path):
    path = tmp_path / "store"
    filled(path, range(2))
    lines = (path / "records.jsonl").read_text()
    (path / "records.jsonl").write_text(lines.replace('"spacing_mm"', '"spacing_cm"', 1))
    row = record(0).row
    with CubeStore.open(path, writing=True) as store:
        assert store.update_rows({"key0": replace(row, labels={"KRAS": None, "EGFR": 1})}) == 0
        with pytest.raises(StoreError, match=r"line 1 of records.jsonl that is not the one"):
            store.update_rows({"key0": replace(row, age_years=61.0)})
        assert store.update_rows({"key1": replace(record(1).row, age_years=121 / 2)}) == 0


def test_equal_values_in_another_form_are_no_change(tmp_path):
    filled(tmp_path / "store", range(1))
    with CubeStore.open(tmp_path / "store", writing=True) as store:
        assert store.update_rows({"key0": replace(record(0).row, age_years=60)}) == 1
        assert store.update_rows({"key0": replace(record(0).row, age_years=60.0)}) == 0
        assert store.records[0].row.age_years == 60
