"""A small synthetic chest with air, lungs, a spine, a table and a nodule, for tests of what is plausible."""

from dataclasses import replace

import numpy as np

from ct.dicom_writers import SyntheticSeries

NODULE_LPS_MM = (40.0, 0.0, 0.0)
SPINE_LPS_MM = (0.0, 66.0, 0.0)
TABLE_LPS_MM = (0.0, 118.0, 0.0)
LUNG_LPS_MM = (-58.0, 5.0, 3.0)
AIR_LPS_MM = (120.0, -100.0, 0.0)


def chest_hu(points_lps_mm: np.ndarray) -> np.ndarray:
    """HU of a chest: a body of 220 x 180 mm around two lungs, with noise of 15 HU that depends on the place alone."""
    x, y, z = np.moveaxis(points_lps_mm, -1, 0)
    hu = np.full(x.shape, -1000.0)
    hu[(x / 110) ** 2 + (y / 90) ** 2 < 1] = 40.0
    for side in (-1, 1):
        hu[((x - side * 52) / 40) ** 2 + ((y + 5) / 60) ** 2 < 1] = -860.0
    vessel = ((x + 30) ** 2 + (y - 0.3 * z) ** 2 < 16) & (x < 0)
    hu[vessel] = 40.0
    hu[(x - SPINE_LPS_MM[0]) ** 2 + (y - SPINE_LPS_MM[1]) ** 2 < 14**2] = 450.0
    hu[(np.abs(x) < 100) & (np.abs(y - TABLE_LPS_MM[1]) < 6)] = -150.0
    hu[np.linalg.norm(points_lps_mm - NODULE_LPS_MM, axis=-1) < 9] = 40.0
    seed = int((float(z.flat[0]) + 1000) * 1000)
    return hu + np.random.default_rng(seed).normal(0, 15, hu.shape)


CHEST = SyntheticSeries(
    origin_lps_mm=(-130.0, -125.0, -50.0),
    between_rows_mm=2.0,
    between_columns_mm=2.0,
    slice_step_mm=2.0,
    rows=128,
    columns=130,
    slices=50,
    slope=lambda _: 1.0,
    value_hu=chest_hu,
)


def chest(**changes: object) -> SyntheticSeries:
    """The chest, written otherwise."""
    return replace(CHEST, **changes)
