"""The outline of a cube, by which one scan is known again where its nodule was marked elsewhere.

An outline says of a grid of points, 2.67 mm apart, whether the cube is brighter or darker there than around, or
neither: the sign of a difference of two Gaussians of the HU between air and soft tissue. Vessels and walls of airways
are told apart by it, the noise of a kernel and the thickness of slices hardly change it, and brightness and contrast do
not. Two outlines are compared at every displacement up to 16 mm along each axis; what counts is the normalised
correlation where they overlap. `benchmarks/same_scan.py` measures both kinds of error; the limits were chosen by it.

What an outline gives away: the coarse shape of the nodule, vessels and chest wall around it, in three values, and no
HU. It shows nobody's name or face; whoever has a CT can find out whether it is the same scan, which is what it is for.

Source: correlation of overlapping parts by Fourier transforms, D. Padfield, IEEE Trans Image Process 21:2706 (2012).
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from radiogene.ct.resampling import CUBE_MM, CUBE_SAMPLES
from radiogene.ct.scan import AIR_HU

POINTS = 24
"""Along each axis of the grid."""

STEP_MM = CUBE_MM / POINTS
FINE_MM, COARSE_MM = 2.0, 4.0
"""Standard deviations of the two Gaussians: wider than slices of 5 mm are thick, narrower than vessels are apart."""

RANGE_HU = (-1000.0, 200.0)
"""What lies outside counts as its end: neither bone nor contrast medium outweighs the lung."""

SMALLEST_DIFFERENCE_HU = 4.0
"""Below it, a point is neither brighter nor darker."""

LARGEST_DISPLACEMENT = 6
"""Steps along each axis that are tried either way: 16 mm."""

SAME_SCAN = 0.70
"""Correlation from which two outlines are of one scan."""

FEWEST_POINTS = 3500
"""Points brighter or darker in both overlapping parts (geometric mean), below which nothing is said: a quarter of
the 13,824 points of the grid. A cube half of which lies outside the scan has too little in it."""

COARSE_SIZE = 15
"""Length of the transforms that the first look at a pair uses, half that of the whole ones."""

WORTH_A_LOOK = 0.35
"""Correlation at the first look from which a pair is looked at in full."""

PAIRS_AT_ONCE = 128
OUTLINE_BYTES = 2 * POINTS**3 // 8
"""A bit for brighter and one for darker: 3,456 bytes a cube."""


@dataclass(frozen=True)
class Outline:
    """The outline of one cube.

    Attributes:
        packed: 3,456 bytes: the grid's bits for brighter, then those for darker, in order z, y, x.
    """

    packed: bytes

    @property
    def values(self) -> NDArray[np.float32]:
        """(24, 24, 24), axes z, y, x: 1 brighter, -1 darker, 0 neither."""
        bits = np.unpackbits(np.frombuffer(self.packed, dtype=np.uint8)).reshape(2, POINTS, POINTS, POINTS)
        return bits[0].astype(np.float32) - bits[1].astype(np.float32)

    @property
    def text(self) -> str:
        """The outline in Base64."""
        return base64.b64encode(self.packed).decode("ascii")

    @classmethod
    def of_text(cls, text: str) -> "Outline":
        """The outline that `text` gave.

        Raises:
            ValueError: text that is no outline.
        """
        try:
            packed = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError(f"no Base64 ({error})") from error
        if len(packed) != OUTLINE_BYTES:
            raise ValueError(f"{len(packed)} bytes in place of {OUTLINE_BYTES}")
        return cls(packed)


@dataclass(frozen=True)
class Match:
    """Two cubes that show one scan.

    Attributes:
        first, second: their positions.
        correlation: of their outlines, at most 1.
    """

    first: int
    second: int
    correlation: float


def outline_of(cube_zyx: NDArray[np.int16]) -> Outline:
    """The outline of a stored cube (64, 64, 64) int16 HU.

    Faces of the cube that lie outside the scan (-1024 HU throughout) say nothing: there it is 0.
    """
    inside = [_inside(cube_zyx, axis) for axis in range(3)]
    if not all(stop > start for start, stop in inside):
        return Outline(bytes(OUTLINE_BYTES))
    clipped = np.clip(cube_zyx, *RANGE_HU).astype(np.float32)
    difference_hu = _smoothed(clipped, FINE_MM, inside) - _smoothed(clipped, COARSE_MM, inside)
    bits = np.stack([difference_hu > SMALLEST_DIFFERENCE_HU, difference_hu < -SMALLEST_DIFFERENCE_HU])
    return Outline(np.packbits(bits).tobytes())


def matches_within(outlines: Sequence[Outline], owners: Sequence[int]) -> list[Match]:
    """The pairs of cubes of different owners that show one scan.

    Args:
        outlines: of N cubes.
        owners: (N,) number of the patient of each; cubes of one patient are not compared.
    """
    spectra, of = _Spectra(outlines), np.asarray(owners)
    first, second = np.triu_indices(len(outlines), k=1)
    other = of[first] != of[second]
    return _matches(spectra, first[other], spectra, second[other])


def matches_between(outlines: Sequence[Outline], others: Sequence[Outline]) -> list[Match]:
    """The pairs of a cube of the first with one of the second that show one scan.

    Args:
        outlines: of N cubes.
        others: of M cubes.
    """
    if not outlines or not others:
        return []
    grid = np.meshgrid(np.arange(len(outlines)), np.arange(len(others)), indexing="ij")
    first, second = (positions.ravel() for positions in grid)
    return _matches(_Spectra(outlines), first, _Spectra(others), second)


def correlations_of(
    outlines: Sequence[Outline], first: NDArray[np.int_], second: NDArray[np.int_]
) -> NDArray[np.float64]:
    """The correlations (P,) of pairs of cubes, 0 where too little of them overlaps; every pair is looked at in full.

    Args:
        outlines: of N cubes.
        first: (P,) positions of one cube of each pair.
        second: (P,) positions of the other.
    """
    spectra = _Spectra(outlines)
    return _correlations(spectra.fine, first, spectra.fine, second)


class _Spectra:
    """Fourier transforms of outlines, and how much of each lies in the part that overlaps at every displacement.

    Args:
        outlines: of N cubes.
    """

    def __init__(self, outlines: Sequence[Outline]) -> None:
        size = int(fft.next_fast_len(POINTS + LARGEST_DISPLACEMENT, real=True))
        values = np.stack([outline.values for outline in outlines]) if outlines else np.zeros((0, *[POINTS] * 3), "f4")
        whole = _transformed(values, size)
        ones = _transformed(np.ones((1, POINTS, POINTS, POINTS), dtype=np.float32), size)
        told = _transformed(np.abs(values), size)
        ahead, behind = told * ones.conj(), ones * told.conj()
        fine = np.arange(-LARGEST_DISPLACEMENT, LARGEST_DISPLACEMENT + 1)
        # At the first look every second displacement is read, off transforms without the high frequencies.
        coarse = fine[::2] // 2
        self.fine = _Looked(whole, _at(ahead, size, fine), _at(behind, size, fine), size, fine)
        share = (COARSE_SIZE / size) ** 3
        # A shorter transform divides by less. Spectra are multiplied in pairs, so that each takes the root of it.
        factors = ((whole, share**0.5), (ahead, share), (behind, share))
        low = [_lowered(each, size) * np.float32(factor) for each, factor in factors]
        self.coarse = _Looked(
            low[0], _at(low[1], COARSE_SIZE, coarse), _at(low[2], COARSE_SIZE, coarse), COARSE_SIZE, coarse
        )


@dataclass(frozen=True, eq=False)
class _Looked:
    """Transforms at one resolution.

    Attributes:
        spectra: of the outlines.
        ahead, behind: (N, D, D, D) points that are brighter or darker in the overlap, of the first and the second.
        size: length of the transforms.
        displacements: (D,) that are read.
    """

    spectra: NDArray[np.complex64]
    ahead: NDArray[np.float32]
    behind: NDArray[np.float32]
    size: int
    displacements: NDArray[np.int_]


def _matches(one: _Spectra, first: NDArray[np.int_], other: _Spectra, second: NDArray[np.int_]) -> list[Match]:
    """The pairs that reach the limit, in order."""
    looked = _correlations(one.coarse, first, other.coarse, second) >= WORTH_A_LOOK
    first, second = first[looked], second[looked]
    found = _correlations(one.fine, first, other.fine, second)
    return [Match(int(first[n]), int(second[n]), round(float(found[n]), 3)) for n in np.flatnonzero(found >= SAME_SCAN)]


def _correlations(
    one: _Looked, first: NDArray[np.int_], other: _Looked, second: NDArray[np.int_]
) -> NDArray[np.float64]:
    """The highest correlation of each pair over the displacements; 0 where too little overlaps."""
    highest = np.zeros(len(first))
    for part in _parts(len(first)):
        a, b = first[part], second[part]
        agreeing = _at(one.spectra[a] * other.spectra[b].conj(), one.size, one.displacements)
        points = np.sqrt(np.maximum(one.ahead[a], 0) * np.maximum(other.behind[b], 0))
        found = np.where(points >= FEWEST_POINTS, agreeing / np.maximum(points, 1), 0)
        highest[part] = found.reshape(len(a), -1).max(axis=1)
    return highest


def _parts(count: int) -> Iterator[slice]:
    """Slices that together hold so many pairs."""
    return (slice(start, start + PAIRS_AT_ONCE) for start in range(0, count, PAIRS_AT_ONCE))


def _transformed(values: NDArray[np.float32], size: int) -> NDArray[np.complex64]:
    return np.asarray(fft.rfftn(values, s=(size,) * 3, axes=(1, 2, 3)))


def _at(spectra: NDArray[np.complex64], size: int, displacements: NDArray[np.int_]) -> NDArray[np.float32]:
    """The values (N, D, D, D) of correlations at these displacements."""
    whole = np.asarray(fft.irfftn(spectra, s=(size,) * 3, axes=(1, 2, 3)))
    return whole[:, displacements][:, :, displacements][:, :, :, displacements]


def _lowered(spectra: NDArray[np.complex64], size: int) -> NDArray[np.complex64]:
    """The transforms without their high frequencies, of length `COARSE_SIZE`."""
    half = COARSE_SIZE // 2
    both = np.r_[0 : half + 1, size - half : size]
    return spectra[:, both][:, :, both][:, :, :, : half + 1]


def _inside(cube_zyx: NDArray[np.int16], axis: int) -> tuple[int, int]:
    """First and one-past-last sample along an axis between the faces that lie wholly outside the scan."""
    others = tuple(each for each in range(3) if each != axis)
    there = np.flatnonzero((cube_zyx > AIR_HU).any(axis=others))
    return (int(there[0]), int(there[-1]) + 1) if there.size else (0, 0)


def _smoothed(cube_hu: NDArray[np.float32], sd_mm: float, inside: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    """The cube under a Gaussian at the grid's points (24, 24, 24)."""
    for start, stop in inside:
        # The axis that was first comes out last, so that each comes first in turn.
        cube_hu = np.tensordot(cube_hu, _gaussians(sd_mm, start, stop), axes=([0], [1]))
    return cube_hu


@cache
def _gaussians(sd_mm: float, start: int, stop: int) -> NDArray[np.float32]:
    """(24, 64) weights of a cube's samples at every point of the grid; none at points outside `start` to `stop`."""
    samples = np.arange(CUBE_SAMPLES) - (CUBE_SAMPLES - 1) / 2
    points = (np.arange(POINTS) - (POINTS - 1) / 2) * STEP_MM
    weights = np.exp(-0.5 * ((samples[None, :] - points[:, None]) / sd_mm) ** 2)
    weights[:, :start], weights[:, stop:] = 0.0, 0.0
    there = (points >= samples[start] - 1) & (points <= samples[stop - 1] + 1)
    return (weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9) * there[:, None]).astype(np.float32)
