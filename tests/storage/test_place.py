"""Places on object storage: which words name one, what is refused, and objects that are whole or not there."""

from pathlib import Path

import pytest

from radiogene.errors import StorageError
from radiogene.storage.place import ObjectPlace, place_of


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("runs/store", Path("runs/store")),
        ("/data/s3:store", Path("/data/s3:store")),
        ("file:///data/my%20store", Path("/data/my store")),
        ("s3://bucket/a/store/", ObjectPlace("s3://bucket/a/store")),
        ("memory://bucket/cohort.csv", ObjectPlace("memory://bucket/cohort.csv")),
        ("abfs://container@account/store", ObjectPlace("abfs://container@account/store")),
    ],
)
def test_words_name_a_path_or_an_address(text, place):
    assert place_of(text) == place
    assert place_of(place) == place


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("s3://KEY:HIDDEN@bucket/store", "credentials in it; wanted them in the environment"),
        ("s3://KEY@bucket/store", "credentials in it"),
        ("https://me:HIDDEN@host/store", "credentials in it"),
        ("s3://bucket/store?X-Amz-Signature=HIDDEN", r"with '\?' in it"),
        ("s3://bucket/store#HIDDEN", "with '#' in it"),
        ("s3://bucket/store*", r"with '\*' in it"),
        ("simplecache::s3://HIDDEN@bucket/store", "'::' in it"),
        ("s3://bucket", "wanted PROTOCOL://BUCKET/NAME"),
        ("s3:///store", "wanted PROTOCOL://BUCKET/NAME"),
        ("s3://bucket//store", "wanted PROTOCOL://BUCKET/NAME"),
    ],
)
def test_addresses_that_cannot_be_meant_are_refused_and_secrets_not_repeated(text, message):
    with pytest.raises(StorageError, match=message) as refusal:
        place_of(text)
    assert "HIDDEN" not in str(refusal.value)


def test_parts_of_an_address():
    place = ObjectPlace("s3://bucket/store") / "cohort.csv"
    assert (str(place), place.name, place.stem) == ("s3://bucket/store/cohort.csv", "cohort.csv", "cohort")


@pytest.fixture(params=["s3", "memory"])
def folder(request, bucket) -> ObjectPlace:
    """A folder on a real server, and one in this process's memory."""
    return ObjectPlace(f"{bucket}/x" if request.param == "s3" else f"memory://{bucket.removeprefix('s3://')}/x")


def test_objects_are_written_read_and_deleted(folder):
    place = folder / "one"
    assert place.read() is None
    place.write(b"first")
    place.write(b"second")
    assert place.read() == b"second"
    assert place.read(largest_bytes=2) == b"sec"
    assert folder.read_several(["none", "one"]) == [None, b"second"]
    assert folder.read_several([]) == []
    place.delete()
    place.delete()
    assert place.read() is None


def test_an_object_is_made_once(folder):
    place = folder / "lock"
    assert place.create(b"mine") is True
    assert place.create(b"another's") is False
    assert place.read() == b"mine"
    assert place.create(b"mine") is True, "an answer that was lost and asked for again"


def test_storage_that_only_looks_before_it_writes_is_refused(tmp_path):
    with pytest.raises(StorageError, match="cannot make an object only where there is none"):
        ObjectPlace(f"local://{tmp_path}/lock").create(b"mine")
    assert not (tmp_path / "lock").exists()


def test_a_protocol_that_is_none_and_a_package_that_is_missing_are_one_clear_error():
    with pytest.raises(StorageError, match="nosuch://bucket/x cannot be used: Protocol not known"):
        ObjectPlace("nosuch://bucket/x").read()
    with pytest.raises(StorageError, match=r'not installed .*pip install "radiogene\[object-storage\]"'):
        ObjectPlace("oci://bucket/x").read()
