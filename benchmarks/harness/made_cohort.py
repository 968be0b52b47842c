"""A cohort table over a few written series: many nodules, so that a large cohort needs little disk."""

import shutil
from collections.abc import Callable
from pathlib import Path

from harness.synthetic_series import SeriesForm, write_series
from radiogene.parallel.workers import Workers

PLACES_MM = 7
"""Along each axis, this many places 4 mm apart: 343 nodules a series."""

FIRST_LPS_MM = (-73.0, -12.0, -12.0)
"""Corner of the places, all of which lie in the mass of `synthetic_series`, in the right lung."""


def write_series_of_cohort(folder: Path, series: int, slices: int) -> None:
    """Writes the series that `cohort_table` names."""
    for number in range(series):
        write_series(folder / f"series-{number}", SeriesForm(slices, seed=number))


def cohort_table(folder: Path, patients: int, series: int) -> Path:
    """The table of so many patients, each with a nodule of its own at a point in the right lung.

    Args:
        folder: of the series.
        patients: at most 343 for each series.
        series: that were written.
    """
    lines = ["patient_id,ct,nodule,age,sex,smoking,EGFR,KRAS"]
    for patient in range(patients):
        place = patient // series
        steps = (place % PLACES_MM, place // PLACES_MM % PLACES_MM, place // PLACES_MM**2)
        point = " ".join(f"{start + 4 * step:g}" for start, step in zip(FIRST_LPS_MM, steps, strict=True))
        values = f"{50 + patient % 30},{('female', 'male')[patient % 2]},never,{patient % 2},{patient // 2 % 2}"
        lines.append(f"patient-{patient:04d},series-{patient % series},{point},{values}")
    table = folder / f"cohort-{patients}.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return table


def preparation(folder: Path, table: Path, workers: Workers) -> Callable[[], None]:
    """A preparation into a fresh store, by workers that stay between the rounds.

    Args:
        folder: in which the store is made anew each time.
        table: of the cohort.
        workers: who cuts the cubes.
    """
    from radiogene.cohort.store.prepare import prepare_cohort
    from radiogene.cohort.table.cohort_table import read_cohort

    cohort = read_cohort(table)

    def prepare() -> None:
        shutil.rmtree(folder / "store", ignore_errors=True)
        if prepare_cohort(cohort, folder / "store", workers=workers).failed:
            raise SystemExit("A row failed; the times would be those of something else.")

    return prepare
