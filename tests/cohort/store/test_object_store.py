"""A store on object storage, on a real S3-compatible server: the local store's twin, one writer, whatever happens."""

import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace

import numpy as np
import pytest

from cohort.made_cubes import SETTINGS, assert_another_process_opens_it_unless_it_has_changed, cube_hu, record, segment
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import PreparationFailure
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.record_parts import CUBES_PER_PART
from radiogene.errors import StorageError, StoreError
from radiogene.storage.place import place_of


def filled(url, numbers) -> CubeStore:
    with CubeStore.create(url, SETTINGS, "hash") as store:
        for number in numbers:
            store.add(record(number), cube_hu(number), segment(number))
    return CubeStore.open(url)


def names(url: str) -> list[str]:
    """Of all objects of a store but those of cubes and segments."""
    import fsspec

    system, path = fsspec.url_to_fs(url)
    system.invalidate_cache()
    found = (name.removeprefix(f"{path}/") for name in system.find(path))
    return sorted(name for name in found if "/c/" not in name)


def test_the_same_cubes_give_equal_stores_here_and_there(tmp_path, bucket):
    order = [3, 0, *range(4, CUBES_PER_PART + 3), 1, 2]
    there, here = filled(f"{bucket}/store", order), filled(tmp_path / "store", order)
    assert there.records == here.records == tuple(record(n) for n in range(len(order)))
    assert [there.record(n) for n in (5, 0)] == [here.record(n) for n in (5, 0)]
    assert (there.preparation, there.preparation_hash, there.synthetic, len(there)) == (SETTINGS, "hash", False, 35)
    rows = [store._file.index.rows[store._file.index.order] for store in (there, here)]
    for field in ("key", "row_number", "checksum", "segment_checksum"):
        np.testing.assert_array_equal(rows[0][field], rows[1][field])
    np.testing.assert_array_equal(there.cubes(), here.cubes())
    np.testing.assert_array_equal(there.cubes([30, 2]), [here.cube(30), here.cube(2)])
    for n in range(4):
        np.testing.assert_array_equal(there.segment(n), here.segment(n))


def test_it_has_these_objects_and_a_writer_leaves_no_lock(bucket):
    filled(f"{bucket}/store", range(2))
    assert names(f"{bucket}/store") == [
        "cubes/zarr.json",
        "records.index",
        "records/00000000.jsonl",
        "segments/zarr.json",
        "store.json",
    ]
    place = place_of(f"{bucket}/store")
    assert all(
        b"AWS" not in (place / name).read() and b"testing" not in (place / name).read() for name in names(place.url)
    )


def test_reopening_reads_the_index_and_no_part_but_its_last(bucket):
    url = f"{bucket}/store"
    filled(url, range(2 * CUBES_PER_PART + 1))
    (place_of(url) / "records" / "00000000.jsonl").delete()
    store = CubeStore.open(url)
    assert len(store) == 2 * CUBES_PER_PART + 1
    assert "key3" in store
    np.testing.assert_array_equal(store.cube(3), np.rint(cube_hu(3)))
    assert store.record(2 * CUBES_PER_PART) == record(2 * CUBES_PER_PART)
    for read in (lambda: store.record(3), lambda: store.records):
        with pytest.raises(StoreError, match=r"damaged: it has no whole records/00000000.jsonl"):
            read()


@pytest.mark.parametrize("kept", [b"", b"x", None])
def test_without_its_index_or_with_an_older_one_it_is_the_same(bucket, kept):
    url = f"{bucket}/store"
    filled(url, range(3))
    older = (place_of(url) / "records.index").read() if kept is None else kept
    with CubeStore.open(url, writing=True) as store:
        store.add(record(3), cube_hu(3), segment(3))
        store.update_rows({"key1": replace(record(1).row, age_years=70.0)})
        store.remove(["key0"])
    expected = CubeStore.open(url).records
    assert [(r.key, r.row.age_years) for r in expected] == [("key1", 70.0), ("key2", 60.5), ("key3", 60.5)]
    (place_of(url) / "records.index").write(older)
    assert CubeStore.open(url).records == expected
    with CubeStore.open(url, writing=True):
        pass
    assert (place_of(url) / "records.index").read() != older


def test_rows_are_updated_and_removed_and_cubes_stay(bucket):
    url = f"{bucket}/store"
    filled(url, range(3))
    changed = PatientRow(patient_id="patient 1", row_number=9, labels={"EGFR": 0})
    with CubeStore.open(url, writing=True) as store:
        assert store.update_rows({"key1": changed, "key0": record(0).row, "absent": changed}) == 1
        store.remove(["key0"])
        store.add(record(4), cube_hu(4), segment(4))
        assert [r.key for r in store.records] == ["key2", "key4", "key1"]
    store = CubeStore.open(url)
    assert [r.key for r in store.records] == ["key2", "key4", "key1"]
    assert store.records[2].row == changed
    for n, number in enumerate((2, 4, 1)):
        np.testing.assert_array_equal(store.cube(n), np.rint(cube_hu(number)))
    assert store.failures == ()
    failure = PreparationFailure(3, "p", "NoduleError: outside")
    with CubeStore.open(url, writing=True) as store:
        store.write_failures([failure])
    assert CubeStore.open(url).failures == (failure,)


