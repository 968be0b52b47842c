"""Fingerprints of the cubes a model was trained on, so that it is not evaluated on them unnoticed.

A cube's hash says nothing of the patient to anyone who does not have the CT.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

HASH_DIGITS = 16


def cube_fingerprint(cube_zyx: NDArray[np.int16]) -> str:
    """16 hexadecimal digits of the SHA-256 of a stored cube (64, 64, 64) int16 HU."""
    little_endian = np.ascontiguousarray(cube_zyx, dtype="<i2").tobytes()
    return hashlib.sha256(little_endian).hexdigest()[:HASH_DIGITS]


def fingerprints(cubes_zyx: Iterable[NDArray[np.int16]]) -> list[str]:
    """The fingerprints of cubes, sorted, so that their order tells nothing."""
    return sorted({cube_fingerprint(cube) for cube in cubes_zyx})


def cohort_fingerprint(cubes_zyx: Iterable[NDArray[np.int16]]) -> str:
    """SHA-256 (hex) of a cohort's cubes in any order: the same nodules prepared alike are the same cohort."""
    return cohort_fingerprint_of(fingerprints(cubes_zyx))


def cohort_fingerprint_of(cube_fingerprints: Iterable[str]) -> str:
    """The same of cubes whose fingerprints are known already, in any order."""
    return hashlib.sha256("".join(sorted(set(cube_fingerprints))).encode()).hexdigest()
