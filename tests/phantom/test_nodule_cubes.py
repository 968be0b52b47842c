import numpy as np
import pytest

from radiogene.phantom.genetics import site_model
from radiogene.phantom.nodule_cubes import LARGEST_SHIFT_MM, scan_nodule, shift_between_mm
from radiogene.phantom.patient import draw_patient

OFFSETS_MM = np.arange(64) - 31.5


@pytest.fixture(scope="module")
def patient():
    return draw_patient(site_model("A"), "A", 5, 2)


@pytest.mark.parametrize("shift_mm", [(0.0, 0.0, 0.0), (10.0, -6.0, 3.0), (0.0, 0.0, LARGEST_SHIFT_MM)])
def test_the_nodule_lies_where_the_shift_leaves_it(patient, shift_mm):
    cube_hu, inside = scan_nodule(patient).cube(shift_mm)
    z, y, x = (OFFSETS_MM[index].mean() for index in np.nonzero(inside))
    assert (x, y, z) == pytest.approx(tuple(-step for step in shift_mm), abs=0.3)
    # What is marked is denser than the lung around it: the nodule is painted where the segment says.
    shell = np.roll(inside, 14, axis=2) & ~inside
    assert np.median(cube_hu[inside]) > np.median(cube_hu[shell]) + 100
    assert (cube_hu == -1024).mean() < 1e-3


def test_without_the_nodule_there_is_lung(patient):
    marked = scan_nodule(patient).cube((0.0, 0.0, 0.0))[1]
    cube_hu, inside = scan_nodule(patient, absent=True).cube((0.0, 0.0, 0.0))
    assert not inside.any()
    assert np.median(cube_hu[marked]) < -700


def test_the_same_patient_gives_the_same_cube(patient):
    first, second = (scan_nodule(patient).cube((4.0, 0.0, -2.0))[0] for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_shifts_are_as_long_as_asked_for():
    rng = np.random.default_rng(0)
    lengths = [float(np.linalg.norm(shift_between_mm(10.0, 15.0, rng))) for _ in range(200)]
    assert 10.0 <= min(lengths) < 10.5
    assert 14.5 < max(lengths) <= 15.0