def test_cubes_that_wait_for_their_part_are_there_for_their_writer(bucket):
    with CubeStore.create(f"{bucket}/store", SETTINGS, "hash") as store:
        assert store.add(record(0), cube_hu(0), None) is True
        assert store.add(record(0), cube_hu(1), None) is False
        assert ("key0" in store, len(store), store.keys) == (True, 1, {"key0"})
        assert len(CubeStore.open(f"{bucket}/store")) == 0
        np.testing.assert_array_equal(store.cube(0), np.rint(cube_hu(0)))
        assert len(CubeStore.open(f"{bucket}/store")) == 1


def test_a_second_writer_is_refused_by_name_and_age_and_a_reader_is_not(bucket):
    url = f"{bucket}/store"
    with CubeStore.create(url, SETTINGS, "hash") as store:
        for second in (lambda: CubeStore.open(url, writing=True), lambda: CubeStore.create(url, SETTINGS, "hash")):
            with pytest.raises(StoreError, match=r"being written by process \d+ on .* since .* ago\).*`break_lock`"):
                second()
        store.add(record(0), cube_hu(0), segment(0))
    assert len(CubeStore.open(url)) == 1
    with pytest.raises(StoreError, match="is a store already"):
        CubeStore.create(url, SETTINGS, "hash")
    CubeStore.open(url, writing=True).close()


def test_a_writer_whose_lock_was_broken_stops_and_damages_nothing(bucket):
    url = f"{bucket}/store"
    slow = CubeStore.create(url, SETTINGS, "hash")
    slow.add(record(0), cube_hu(0), segment(0))
    with CubeStore.open(url, writing=True, break_lock=True) as quick:
        slow.add(record(1), cube_hu(1), segment(1))
        with pytest.raises(StoreError, match=r"lock of .* was broken by another writer"):
            slow.cube(0)
        quick.add(record(2), cube_hu(2), segment(2))
    with pytest.raises(StoreError, match="was broken"):
        slow.add(record(3), cube_hu(3), segment(3)), slow.cube(0)
    slow.close()
    store = CubeStore.open(url)
    assert [r.key for r in store.records] == ["key2"]
    np.testing.assert_array_equal(store.cube(0), np.rint(cube_hu(2)))


def test_two_writers_that_both_think_they_hold_the_lock_never_share_a_slot(bucket):
    url = f"{bucket}/store"
    filled(url, [])
    slow = CubeStore.open(url, writing=True)
    slow.add(record(0), cube_hu(0), segment(0))
    claimed = slow._file.claim(1)
    with CubeStore.open(url, writing=True, break_lock=True) as quick:
        quick.add(record(1), cube_hu(1), segment(1))
    slow._arrays.write(claimed, [np.full((64, 64, 64), 7, np.int16)], [None])
    store = CubeStore.open(url)
    np.testing.assert_array_equal(store.cube(0), np.rint(cube_hu(1)))
    with CubeStore.open(url, writing=True) as one:
        part = place_of(url) / "records" / f"{one._file.index.covered:08d}.jsonl"
        assert part.create(b'{"claimed_by": "another"}\n')
        one.add(record(2), cube_hu(2), segment(2))
        with pytest.raises(StoreError, match="Another writer has added"):
            one.cube(0)
    assert len(CubeStore.open(url)) == 1


WRITER = textwrap.dedent(
    """
    import sys
    from cohort.made_cubes import SETTINGS, cube_hu, record, segment
    from radiogene.cohort.store.cube_store import CubeStore

    store = CubeStore.open(sys.argv[1], writing=True, break_lock=len(sys.argv) > 2)
    for number in range(len(store), 10_000):
        store.add(record(number), cube_hu(number % 8), segment(number % 8))
        print(number, flush=True)
    """
)


def test_a_killed_writer_leaves_whole_cubes_and_a_lock_that_is_broken_by_hand(bucket):
    url = f"{bucket}/store"
    filled(url, [])
    command = [sys.executable, "-c", WRITER, url]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        for line in writer.stdout:
            if int(line) >= CUBES_PER_PART + 3:
                with pytest.raises(StoreError, match=f"written by process {writer.pid} "):
                    CubeStore.open(url, writing=True)
                writer.send_signal(signal.SIGKILL)
                break
    store = CubeStore.open(url)
    assert len(store) >= CUBES_PER_PART
    assert len(store) % CUBES_PER_PART == 0
    for n in range(0, len(store), 7):
        np.testing.assert_array_equal(store.cube(n), np.rint(cube_hu(n % 8)))
    with pytest.raises(StoreError, match=f"written by process {writer.pid} "):
        CubeStore.open(url, writing=True)
    with CubeStore.open(url, writing=True, break_lock=True) as resumed:
        kept = len(resumed)
        resumed.add(record(9999), cube_hu(9), segment(9))
    assert len(CubeStore.open(url)) == kept + 1


