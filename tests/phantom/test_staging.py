import numpy as np
import pytest

from radiogene.phantom.staging import Staging, draw_staging


@pytest.mark.parametrize(
    ("t", "n", "m", "stage"),
    [
        ("Tis", "N0", "M0", "0"),
        ("T1mi", "N0", "M0", "IA1"),
        ("T1a", "N0", "M0", "IA1"),
        ("T1b", "N0", "M0", "IA2"),
        ("T1c", "N0", "M0", "IA3"),
        ("T2a", "N0", "M0", "IB"),
        ("T2a", "N1", "M0", "IIB"),
        ("T1b", "N2", "M0", "IIIA"),
        ("T1c", "N3", "M0", "IIIB"),
        ("T1a", "N3", "M1b", "IVA"),
        ("T1c", "N0", "M1c", "IVB"),
    ],
)
def test_stage_group_of_the_eighth_edition(t, n, m, stage):
    assert Staging(t, n, m).stage == stage


def test_t_goes_by_the_solid_part():
    rng = np.random.default_rng(0)
    for solid_mm, t in ((0.2, "Tis"), (4.0, "T1mi"), (9.0, "T1a"), (19.9, "T1b"), (29.9, "T1c")):
        assert {draw_staging(solid_mm, False, rng).t for _ in range(20)} == {t}
    drawn = [draw_staging(18.0, True, rng) for _ in range(400)]
    assert {s.t for s in drawn} == {"T1b", "T2a"}
    assert {s.n for s in drawn} == {"N0", "N1", "N2", "N3"}
    assert {s.m for s in drawn} == {"M0", "M1a", "M1b", "M1c"}
    assert all(draw_staging(11.0, True, rng).n == "N0" for _ in range(50))
