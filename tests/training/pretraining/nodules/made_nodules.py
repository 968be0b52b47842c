"""Nodules that tests make: solid or ground-glass balls in a noisy lung, with ratings in further columns."""

from dataclasses import replace

import numpy as np

from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.training.pretraining.settings import PretrainingSettings
from training.pretraining.made_images import short_settings

LUNG_HU, SOLID_HU, GROUND_GLASS_HU = -850, 40, -550

TEXTURE, MARGIN = "TEXTURE", "margin"


def ball(solid, seed):
    """A cube (64, 64, 64) int16 HU with a ball of 5 to 12 mm radius near its centre."""
    drawn = np.random.default_rng(seed)
    z, y, x = np.indices((64, 64, 64)) - 31.5
    centre, radius = drawn.uniform(-3, 3, 3), drawn.uniform(5, 12)
    inside = (z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2 < radius**2
    grey = np.where(inside, SOLID_HU if solid else GROUND_GLASS_HU, LUNG_HU)
    return (grey + drawn.normal(0, 30, grey.shape)).astype(np.int16)


def write_rated_store(path, like, patients=16, seed=0):
    """A store of as many patients, the first with two nodules.

    TEXTURE is 1 for a solid ball; every fourth nodule has none. `margin` is in the words of a gene column, and says
    nothing of the ball. EGFR is known of every other patient.

    Args:
        path: of the store.
        like: a store whose preparation and geometry are taken over.
        patients: how many.
        seed: of the balls.
    """
    nodules = [0, *range(patients)]
    with CubeStore.create(path, like.preparation, like.preparation_hash) as store:
        for number, patient in enumerate(nodules):
            solid = number % 2 == 0
            row = PatientRow(
                patient_id=f"R-{seed}-{patient:02}",
                row_number=number + 2,
                labels={"EGFR": patient % 4 // 2 if patient % 2 else None},
                extra={
                    TEXTURE: "" if number % 4 == 3 else str(int(solid)),
                    MARGIN: ("mutant", "wild type", "unknown")[number % 3],
                    "remark": "round",
                },
            )
            first = like.records[0]
            geometry = replace(first.geometry, series_uid=f"2.25.{seed}.{patient}")
            record = replace(first, key=f"{seed:016x}{number:016x}", row=row, geometry=geometry)
            store.add(record, ball(solid, [seed, number]), None)
    return path


def rating_settings(**changes):
    """Settings of a pretraining of two epochs on the column TEXTURE and two views; changes of its schedule by name."""
    given = {"validation_share": 0.3, **changes}
    return replace(short_settings(**given), kind="ratings", columns=(TEXTURE,), view_names=("axial", "coronal"))


def unlabelled_settings(**changes) -> PretrainingSettings:
    """The same without labels."""
    return replace(rating_settings(**changes), kind="self-supervised", columns=())
