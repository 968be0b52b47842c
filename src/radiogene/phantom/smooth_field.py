"""Smooth random fields: uniform cubic B-splines with random coefficients, evaluated by one matrix per axis."""

import numpy as np
from numpy.typing import NDArray

SPLINE_SUPPORT = 4
"""Coefficients that a cubic B-spline needs around a point."""


def smooth_field(
    rng: np.random.Generator, shape_zyx: tuple[int, int, int], knots_zyx: tuple[float, float, float]
) -> NDArray[np.float32]:
    """A smooth random field (slices, rows, columns), float32, mean 0 and SD 1 at its rough scale.

    Args:
        rng: source of the coefficients.
        shape_zyx: samples per axis.
        knots_zyx: distance between the spline's knots in samples, per axis; the scale of the texture.
    """
    bases = [_basis(count, knot, rng.random()) for count, knot in zip(shape_zyx, knots_zyx, strict=True)]
    coefficients = rng.standard_normal([basis.shape[1] for basis in bases], dtype=np.float32)
    basis_z, basis_y, basis_x = bases
    along_x = coefficients @ basis_x.T
    along_yx = np.matmul(basis_y, along_x)
    field = (basis_z @ along_yx.reshape(len(along_yx), -1)).reshape(shape_zyx)
    # A sum of independent coefficients has the product of the bases' mean squared norms as its variance.
    variance = np.prod([np.square(basis).sum(axis=1).mean() for basis in bases])
    field /= np.float32(np.sqrt(variance))
    return field


def _basis(count: int, knot: float, offset: float) -> NDArray[np.float32]:
    """The weights (samples, coefficients) of the cubic B-splines at each sample; rows sum to 1."""
    position = np.arange(count) / knot + offset
    first = np.floor(position).astype(int)
    t = position - first
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1) / 6
    basis = np.zeros((count, first[-1] + SPLINE_SUPPORT), dtype=np.float32)
    np.put_along_axis(basis, first[:, None] + np.arange(SPLINE_SUPPORT), weights.astype(np.float32), axis=1)
    return basis
