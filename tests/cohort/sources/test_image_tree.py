"""A tree of studies: read once, kept, and sorted into patients whatever the files are called."""

import os
import shutil
import sqlite3

import pytest

from cohort.sources.dicom_tree import write_ct, write_marking
from cohort.sources.uids import uid
from radiogene.cohort.sources.image_tree.header_cache import HeaderCache
from radiogene.cohort.sources.image_tree.image_tree import scan_tree
from radiogene.errors import CohortError, SeriesError


@pytest.fixture
def tree(tmp_path):
    """Two patients, three series, one marking, a stray file and a broken one."""
    root = tmp_path / "archive"
    sops = write_ct(root / "a" / "1")
    write_ct(root / "a" / "2", series="soft", description="THIN STANDARD WINDOW", slices=66)
    write_marking(root / "a" / "seg" / "1.dcm", sop_uids=sops[10:20])
    write_ct(root / "b", "p2", slices=65)
    (root / "b" / "notes.txt").write_text("hello")
    (root / "b" / "broken.dcm").write_bytes(b"not DICOM")
    (root / ".hidden").mkdir()
    (root / ".hidden" / "x.dcm").write_bytes(b"x")
    return root


@pytest.fixture
def cache(tmp_path):
    return HeaderCache(tmp_path / "headers.sqlite")


def scan(tree, cache):
    return scan_tree(tree, cache, workers=1)


def test_patients_series_and_markings(tree, cache):
    found = scan(tree, cache)
    assert set(found.patients) == {"p1", "p2"}
    first = found.patients["p1"]
    assert {facts.name: facts.images for facts in first.series} == {uid("p1", "thin"): 70, uid("p1", "soft"): 66}
    assert [marking.referenced_series for marking in first.markings] == [(uid("p1", "thin"),)]
    assert first.folder_of[uid("p1", "soft")] == tree / "a" / "2"
    geometry = first.series[0].geometry
    assert (geometry.plane, geometry.step_mm, geometry.thickness_mm, geometry.fault) == ("axial", 1.0, 1.0, None)
    assert (found.files, found.read, found.ignored, len(found.damaged)) == (70 + 66 + 1 + 65 + 2, 204, 1, 1)


def test_what_is_known_and_unchanged_is_not_opened_again(tree, cache, monkeypatch):
    first = scan(tree, cache)
    monkeypatch.setattr(
        "radiogene.cohort.sources.image_tree.image_tree.read_header",
        lambda path: pytest.fail(f"{path} was opened"),
    )
    second = scan(tree, cache)
    assert second.read == 0
    assert (second.patients, second.damaged, second.ignored) == (first.patients, first.damaged, first.ignored)


def test_only_what_is_new_or_changed_is_read_and_what_is_gone_is_forgotten(tree, cache):
    scan(tree, cache)
    shutil.rmtree(tree / "a" / "2")
    write_ct(tree / "c", "p3", slices=64)
    changed = tree / "b" / "broken.dcm"
    shutil.copy(tree / "b" / "thin-000.dcm", changed)
    again = scan(tree, cache)
    assert again.read == 64 + 1
    assert set(again.patients) == {"p1", "p2", "p3"}
    assert len(again.patients["p1"].series) == 1
    assert again.damaged == ()
    assert len(cache.known()) == again.files
    fresh = scan(tree, HeaderCache(cache.path.with_name("fresh.sqlite")))
    assert fresh.patients == again.patients


def test_a_file_of_the_same_size_and_another_time_is_read_again(tree, cache):
    scan(tree, cache)
    file = tree / "b" / "thin-000.dcm"
    os.utime(file, ns=(0, 0))
    assert scan(tree, cache).read == 1


def test_a_run_that_was_ended_goes_on_where_it_stopped(tree, cache, monkeypatch):
    monkeypatch.setattr("radiogene.cohort.sources.image_tree.image_tree.BATCH_FILES", 50)

    def stop(done, total):
        if done >= 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_tree(tree, cache, workers=1, progress=stop)
    assert 50 <= 204 - scan(tree, cache).read < 204


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read as one" * 20])
def test_a_damaged_cache_costs_time_or_says_so(tree, cache, content):
    cache.path.write_bytes(content)
    if content:
        with pytest.raises(CohortError, match=r"headers\.sqlite cannot be written .* Delete it"):
            scan(tree, cache)
    else:
        assert scan(tree, cache).read == 204


def test_a_cache_of_another_version_is_made_anew(tree, cache):
    scan(tree, cache)
    with sqlite3.connect(cache.path) as database:
        database.execute("PRAGMA user_version = 1")
        database.execute("UPDATE files SET header = '[]'")
    assert cache.known() == {}
    assert scan(tree, cache).read == 204


def test_a_marking_by_series_or_of_nothing_that_is_there(tree, cache):
    write_marking(tree / "m1.dcm", name="by series", series_uid=uid("p1", "soft"))
    write_marking(tree / "m2.dcm", name="of nothing", sop_uids=[uid("elsewhere")])
    write_marking(tree / "copy" / "m2.dcm", name="of nothing", sop_uids=[uid("elsewhere")])
    found = scan(tree, cache).patients["p1"].markings
    by_uid = {marking.series_uid: marking.referenced_series for marking in found}
    assert by_uid[uid("p1", "by series", "series")] == (uid("p1", "soft"),)
    assert by_uid[uid("p1", "of nothing", "series")] == ()
    assert len(found) == 3


def test_a_truncated_slice_is_damaged_and_the_rest_goes_on(tree, cache):
    file = tree / "b" / "thin-010.dcm"
    file.write_bytes(file.read_bytes()[:-4])
    found = scan(tree, cache)
    assert [damaged.path.name for damaged in found.damaged] == ["broken.dcm", "thin-010.dcm"]
    assert "4 of 8 bytes of pixels are missing" in found.damaged[1].reason
    assert found.patients["p2"].series[0].images == 64


def test_planes_and_patients_without_an_id(tree, cache):
    write_ct(tree / "nameless" / "x", "", series="cor", ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    (facts,) = scan(tree, cache).patients["folder nameless"].series
    assert facts.geometry.plane == "coronal"


def test_no_folder_is_refused(tmp_path, cache):
    with pytest.raises(SeriesError, match="no such folder"):
        scan(tmp_path / "absent", cache)


def test_a_name_in_another_encoding_is_read_kept_and_listed(tree, cache):
    odd = os.fsdecode(os.fsencode(tree) + b"/M\xfcller")
    try:
        (tree / "b").rename(odd)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    first, second = scan(tree, cache), scan(tree, cache)
    assert second.read == 0
    assert second.patients == first.patients
    assert second.patients["p2"].series[0].images == 65
