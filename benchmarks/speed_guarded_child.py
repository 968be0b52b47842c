"""What it costs to read each patient in a child: the same rows by this process and by its child, in turn.

.venv/bin/python benchmarks/speed_guarded_child.py
"""

import statistics
import tempfile
import time
from pathlib import Path

from harness.made_cohort import cohort_table, write_series_of_cohort
from radiogene.cohort.store.row_preparation import _prepared_here, prepared_row
from radiogene.cohort.table.cohort_table import read_cohort

PATIENTS, SLICES = 24, 120


def main() -> None:
    """Print milliseconds a patient and their ratio."""
    with tempfile.TemporaryDirectory() as name:
        write_series_of_cohort(Path(name), 1, SLICES)
        rows = read_cohort(cohort_table(Path(name), PATIENTS, 1)).rows
        prepared_row(rows[0], allow_gaps=False)
        seconds: dict[str, list[float]] = {"this process": [], "its child": []}
        for row in rows:
            for way, prepare in (("this process", _prepared_here), ("its child", prepared_row)):
                began = time.perf_counter()
                prepare(row, False)
                seconds[way].append(time.perf_counter() - began)
    for way, of in seconds.items():
        print(f"{way}: median {1000 * statistics.median(of):.1f} ms a patient ({min(of) * 1000:.1f} at best)")
    ratio = statistics.median(b / a for a, b in zip(*seconds.values(), strict=True))
    print(f"child against process: {ratio:.3f} (median of {PATIENTS} pairs)")


if __name__ == "__main__":
    main()
