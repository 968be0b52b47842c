"""How surely the outline of a cube tells one scan from two: the table of docs/explanation/identity.md.

    .venv/bin/python benchmarks/same_scan.py --data PUBLIC --out FOLDER

reads the public scans (`nsclc_radiogenomics_r01_001_ct`, `lidc_0001_dicom`, `ct_dicom_lungfcp`, `ct_volumes`) and the
nodules of `lidc_nodule_cubes_51mm`, and draws phantom patients.
"""

import argparse
import tarfile
import tempfile
import time
import zipfile
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from patients.marked_again import MarkedAgain, marked_again, nodule_cubes
from patients.result_table import markdown_table, write_result
from radiogene.cohort.identity.outline import SAME_SCAN, Outline, correlations_of, matches_within, outline_of
from radiogene.ct.preparation import stored_cube
from radiogene.phantom.genetics import site_model
from radiogene.phantom.nodule_cubes import scan_nodule
from radiogene.phantom.patient import draw_patient

SCANS = {
    "R01-001": "nsclc_radiogenomics_r01_001_ct",
    "LIDC-IDRI-0001": "lidc_0001_dicom",
    "LungFCP-01-0001": "ct_dicom_lungfcp",
    "lung1": "ct_volumes/lung1_image.nrrd",
}
PHANTOMS = (("A", 0), ("B", 0))
MANY = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of public images")
    parser.add_argument("--out", type=Path, required=True, help="folder for same_scan.json and same_scan.md")
    parser.add_argument("--places", type=int, default=40, help="in the lung of every scan")
    parser.add_argument("--phantoms", type=int, default=100, help="phantom patients of each site")
    arguments = parser.parse_args()
    rng = np.random.default_rng(14)

    with tempfile.TemporaryDirectory() as work:
        again = {
            name: list(marked_again(_series(arguments.data / place, Path(work) / name), arguments.places, rng))
            for name, place in SCANS.items()
        }
    outlines = {name: [outline_of(each.cube) for each in cubes] for name, cubes in again.items()}
    found = _found(again, outlines)
    different = {
        "nodules of 51 mm, LIDC-IDRI": _of_nodules(arguments.data / "lidc_nodule_cubes_51mm"),
        "places in the lungs of 4 patients": _of_places(again, outlines),
        "phantom patients": _of_phantoms(arguments.phantoms),
    }
    seconds = _seconds(outlines)
    lines = [
        [name, str(len(values)), str(int((values >= SAME_SCAN).sum())), f"{_upper(values):.2%}", f"{values.max():.2f}"]
        for name, values in different.items()
    ]
    table = "\n\n".join(
        [
            markdown_table(["different patients", "pairs", "taken for one", "95% upper limit", "highest"], lines),
            markdown_table(
                ["the same scan", "centre moved", "cubes", "found", "lowest correlation"],
                [
                    [
                        change or "as it is",
                        f"{mm:g} mm",
                        str(len(values)),
                        f"{np.mean(values >= SAME_SCAN):.0%}",
                        f"{values.min():.2f}",
                    ]
                    for (change, mm), values in found.items()
                ],
            ),
            f"{MANY} cubes: {seconds[0]:.0f} s for their outlines, {seconds[1]:.0f} s for all {MANY * (MANY - 1) // 2} "
            "pairs, one thread.",
        ]
    )
    content = {
        "different": {
            name: {
                "pairs": len(v),
                "taken_for_one": int((v >= SAME_SCAN).sum()),
                "upper_95": _upper(v),
                "highest": float(v.max()),
            }
            for name, v in different.items()
        },
        "same": [
            {
                "change": change,
                "shift_mm": mm,
                "cubes": len(v),
                "found": float(np.mean(v >= SAME_SCAN)),
                "lowest": float(v.min()),
            }
            for (change, mm), v in found.items()
        ],
        "seconds_outlines": seconds[0],
        "seconds_pairs": seconds[1],
    }
    write_result(arguments.out, "same_scan", content, table)


