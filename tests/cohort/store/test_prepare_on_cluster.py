"""A store made by a real cluster is the one made here, whichever worker is killed meanwhile."""

import csv
from pathlib import Path

import numpy as np
import pytest

from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.prepare import prepare_cohort
from radiogene.cohort.table.cohort_table import read_cohort


@pytest.fixture
def table_with_a_lost_scan(synthetic_cohort, tmp_path):
    """Eight rows of the synthetic cohort, named from its own folder, and one whose scan is nowhere."""
    with synthetic_cohort.open(newline="") as file:
        rows = list(csv.DictReader(file))[:8]
    rows.insert(4, {**rows[0], "patient_id": "nobody", "ct": "lost"})
    table = synthetic_cohort.with_name("with-a-lost-scan.csv")
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return table


@pytest.mark.long
def test_a_store_made_by_a_cluster_is_the_one_made_here_though_a_worker_is_killed(
    machines, cluster, table_with_a_lost_scan, tmp_path, monkeypatch
):
    monkeypatch.chdir(table_with_a_lost_scan.parent)
    cohort = read_cohort(Path(table_with_a_lost_scan.name), check_files=False)
    killed = machines.workers[0]

    def kill_at_the_second(done, of):
        if done == 2:
            killed.kill()

    here = prepare_cohort(cohort, tmp_path / "here")
    there = prepare_cohort(cohort, tmp_path / "there", workers=cluster, progress=kill_at_the_second)
    assert (there.done, there.skipped) == (here.done, here.skipped) == (8, 0)
    stores = [CubeStore.open(tmp_path / name) for name in ("here", "there")]
    assert stores[0].records == stores[1].records
    np.testing.assert_array_equal(stores[0].cubes(), stores[1].cubes())
    for n in range(8):
        np.testing.assert_array_equal(stores[0].segment(n), stores[1].segment(n))
    (failed_here,), (failed_there,) = here.failed, there.failed
    assert failed_there.error.startswith(failed_here.error)
    assert "lost: every machine of the cluster needs it under the same path" in failed_there.error
