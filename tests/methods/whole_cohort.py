"""A store of patients who have what any system needs: cubes, segments, every column, and slide tiles."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_store import CubeStore

TILES = "tiles"


def write_whole_store(source: CubeStore, path: Path) -> None:
    """Write the cubes of a store again, with the columns SUVmax and slides; the tiles lie in the store's folder."""
    drawn = np.random.default_rng(0)
    with CubeStore.create(path, source.preparation, source.preparation_hash) as store:
        for number, record in enumerate(source.records):
            patient = record.row.patient_id
            extra = {**record.row.extra, "SUVmax": f"{drawn.uniform(1, 15):.1f}", "slides": f"{TILES}/{patient}"}
            row = replace(record.row, extra=extra)
            store.add(replace(record, row=row), source.cube(number).astype(np.float32), source.segment(number))
            place = path / TILES / patient
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(drawn.integers(0, 255, (96, 80, 3), dtype=np.uint8)).save(place / "tile.png")


def whole_cohort(path: Path) -> PreparedCohort:
    """The patients of that store."""
    return PreparedCohort.of(CubeStore.open(path), path)
