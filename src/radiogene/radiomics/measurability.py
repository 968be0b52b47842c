"""Whether a segment can be measured: what PyRadiomics needs, and what its figures need to mean anything."""

import numpy as np
from numpy.typing import NDArray

from radiogene.storage.plain_words import counted

FEWEST_SAMPLES = 64
"""Samples of 1 mm3: a sphere of 5 mm. PyRadiomics itself measures from 2 on (and gives NaN for the robust deviation of
2), but of a smaller body most samples lie on its border, and 93 figures of texture describe a handful of them."""

FEWEST_ALONG_AN_AXIS = 2
"""PyRadiomics wants two axes with more than one sample; texture in all 13 directions needs three."""

AXES = {"z": "head to feet", "y": "front to back", "x": "left to right"}


def segment_problem(segment_zyx: NDArray[np.bool_] | None) -> str:
    """Why a segment cannot be measured; empty where it can.

    Args:
        segment_zyx: (64, 64, 64) bool, 1 mm apart; None where the nodule has none.
    """
    if segment_zyx is None:
        return "no segment: the nodule was given as a point; give a SEG, an RTSTRUCT or a mask"
    samples = int(segment_zyx.sum())
    if samples < FEWEST_SAMPLES:
        return (
            f"the segment holds {counted(samples, 'sample')} of 1 mm; at least {FEWEST_SAMPLES} are needed for texture"
        )
    for axis, (name, words) in enumerate(AXES.items()):
        reached = int(segment_zyx.any(axis=tuple({0, 1, 2} - {axis})).sum())
        if reached < FEWEST_ALONG_AN_AXIS:
            return (
                f"the segment is {reached} sample thick along {name} ({words}); at least {FEWEST_ALONG_AN_AXIS} are "
                "needed for texture"
            )
    return ""


def reaches_border(segment_zyx: NDArray[np.bool_]) -> bool:
    """True where the segment touches the cube's border, so that a part of it may lie beyond and is not measured."""
    inner = segment_zyx[1:-1, 1:-1, 1:-1]
    return bool(inner.sum() < segment_zyx.sum())
