"""From a table to a store: failures go by row, a second run resumes, corrected tables are followed."""

import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.prepare import prepare_cohort
from radiogene.cohort.table.cohort_table import Cohort, read_cohort
from radiogene.ct.preparation import PreparationSettings, prepare_nodule
from radiogene.errors import StoreError

HEAD = "patient_id,ct,nodule,age,EGFR,synthetic\n"


def write_scan(path: Path, slope_hu: float) -> None:
    """A volume of 80 x 76 x 72 voxels whose HU rise along x by the slope."""
    volume = np.broadcast_to(np.arange(80, dtype=np.float32) * slope_hu - 800, (72, 76, 80)).copy()
    for rim in (volume[:, :3], volume[:, -3:], volume[:, :, :3], volume[:, :, -3:]):
        rim[:] = 40  # beyond the cube, as a chest has a wall around its lungs
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(volume).astype(np.int16))
    image.SetOrigin((-40.0, -38.0, 10.0))
    SimpleITK.WriteImage(image, str(path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in (1, 2, 3):
        write_scan(tmp_path / f"ct{number}.nrrd", 5.0 * number)
    (tmp_path / "broken.nrrd").write_bytes(b"NRRD0004\nnothing\n")
    return tmp_path


def cohort_of(folder: Path, body: str) -> Cohort:
    path = folder / "cohort.csv"
    path.write_text(HEAD + body)
    return read_cohort(path, check_files=False)


BODY = "a,ct1.nrrd,0 0 46,60,1,\nb,ct2.nrrd,0 0 46,,0,yes\nc,ct3.nrrd,1 2 45,,,\n"


@pytest.mark.parametrize("workers", [1, 2])
def test_the_store_holds_what_a_single_preparation_gives(folder, workers):
    cohort = cohort_of(folder, BODY)
    seen = []
    summary = prepare_cohort(
        cohort, folder / "store", workers=workers, progress=lambda done, total: seen.append((done, total))
    )
    assert (summary.done, summary.skipped, summary.failed) == (3, 0, ())
    assert seen == [(1, 3), (2, 3), (3, 3)]
    store = CubeStore.open(folder / "store")
    assert [r.row for r in store.records] == [row.patient_part() for row in cohort.rows]
    assert [r.synthetic for r in store.records] == [False, True, False]
    for n, row in enumerate(cohort.rows):
        alone = prepare_nodule(row.ct, row.nodule)
        np.testing.assert_array_equal(store.cube(n), np.rint(alone.cube_hu))
        assert store.records[n].geometry.centre_lps_mm == alone.report.centre_lps_mm
        assert np.isnan(store.records[n].largest_extent_mm)
        assert store.segment(n) is None


def test_a_failing_row_is_listed_and_the_others_go_on(folder):
    body = "x,lost.nrrd,0 0 46,,,\ny,broken.nrrd,0 0 46,,,\nz,ct1.nrrd,0 0 900,,,\n" + BODY
    summary = prepare_cohort(cohort_of(folder, body), folder / "store")
    assert summary.done == 3
    assert [(f.row_number, f.patient_id) for f in summary.failed] == [(2, "x"), (3, "y"), (4, "z")]
    assert "lost.nrrd" in summary.failed[0].error
    assert summary.failed[2].error.startswith("NoduleError: ")
    store = CubeStore.open(folder / "store")
    assert store.failures == summary.failed
    assert [r.row.patient_id for r in store.records] == ["a", "b", "c"]


def test_a_second_run_makes_only_what_is_missing_and_keeps_the_order_of_the_table(folder):
    cohort = cohort_of(folder, BODY)
    (folder / "ct1.nrrd").rename(folder / "away.nrrd")
    assert prepare_cohort(cohort, folder / "store").done == 2
    (folder / "away.nrrd").rename(folder / "ct1.nrrd")
    summary = prepare_cohort(cohort, folder / "store")
    assert (summary.done, summary.skipped, summary.failed) == (1, 2, ())
    store = CubeStore.open(folder / "store")
    assert [r.row.patient_id for r in store.records] == ["a", "b", "c"]
    assert store.failures == ()
    ramp_hu = store.cube(0)[32, 32].astype(float)
    assert np.diff(ramp_hu).mean() == pytest.approx(5.0, abs=0.1)


def test_corrected_labels_reach_a_store_that_has_the_cubes(folder):
    prepare_cohort(cohort_of(folder, BODY), folder / "store")
    corrected = cohort_of(folder, BODY.replace("60,1", "61,0"))
    summary = prepare_cohort(corrected, folder / "store")
    assert (summary.done, summary.skipped, summary.updated) == (0, 3, 1)
    row = CubeStore.open(folder / "store").records[0].row
    assert (row.age_years, row.labels["EGFR"]) == (61.0, 0)


def test_a_scan_that_called_itself_synthetic_stays_so_when_the_table_changes(folder):
    prepare_cohort(cohort_of(folder, BODY), folder / "store")
    prepare_cohort(cohort_of(folder, BODY.replace("c,ct3.nrrd,1 2 45,,,", "c,ct3.nrrd,1 2 45,,,yes")), folder / "store")
    assert [r.synthetic for r in CubeStore.open(folder / "store").records] == [False, True, True]
    prepare_cohort(cohort_of(folder, BODY.replace("yes", "")), folder / "store")
    assert [r.synthetic for r in CubeStore.open(folder / "store").records] == [False, True, True]


def test_a_moved_nodule_does_not_leave_its_old_cube_in_the_store(folder):
    prepare_cohort(cohort_of(folder, BODY), folder / "store")
    moved = cohort_of(folder, BODY.replace("1 2 45", "1 2 44"))
    with pytest.raises(StoreError, match=r"holds 1 cube .* patient 'c'.*`remove_absent`"):
        prepare_cohort(moved, folder / "store")
    summary = prepare_cohort(moved, folder / "store", remove_absent=True)
    assert (summary.done, summary.skipped, summary.removed) == (1, 2, 1)
    records = CubeStore.open(folder / "store").records
    assert [r.row.patient_id for r in records] == ["a", "b", "c"]
    assert records[2].geometry.centre_lps_mm == (1.0, 2.0, 44.0)


def test_cubes_prepared_otherwise_are_refused_and_the_lock_is_freed(folder):
    CubeStore.create(folder / "store", PreparationSettings(sample_mm=2.0), "0123456789abcdef").close()
    with pytest.raises(StoreError, match=r"prepared otherwise \(settings 0123456789ab"):
        prepare_cohort(cohort_of(folder, BODY), folder / "store")
    CubeStore.open(folder / "store", writing=True).close()


def test_a_mask_gives_its_extent_and_its_centroid(folder):
    mask = np.zeros((72, 76, 80), dtype=np.uint8)
    mask[30:40, 35:50, 38:43] = 1
    image = SimpleITK.GetImageFromArray(mask)
    image.SetOrigin((-40.0, -38.0, 10.0))
    SimpleITK.WriteImage(image, str(folder / "mask.nrrd"))
    prepare_cohort(cohort_of(folder, "a,ct1.nrrd,mask.nrrd,60,1,\n"), folder / "store")
    record = CubeStore.open(folder / "store").records[0]
    assert record.largest_extent_mm == 15.0
    assert record.geometry.centre_lps_mm == pytest.approx((0.0, 4.0, 44.5))
    # 10 x 15 x 5 voxels of 1 mm; along x and y the samples fall on faces of voxels and count to the upper one.
    segment = CubeStore.open(folder / "store").segment(0)
    assert segment.sum() == mask.sum()
    assert [(int(axis.min()), int(axis.max())) for axis in np.nonzero(segment)] == [(27, 36), (24, 38), (29, 33)]


def test_bigger_batches_than_memory_should_hold_stream_in_order(folder):
    cohort = cohort_of(folder, BODY)
    rows = tuple(
        replace(cohort.rows[n % 3], patient_id=f"p{n}", row_number=n + 2, nodule=f"{n % 5} 0 46") for n in range(24)
    )
    assert prepare_cohort(replace(cohort, rows=rows), folder / "store", workers=2).done == 24
    assert [r.row.patient_id for r in CubeStore.open(folder / "store").records] == [f"p{n}" for n in range(24)]


PREPARE = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from radiogene.cohort.store.prepare import prepare_cohort
    from radiogene.cohort.table.cohort_table import read_cohort

    if __name__ == "__main__":
        prepare_cohort(
            read_cohort(Path(sys.argv[1])),
            Path(sys.argv[2]),
            progress=lambda done, total: print(done, flush=True),
        )
    """
)


def test_a_killed_preparation_goes_on_where_it_stopped(folder):
    cohort = cohort_of(folder, "".join(f"p{n},ct{n % 3 + 1}.nrrd,{n} 0 46,,,\n" for n in range(14)))
    command = [sys.executable, "-c", PREPARE, str(cohort.path), str(folder / "store")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        for line in process.stdout:
            if int(line) == 4:
                process.send_signal(signal.SIGKILL)
                break
    kept = len(CubeStore.open(folder / "store"))
    assert 4 <= kept < 14
    summary = prepare_cohort(cohort, folder / "store")
    assert (summary.done, summary.skipped) == (14 - kept, kept)
    resumed = CubeStore.open(folder / "store")
    prepare_cohort(cohort, folder / "fresh")
    fresh = CubeStore.open(folder / "fresh")
    assert resumed.records == fresh.records
    np.testing.assert_array_equal(resumed.cubes(), fresh.cubes())
