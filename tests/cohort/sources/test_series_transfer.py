"""Fetching series from a store on the loopback: checked, taken up again, and honest about what is broken."""

import json
import os
from pathlib import Path

import pytest

from cohort.sources.store_server import PAGE, store_server
from radiogene.cohort.sources.transfer.object_store import ObjectStore
from radiogene.cohort.sources.transfer.series_transfer import RECORD_FOLDER, WantedSeries, fetch_series, require_room
from radiogene.errors import SettingsError, TransferError

BUCKET = "open-data"
COUNT = 2 * PAGE + 7


def series(uid="1.2", key="uuid", images=COUNT, megabytes=0.1):
    return WantedSeries(uid, Path("p1", "study", uid), BUCKET, key, images, megabytes)


@pytest.fixture
def server(tmp_path):
    with store_server() as running:
        for number in range(COUNT):
            running.objects[BUCKET, f"uuid/{number:03d}.dcm"] = os.urandom(2000)
        running.objects[BUCKET, "uuid-of-another/000.dcm"] = b"x"
        yield running


def fetch(server, target, *wanted):
    store = ObjectStore(server.address, first_pause_s=0.01)
    return fetch_series(store, wanted or (series(),), target)


def files(target, uid="1.2"):
    return {path.name: path.read_bytes() for path in (target / "p1" / "study" / uid).iterdir()}


def stored(server):
    return {key.split("/")[1]: content for (_, key), content in server.objects.items() if key.startswith("uuid/")}


def test_every_file_of_a_series_over_several_pages(server, tmp_path):
    (result,) = fetch(server, tmp_path)
    assert (result.problem, result.fetched, result.unhashed) == (None, COUNT, 0)
    assert files(tmp_path) == stored(server)
    record = json.loads((tmp_path / RECORD_FOLDER / "1.2.json").read_text())
    assert len(record["files"]) == COUNT
    assert {"key", "size", "md5", "sha256"} == set(record["files"][0])


def test_a_series_that_is_whole_is_not_asked_for_again(server, tmp_path):
    fetch(server, tmp_path)
    server.asked.clear()
    (again,) = fetch(server, tmp_path)
    assert (again.problem, again.fetched) == (None, 0)
    assert server.asked == {}


def test_what_is_missing_or_damaged_is_fetched_and_the_rest_stays(server, tmp_path):
    fetch(server, tmp_path)
    folder = tmp_path / "p1" / "study" / "1.2"
    (folder / "003.dcm").unlink()
    (folder / "004.dcm").write_bytes(b"y" * 1999)
    (folder / "stranger.dcm").write_bytes(b"y")
    server.asked.clear()
    (again,) = fetch(server, tmp_path)
    assert again.fetched == 2
    assert {key for key in server.asked if key.endswith(".dcm")} == {"uuid/003.dcm", "uuid/004.dcm"}
    assert files(tmp_path) == stored(server)


def test_a_run_that_was_ended_goes_on_with_what_lacks(server, tmp_path):
    folder = tmp_path / "p1" / "study" / "1.2"
    folder.mkdir(parents=True)
    for name in ("000.dcm", "001.dcm"):
        (folder / name).write_bytes(server.objects[BUCKET, f"uuid/{name}"])
    (folder / "002.dcm").write_bytes(os.urandom(2000))  # of the right size, and not the right bytes
    (result,) = fetch(server, tmp_path)
    assert result.fetched == COUNT - 2
    assert files(tmp_path) == stored(server)


@pytest.mark.parametrize("fault", ["busy", "cut", "changed"])
def test_a_fault_that_passes_is_overcome(server, tmp_path, fault):
    server.faults["uuid/005.dcm"] = [fault, fault]
    (result,) = fetch(server, tmp_path)
    assert result.problem is None
    assert server.asked["uuid/005.dcm"] == 3
    assert files(tmp_path) == stored(server)


@pytest.mark.parametrize(
    ("fault", "message"), [("busy", "HTTP 503"), ("cut", "1000 bytes"), ("changed", "MD5"), ("gone", "HTTP 404")]
)
def test_a_fault_that_stays_is_named_the_rest_goes_on_and_the_next_run_completes(server, tmp_path, fault, message):
    server.objects[BUCKET, "second/000.dcm"] = b"other"
    server.faults["uuid/005.dcm"] = [fault] * 4
    broken, whole = fetch(server, tmp_path, series(), series("1.3", "second", 1))
    assert message in broken.problem
    assert "uuid/005.dcm" in broken.problem
    assert (broken.fetched, whole.problem) == (COUNT - 1, None)
    assert "005.dcm" not in files(tmp_path)
    server.faults.clear()
    (again, _) = fetch(server, tmp_path, series(), series("1.3", "second", 1))
    assert (again.problem, again.fetched) == (None, 1)


def test_a_refusal_for_good_is_not_repeated(server, tmp_path):
    server.faults["uuid/005.dcm"] = ["gone"] * 4
    fetch(server, tmp_path)
    assert server.asked["uuid/005.dcm"] == 1


def test_another_count_than_the_indexs_is_a_problem(server, tmp_path):
    (result,) = fetch(server, tmp_path, series(images=COUNT + 1))
    assert result.problem == f"the store lists {COUNT} objects where the index has {COUNT + 1}"
    assert not (tmp_path / "p1").exists()


def test_a_name_that_leads_out_of_the_folder_is_refused(server, tmp_path):
    server.objects[BUCKET, "bad/.."] = b"x"
    (result,) = fetch(server, tmp_path, series(key="bad", images=1))
    assert "no name for a file" in result.problem


def test_files_without_a_listed_hash_are_counted(server, tmp_path):
    server.multipart.add("uuid/006.dcm")
    (result,) = fetch(server, tmp_path)
    assert (result.problem, result.unhashed) == (None, 1)


def test_an_address_that_is_no_store_says_so(tmp_path):
    with pytest.raises(SettingsError, match="https://"):
        ObjectStore("file:///etc")
    closed = ObjectStore("http://127.0.0.1:9", tries=1)
    (result,) = fetch_series(closed, [series()], tmp_path)
    assert "127.0.0.1:9" in result.problem


def test_too_little_room_is_refused_before_anything_is_fetched(tmp_path):
    with pytest.raises(TransferError, match="are free at"):
        require_room(tmp_path / "absent" / "deeper", [series(megabytes=1e12)])
