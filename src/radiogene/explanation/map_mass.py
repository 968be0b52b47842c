"""How much of an activation map lies on the nodule, against how much of the image the nodule covers."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.errors import SettingsError
from radiogene.networks.view_sampling import ViewSampler

MAJORITY = 0.5
"""A pixel belongs to the nodule where at least this share of it, interpolated, does."""


@dataclass(frozen=True, eq=False)
class MapMass:
    """The mass of one nodule's maps, view by view and over all views together.

    A map without any preference has a mass share equal to the area share.

    Attributes:
        mass_inside: (V,) sum of each map over the nodule's pixels.
        mass: (V,) sum of each map over all pixels.
        pixels_inside: (V,) how many pixels of each view the nodule covers.
        pixels: of one view.
    """

    mass_inside: NDArray[np.float64]
    mass: NDArray[np.float64]
    pixels_inside: NDArray[np.float64]
    pixels: int

    @property
    def view_mass_shares(self) -> NDArray[np.float64]:
        """(V,) share of each map's mass inside the nodule; NaN where a map is 0 throughout."""
        return np.divide(self.mass_inside, self.mass, out=np.full(self.mass.shape, np.nan), where=self.mass > 0)

    @property
    def view_area_shares(self) -> NDArray[np.float64]:
        """(V,) share of each view's area that the nodule covers."""
        return self.pixels_inside / self.pixels

    @property
    def mass_share(self) -> float:
        """Share of the mass of all maps inside the nodule; NaN where every map is 0 throughout."""
        total = float(self.mass.sum())
        return float(self.mass_inside.sum()) / total if total > 0 else float("nan")

    @property
    def area_share(self) -> float:
        """Share of the area of all views that the nodule covers."""
        return float(self.view_area_shares.mean())


def map_mass(maps_vhw: NDArray[np.floating], inside_vhw: NDArray[np.bool_]) -> MapMass:
    """The mass of a nodule's maps inside it and in all, and its area.

    Args:
        maps_vhw: (V, S, S), at least 0.
        inside_vhw: (V, S, S) which pixels are the nodule's, cut as the network's views are (`segment_views`).

    Raises:
        SettingsError: arrays of different shapes.
    """
    if maps_vhw.ndim != 3 or maps_vhw.shape != inside_vhw.shape:
        raise SettingsError(
            f"Activation maps of shape {maps_vhw.shape} and a segment of shape {inside_vhw.shape}: expected the same "
            "views and pixels."
        )
    maps = maps_vhw.astype(np.float64)
    return MapMass(
        mass_inside=np.where(inside_vhw, maps, 0.0).sum(axis=(1, 2)),
        mass=maps.sum(axis=(1, 2)),
        pixels_inside=inside_vhw.sum(axis=(1, 2)).astype(np.float64),
        pixels=maps.shape[1] * maps.shape[2],
    )


def segment_views(segment_zyx: NDArray[np.bool_], sampler: ViewSampler) -> NDArray[np.bool_]:
    """Which pixels (V, S, S) of the network's views show the nodule.

    Args:
        segment_zyx: (64, 64, 64) on the cube's samples.
        sampler: that cuts the network's views.
    """
    device = sampler.fraction.device
    with torch.inference_mode():
        share = sampler(torch.from_numpy(segment_zyx.astype(np.float32))[None].to(device))[0]
    return np.asarray(share.cpu().numpy() >= MAJORITY)


def opposite_segment(segment_zyx: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The segment (64, 64, 64) reflected through the cube's centre.

    It has the nodule's size, shape and distance from the centre but not its place: a network that has learnt a place
    rather than a nodule leaves as much mass on either.
    """
    return segment_zyx[::-1, ::-1, ::-1].copy()
