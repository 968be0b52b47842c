"""A batch with one patient of every poison: each fails by name, the others are prepared."""

import os
import struct

import numpy as np
import pytest
import SimpleITK

from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.prepare import prepare_cohort
from radiogene.cohort.store.row_preparation import prepared_row
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.ct.preparation import prepare_nodule
from radiogene.parallel.guarded_child import HAS_GUARD

pytestmark = pytest.mark.skipif(not HAS_GUARD, reason="children with limits are POSIX")

METAIMAGE = (
    "ObjectType = Image\nNDims = {dimensions}\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\n"
    "ElementSpacing = 1 1 1\nDimSize = 64 64 64\nElementType = MET_SHORT\nElementDataFile = LOCAL\n"
)


def good(path):
    volume = np.broadcast_to(np.arange(80, dtype=np.float32) * 5 - 800, (72, 76, 80)).copy()
    for rim in (volume[:, :3], volume[:, -3:], volume[:, :, :3], volume[:, :, -3:]):
        rim[:] = 40
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(volume).astype(np.int16))
    image.SetOrigin((-40.0, -38.0, 10.0))
    SimpleITK.WriteImage(image, str(path))


def of_many_dimensions(path):
    path.write_bytes(METAIMAGE.format(dimensions=1_500_000).encode() + bytes(64**3 * 2))


def pipe(path):
    os.mkfifo(path)


def nested(path):
    path.mkdir()
    head = bytes(128) + b"DICM" + struct.pack("<HH2sHHH2sH", 2, 0, b"UL", 4, 28, 0, b"", 0)[:12]
    uid = b"1.2.840.10008.1.2.1\0"
    meta = head + struct.pack("<HH2sH", 2, 0x10, b"UI", len(uid)) + uid
    begin = struct.pack("<HH2sHI", 0x0008, 0x1110, b"SQ", 0, 0xFFFFFFFF) + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    (path / "a.dcm").write_bytes(meta + begin * 20_000)


def nothing(path):
    path.write_bytes(b"")


POISONS = {"dimensions.mha": of_many_dimensions, "pipe.nii.gz": pipe, "nested": nested, "empty.nrrd": nothing}


@pytest.mark.parametrize("workers", [1, 2])
def test_each_poison_fails_by_name_and_the_others_finish(tmp_path, workers):
    good(tmp_path / "good.nrrd")
    rows = []
    for number, (name, poison) in enumerate(POISONS.items()):
        poison(tmp_path / name)
        rows += [f"p{number},{name},0 0 46,1", f"g{number},good.nrrd,{number} 0 46,0"]
    (tmp_path / "cohort.csv").write_text("patient_id,ct,nodule,EGFR\n" + "\n".join(rows) + "\n")
    cohort = read_cohort(tmp_path / "cohort.csv", check_files=False)
    summary = prepare_cohort(cohort, tmp_path / "store", workers=workers)
    assert summary.done == len(POISONS)
    assert [failure.patient_id for failure in summary.failed] == [f"p{n}" for n in range(len(POISONS))]
    assert all(name in failure.error for name, failure in zip(POISONS, summary.failed, strict=True)), summary.failed
    store = CubeStore.open(tmp_path / "store")
    alone = prepare_nodule(tmp_path / "good.nrrd", "0 0 46")
    np.testing.assert_array_equal(store.cube(0), np.rint(alone.cube_hu))


def crash(*_):
    os.abort()


def test_a_crash_in_a_reader_is_a_failed_row(tmp_path, monkeypatch):
    """The mechanism, by a planted cause: what a codec does when it crashes."""
    good(tmp_path / "good.nrrd")
    (tmp_path / "cohort.csv").write_text("patient_id,ct,nodule\ng,good.nrrd,0 0 46\n")
    (row,) = read_cohort(tmp_path / "cohort.csv").rows
    with monkeypatch.context() as planted:
        planted.setattr("radiogene.cohort.store.row_preparation._prepared_here", crash)
        failed = prepared_row(row, allow_gaps=False)
    assert isinstance(failed, str)
    assert "crashed the process that read it (SIGABRT)" in failed
    assert "good.nrrd" in failed
    assert not isinstance(prepared_row(row, allow_gaps=False), str)
