"""T, N, M and stage group by the 8th edition of the AJCC/UICC classification, for nodules of at most 30 mm."""

from dataclasses import dataclass

import numpy as np

STAGING_EDITION = "AJCC 8th edition"
"""Source of the groups: Goldstraw P, et al. J Thorac Oncol 11:39 (2016), doi 10.1016/j.jtho.2015.09.009."""

T_BY_SOLID_MM = ((5.0, "T1mi"), (10.0, "T1a"), (20.0, "T1b"), (30.0, "T1c"))
"""Largest solid part of each T: clinical T of a part-solid nodule goes by its solid part."""

IN_SITU_SOLID_MM = 0.5
"""Below this a nodule counts as pure ground-glass."""

SPREAD_SOLID_MM = 12.0
"""Below this size of the solid part nothing has spread."""

NODES = ("N0", "N1", "N2", "N3")
NODE_SHARE = (0.62, 0.14, 0.17, 0.07)
METASTASES = ("M0", "M1a", "M1b", "M1c")
METASTASIS_SHARE = (0.84, 0.06, 0.05, 0.05)

PLEURAL_INVASION_SHARE = 0.25
"""Share of retracted pleuras that are invaded, which makes the tumour T2a."""

GROUP_WITHOUT_NODES = {"Tis": "0", "T1mi": "IA1", "T1a": "IA1", "T1b": "IA2", "T1c": "IA3", "T2a": "IB"}
GROUP_WITH_NODES = {"N1": "IIB", "N2": "IIIA", "N3": "IIIB"}
GROUP_WITH_METASTASES = {"M1a": "IVA", "M1b": "IVA", "M1c": "IVB"}


@dataclass(frozen=True)
class Staging:
    """T, N and M of one patient, as `T1b`, `N0`, `M0`."""

    t: str
    n: str
    m: str

    @property
    def stage(self) -> str:
        """The stage group, as `IA2`."""
        if self.m != "M0":
            return GROUP_WITH_METASTASES[self.m]
        return GROUP_WITHOUT_NODES[self.t] if self.n == "N0" else GROUP_WITH_NODES[self.n]


def draw_staging(solid_mm: float, retraction: bool, rng: np.random.Generator) -> Staging:
    """The staging of a nodule; by its size and pleura alone, so that it tells nothing of the genes beyond them.

    Args:
        solid_mm: longest diameter of the solid part.
        retraction: whether a pleura is drawn in.
        rng: for nodes, metastases and invasion of the pleura.
    """
    invades, node, metastasis = rng.random() < PLEURAL_INVASION_SHARE, rng.random(), rng.random()
    if solid_mm < IN_SITU_SOLID_MM:
        return Staging("Tis", "N0", "M0")
    if solid_mm < SPREAD_SOLID_MM:
        node = metastasis = 0.0
    t = next((name for largest_mm, name in T_BY_SOLID_MM if solid_mm <= largest_mm), T_BY_SOLID_MM[-1][1])
    if retraction and invades and t != "T1mi":
        t = "T2a"
    return Staging(t, _by_share(NODES, NODE_SHARE, node), _by_share(METASTASES, METASTASIS_SHARE, metastasis))


def _by_share(names: tuple[str, ...], shares: tuple[float, ...], uniform: float) -> str:
    """The name whose part of 0 to 1 holds the uniform number."""
    return names[min(int(np.searchsorted(np.cumsum(shares), uniform, side="right")), len(names) - 1)]
