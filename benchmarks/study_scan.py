"""Files per second of `radiogene cohort from-folder`: a first scan, one that finds everything known, one new series.

    .venv/bin/python benchmarks/study_scan.py --files 100000

The files are real DICOM CT slices with the elements that scanners write and 64 x 64 pixels: a scan reads headers only,
so the size of the pixels changes little but the disk. They are in the page cache when they have just been written;
`--cold` drops them first where the system allows it.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from joblib import Parallel, delayed
from pydicom.dataset import Dataset

from harness.synthetic_series import slice_template
from radiogene.cohort.sources.image_tree.header_cache import HeaderCache
from radiogene.cohort.sources.image_tree.image_tree import scan_tree

SLICES = 250
PIXELS = 64


def small_template(series: int) -> Dataset:
    """A CT slice of few pixels, of a patient and a series of its own."""
    dataset = slice_template()
    dataset.PatientID = f"P{series:05d}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"1.2.3.{series}", f"1.2.3.{series}.1"
    dataset.FrameOfReferenceUID = f"1.2.3.{series}.2"
    dataset.Rows = dataset.Columns = PIXELS
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelData = bytes(2 * PIXELS * PIXELS)
    return dataset


def write_series(root: Path, series: int) -> None:
    """Writes one series of SLICES files."""
    folder = root / f"P{series:05d}" / "study" / "series"
    folder.mkdir(parents=True)
    dataset = small_template(series)
    for number in range(SLICES):
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{series}.3.{number}"
        dataset.InstanceNumber, dataset.ImagePositionPatient = number + 1, [0, 0, number]
        dataset.save_as(folder / f"{number:04d}.dcm", enforce_file_format=True)


def timed(root: Path, cache: Path, workers: int) -> tuple[float, int]:
    """Seconds of a scan, and files read."""
    start = time.perf_counter()
    tree = scan_tree(root, HeaderCache(cache), workers=workers)
    return time.perf_counter() - start, tree.read


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=-1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to write the files; a temporary folder by default")
    parser.add_argument("--cold", action="store_true")
    options = parser.parse_args()
    count = max(options.files // SLICES, 1)
    with tempfile.TemporaryDirectory(dir=options.folder) as place:
        root, cache = Path(place) / "archive", Path(place) / "headers.sqlite"
        Parallel(n_jobs=-1)(delayed(write_series)(root, series) for series in range(count))
        first, known = [], []
        for _ in range(options.repeats):
            cache.unlink(missing_ok=True)
            if options.cold:
                os.sync()
                Path("/proc/sys/vm/drop_caches").write_text("3")
            first.append(timed(root, cache, options.workers)[0])
            known.append(timed(root, cache, options.workers)[0])
        write_series(root, count)
        incremental, read = timed(root, cache, options.workers)
        size = cache.stat().st_size
        shutil.rmtree(root)
    files = count * SLICES
    result = {
        "files": files,
        "cores": os.cpu_count(),
        "machine": platform.processor() or platform.machine(),
        "first_scan_seconds": [round(seconds, 2) for seconds in first],
        "first_scan_files_per_second": round(files / statistics.median(first)),
        "all_known_seconds": [round(seconds, 2) for seconds in known],
        "all_known_files_per_second": round(files / statistics.median(known)),
        "one_new_series": {"seconds": round(incremental, 2), "files_read": read},
        "cache_megabytes": round(size / 1e6, 1),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