def test_a_killed_writers_half_part_is_passed_over(bucket):
    url = f"{bucket}/store"
    filled(url, range(2))
    killed = CubeStore.open(url, writing=True)
    slots = killed._file.claim(2)
    killed._arrays.write(slots, [np.zeros((64, 64, 64), np.int16)] * 2, [None, None])
    assert [r.key for r in CubeStore.open(url).records] == ["key0", "key1"]
    with CubeStore.open(url, writing=True, break_lock=True) as store:
        store.add(record(2), cube_hu(2), segment(2))
    store = CubeStore.open(url)
    assert [r.key for r in store.records] == ["key0", "key1", "key2"]
    for n in range(3):
        np.testing.assert_array_equal(store.cube(n), np.rint(cube_hu(n)))


def test_an_interrupted_create_is_no_store_and_can_be_repeated(bucket):
    url = f"{bucket}/store"
    filled(url, [])
    (place_of(url) / "store.json").delete()
    with pytest.raises(StoreError, match=r"is no store of cubes \(no store.json\)"):
        CubeStore.open(url)
    filled(url, [0])
    (place_of(url) / "store.json").delete()
    with pytest.raises(StoreError, match="holds records but is no store"):
        CubeStore.create(url, SETTINGS, "hash")


@pytest.mark.parametrize("array", ["cubes", "segments"])
@pytest.mark.parametrize("damage", ["missing", "cut", "another's"])
def test_a_damaged_object_is_never_returned(bucket, array, damage):
    url = f"{bucket}/store"
    filled(url, range(4))
    chunk = place_of(url) / array / "c/1/0/0/0"
    if damage == "missing":
        chunk.delete()
    else:
        chunk.write(chunk.read()[:-100] if damage == "cut" else (place_of(url) / array / "c/3/0/0/0").read())
    store = CubeStore.open(url)
    reads = [lambda: store.segment(1)] if array == "segments" else [lambda: store.cube(1), store.cubes]
    for read in reads:
        with pytest.raises(StoreError, match=rf"damaged: it has a {array[:-1]} .*prepare the cohort again"):
            read()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("store.json", b"{", "cannot be read"),
        ("store.json", b'{"format": 99}', "has format 99; this version reads format 2"),
        ("records/00000001.jsonl", b"x\n", "line 1 of records/00000001.jsonl"),
        ("records/00000001.jsonl", b'{"slot": 1', "no whole records/00000001.jsonl"),
        ("cubes/zarr.json", b"{}", "no array of cubes"),
    ],
)
def test_a_damaged_or_other_store_is_refused(bucket, name, content, message):
    url = f"{bucket}/store"
    filled(url, [0])
    (place_of(url) / name).write(content)
    with pytest.raises(StoreError, match=message):
        CubeStore.open(url)


def test_a_changed_line_is_refused_by_name(bucket):
    url = f"{bucket}/store"
    filled(url, range(3))
    part = place_of(url) / "records/00000000.jsonl"
    part.write(part.read().replace(b'"patient_id": "patient 1"', b'"patient_id": "patient 7"'))
    store = CubeStore.open(url)
    assert store.record(0) == record(0)
    for read in (lambda: store.record(1), lambda: store.records):
        with pytest.raises(StoreError, match=r"a line 2 of records/00000000.jsonl that is not the one"):
            read()


def test_another_process_opens_the_store_for_itself_unless_it_has_changed(bucket):
    url = f"{bucket}/store"
    assert_another_process_opens_it_unless_it_has_changed(filled(url, range(2)), url)


OPENER = textwrap.dedent(
    """
    import sys
    from radiogene.cohort.store.cube_store import CubeStore
    from radiogene.errors import StorageError

    try:
        CubeStore.open(sys.argv[1])
    except StorageError as error:
        print(error)
    """
)


def test_no_bucket_is_one_clear_error(bucket):
    for act in (CubeStore.open, lambda url: CubeStore.create(url, SETTINGS, "hash")):
        with pytest.raises(StorageError, match=r"s3://no-such-bucket/store.*the bucket does not exist"):
            act("s3://no-such-bucket/store")


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "no good answer (EndpointConnectionError"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no permission ("),
    ],
)
def test_no_answer_and_no_credentials_are_one_clear_error(bucket, environment, message):
    absent = dict.fromkeys(("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"), "absent")
    done = subprocess.run(
        [sys.executable, "-c", OPENER, f"{bucket}/store"],
        env={**os.environ, **absent, "AWS_EC2_METADATA_DISABLED": "true", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"{bucket}/store/store.json cannot be used: {message}")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_bucket_that_goes_away_ends_a_writer_with_one_error(bucket):
    import fsspec

    url = f"{bucket}/store"
    store = filled(url, range(2))
    with pytest.raises(StorageError, match="cannot be used"), CubeStore.open(url, writing=True) as writer:
        writer.add(record(3), cube_hu(3), None)
        fsspec.filesystem("s3").rm(bucket, recursive=True)
        writer.cube(0)
    with pytest.raises(StorageError, match="cannot be used"):
        store.record(0)
