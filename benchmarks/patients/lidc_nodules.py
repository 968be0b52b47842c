"""Real lung nodules of LIDC-IDRI as cohorts: cubes of 51 mm, and crops of other patients, with radiologists' ratings.

The ratings stand in the place of genes, because nothing is known of genes there: `TEXTURE` (at most 3: ground glass or
part solid), `SPICULATION` (at least 3) and `SUSPICIOUS` (malignancy above 3).
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nrrd
import numpy as np
from numpy.typing import NDArray

import radiogene as rg

RATINGS = ("TEXTURE", "SPICULATION", "SUSPICIOUS")

COLUMNS = ("patient_id", "ct", "nodule", *RATINGS)


@dataclass(frozen=True)
class RatedNodule:
    """One nodule.

    Attributes:
        name: of the nodule, under which the program knows it.
        numbers: of the patients that it may be of, lowest and highest.
        image, marking: files.
        rated: of each of `RATINGS`, whether it holds.
    """

    name: str
    numbers: tuple[int, int]
    image: Path
    marking: Path
    rated: tuple[bool, bool, bool]


def cubes_as_volumes(folder: Path, work: Path) -> list[RatedNodule]:
    """The nodules of a folder of cubes, written as volumes that the program reads.

    Args:
        folder: with `cubes.npz` (`hu` and `mask`, (N, 51, 51, 51), axes z, y, x to head, back, left, 1 mm) and
            `cubes.csv`.
        work: where the volumes go.
    """
    with (folder / "cubes.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    arrays = np.load(folder / "cubes.npz", allow_pickle=False)
    hu, masks = arrays["hu"], arrays["mask"]
    work.mkdir(parents=True, exist_ok=True)
    nodules = []
    for number, row in enumerate(rows):
        files = (work / f"{number:04d}.nrrd", work / f"{number:04d}-mask.nrrd")
        for file, values in zip(files, (hu[number], masks[number]), strict=True):
            if not file.is_file():
                _write_volume(file, values)
        rated = (int(row["texture"]) <= 3, int(row["spiculation"]) >= 3, int(row["malignancy"]) > 3)
        numbers = (int(row["patient_low"]), int(row["patient_high"]))
        nodules.append(RatedNodule(f"cube-{number:04d}", numbers, *files, rated))
    return nodules


def crops(folder: Path, without: Iterable[tuple[int, int]]) -> list[RatedNodule]:
    """The nodules of a folder of crops, but for those of patients that must not be seen.

    Args:
        folder: with `nodules.csv`, `image/` and `nodule_mask/`.
        without: lowest and highest number of the patients that are left out.
    """
    unseen = {number for low, high in without for number in range(low, high + 1)}
    nodules = []
    with (folder / "nodules.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            patient = row["patient_id"]
            number = int(patient.rsplit("-", 1)[-1].split("_")[0])
            if number in unseen:
                continue
            name = f"{patient}_R_{row['nodule_id']}"
            rated = (
                int(row["Texture_value"]) <= 3,
                int(row["Spiculation_value"]) >= 3,
                int(row["Malignancy_value"]) > 3,
            )
            files = (folder / "image" / f"{name}.nii.gz", folder / "nodule_mask" / f"{name}.nii.gz")
            nodules.append(RatedNodule(name, (number, number), *files, rated))
    return nodules


def prepared(nodules: Sequence[RatedNodule], work: Path) -> Path:
    """The store of nodules, each a patient of its own, prepared by the program.

    Args:
        nodules: to prepare.
        work: folder for table and store.
    """
    store, table = work / "store", work / "cohort.csv"
    if store.exists():
        return store
    work.mkdir(parents=True, exist_ok=True)
    with table.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for nodule in nodules:
            files = (nodule.image.resolve(), nodule.marking.resolve())
            writer.writerow([nodule.name, *files, *("mutant" if held else "wildtype" for held in nodule.rated)])
    rg.prepare_cohort(rg.read_cohort(table, genes=RATINGS), store, workers=2)
    return store


def _write_volume(file: Path, values: NDArray[np.int16] | NDArray[np.uint8]) -> None:
    half = (values.shape[0] - 1) / 2
    header = {
        "space": "left-posterior-superior",
        "space directions": np.eye(3),
        "space origin": np.full(3, -half),
        "encoding": "gzip",
    }
    nrrd.write(str(file), np.ascontiguousarray(values.transpose(2, 1, 0)), header)