def _series(place: Path, work: Path) -> Path:
    """The scan itself: unpacked where it is packed."""
    if place.is_file():
        return place
    (packed,) = [file for file in place.iterdir() if file.name.endswith((".zip", ".tar.xz"))]
    if packed.suffix == ".zip":
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(work)
    else:
        with tarfile.open(packed) as archive:
            archive.extractall(work, filter="data")
    return next(file.parent for file in sorted(work.rglob("*.dcm")))


def _found(
    again: dict[str, list[MarkedAgain]], outlines: dict[str, list[Outline]]
) -> dict[tuple[str, float], NDArray[np.float64]]:
    """Per change and shift, the correlations with the cube of the same place as it is."""
    values: dict[tuple[str, float], list[float]] = {}
    for name, cubes in again.items():
        first = {each.place: n for n, each in enumerate(cubes) if not each.change and each.shift_mm == 0}
        asked = [n for n, each in enumerate(cubes) if each.change or each.shift_mm > 0]
        pairs = np.array([first[cubes[n].place] for n in asked]), np.array(asked)
        for n, value in zip(asked, correlations_of(outlines[name], *pairs), strict=True):
            change = "thicker slices" if cubes[n].change.startswith("slices") else cubes[n].change
            change = f"{change}, {cubes[n].change.split()[2]} mm" if change == "thicker slices" else change
            values.setdefault((change, cubes[n].shift_mm), []).append(value)
    return {key: np.array(values[key]) for key in sorted(values, key=lambda key: (key[0], key[1]))}


def _of_nodules(folder: Path) -> NDArray[np.float64]:
    """Of every pair of nodules that are certainly of different patients."""
    nodules = nodule_cubes(folder)
    pairs = [
        (a, b)
        for a, b in combinations(range(len(nodules)), 2)
        if nodules[a][0][1] < nodules[b][0][0] or nodules[b][0][1] < nodules[a][0][0]
    ]
    return correlations_of([outline_of(cube) for _, cube in nodules], *np.array(pairs).T)


def _of_places(again: dict[str, list[MarkedAgain]], outlines: dict[str, list[Outline]]) -> NDArray[np.float64]:
    """Of every pair of places in scans of different patients."""
    shown, owners = [], []
    for name, cubes in again.items():
        own = [outlines[name][n] for n, each in enumerate(cubes) if not each.change and each.shift_mm == 0]
        shown += own
        owners += [name] * len(own)
    pairs = [(a, b) for a, b in combinations(range(len(shown)), 2) if owners[a] != owners[b]]
    return correlations_of(shown, *np.array(pairs).T)


def _of_phantoms(patients: int) -> NDArray[np.float64]:
    """Of every pair of phantom patients."""
    outlines = []
    for site, seed in PHANTOMS:
        for number in range(patients):
            scan = scan_nodule(draw_patient(site_model(site), site, seed, number))
            outlines.append(outline_of(stored_cube(scan.cube(np.zeros(3))[0])))
    return correlations_of(outlines, *np.triu_indices(len(outlines), k=1))


def _upper(values: NDArray[np.float64]) -> float:
    """Upper limit of the two-sided 95% interval of Clopper and Pearson for the share of false alarms."""
    alarms, pairs = int((values >= SAME_SCAN).sum()), len(values)
    return float(beta.ppf(0.975, alarms + 1, pairs - alarms))


def _seconds(outlines: dict[str, list[Outline]]) -> tuple[float, float]:
    """How long the outlines of so many cubes and the comparison of all pairs take."""
    cube = np.random.default_rng(0).integers(-1000, 200, (64, 64, 64)).astype(np.int16)
    started = time.perf_counter()
    for _ in range(100):
        outline_of(cube)
    drawn = time.perf_counter() - started
    every = [outline for of_scan in outlines.values() for outline in of_scan]
    many = [every[n % len(every)] for n in range(MANY)]
    started = time.perf_counter()
    # Those of one scan count as one patient's, so that few pairs are looked at in full, as in a real cohort.
    scan_of = [scan for scan, of_scan in enumerate(outlines.values()) for _ in of_scan]
    matches_within(many, [scan_of[n % len(every)] for n in range(MANY)])
    pairs_per_second = MANY * (MANY - 1) / 2 / (time.perf_counter() - started)
    return drawn * MANY / 100, MANY * (MANY - 1) / 2 / pairs_per_second


if __name__ == "__main__":
    main()
