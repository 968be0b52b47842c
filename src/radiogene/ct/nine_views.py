"""The nine views of a cube: three along its axes and six through two opposite edges (Figure 2A of the paper)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from radiogene.ct.resampling import CUBE_MM, CUBE_SAMPLES, SAMPLE_MM
from radiogene.ct.scan import AIR_HU
from radiogene.errors import SettingsError

Direction = tuple[int, int, int]

L: Direction = (1, 0, 0)
P: Direction = (0, 1, 0)
F: Direction = (0, 0, -1)
"""To the patient's left, back and feet, as steps along the cube's (x, y, z) axes."""


class ViewSampling(StrEnum):
    """How a diagonal, which is 64 sqrt 2 mm long, fills a square image."""

    STRETCHED = "stretched"
    """64 mm on an axis and 64 sqrt 2 mm on a diagonal fill the same number of pixels (default)."""
    ISOTROPIC = "isotropic"
    """Diagonal views have the diagonal's scale on both axes and -1024 HU outside the cube."""


@dataclass(frozen=True)
class View:
    """One plane through the cube's centre.

    Attributes:
        name: geometric name, stable in files.
        row_direction: where growing row index r points, in steps along (x, y, z); two steps make a diagonal.
        column_direction: where growing column index c points.
        field_mm: side of the part of the cube, about its centre, that it shows; the paper's is the whole cube.
    """

    name: str
    row_direction: Direction
    column_direction: Direction
    field_mm: float = CUBE_MM

    @property
    def is_diagonal(self) -> bool:
        """True for the six planes through two opposite edges of the cube."""
        return sum(map(abs, self.column_direction)) == 2

    @property
    def size_mm(self) -> tuple[float, float]:
        """Length in mm of an image's row axis and column axis (of the whole cube 64 or 64 sqrt 2)."""
        row, column = (float(np.linalg.norm(axis)) for axis in self.axes_mm(ViewSampling.STRETCHED))
        return row, column

    def axes_mm(self, sampling: ViewSampling) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """An image's row axis and column axis (3,) along (x, y, z), as vectors of its full length in mm."""
        row_mm = np.asarray(self.row_direction) * self.field_mm
        if sampling is ViewSampling.ISOTROPIC and self.is_diagonal:
            row_mm = row_mm * np.sqrt(2.0)
        return row_mm, np.asarray(self.column_direction) * self.field_mm

    @property
    def normal(self) -> NDArray[np.float64]:
        """The unit vector (3,) along (x, y, z) that the plane stands on."""
        across = np.cross(self.row_direction, self.column_direction).astype(np.float64)
        return np.asarray(across / np.linalg.norm(across))


def _sum(first: Direction, second: Direction, sign: int = 1) -> Direction:
    x, y, z = (a + sign * b for a, b in zip(first, second, strict=True))
    return x, y, z


# DEVIATION: the paper names "transverse, sagittal, and axial" planes, but transverse and axial are one plane; the third
# is taken as coronal.
NINE_VIEWS: tuple[View, ...] = (
    View("axial", P, L),
    View("coronal", F, L),
    View("sagittal", F, P),
    View("F,L+P", F, _sum(L, P)),
    View("F,L-P", F, _sum(L, P, -1)),
    View("P,L+F", P, _sum(L, F)),
    View("P,L-F", P, _sum(L, F, -1)),
    View("L,P+F", L, _sum(P, F)),
    View("L,P-F", L, _sum(P, F, -1)),
)
"""The order is part of every file and model: (row direction, column direction) as in the project's method."""

VIEW_NAMES: tuple[str, ...] = tuple(view.name for view in NINE_VIEWS)

NEAR_NAME = re.compile(r"(?P<plane>.+), (?P<field>[0-9.]+) mm")
"""Name of a view that shows less than the whole cube."""


def view_names_of(planes: tuple[str, ...] = (), fields_mm: Sequence[float] = (CUBE_MM,)) -> tuple[str, ...]:
    """The names of views: each plane in each field, `axial` in the whole cube and `axial, 32 mm` in less.

    Args:
        planes: names of some of `NINE_VIEWS`, in any order; all where none is named.
        fields_mm: sides of the parts of the cube that the views show.

    Raises:
        SettingsError: a plane that does not exist or is named twice.
    """
    if len(set(planes)) != len(planes) or not set(planes) <= set(VIEW_NAMES):
        raise SettingsError(f"Found the `views` {list(planes)}; expected some of {', '.join(VIEW_NAMES)}, each once.")
    chosen = [name for name in VIEW_NAMES if name in planes or not planes]
    endings = ["" if field_mm == CUBE_MM else f", {field_mm:g} mm" for field_mm in fields_mm]
    return tuple(name + ending for ending in endings for name in chosen)


def views_named(names: Sequence[str]) -> tuple[View, ...]:
    """The views with these names, in this order.

    Raises:
        SettingsError: a name that `view_names_of` does not give.
    """
    by_name = {view.name: view for view in NINE_VIEWS}
    views = []
    for name in names:
        plane, field_mm = name, CUBE_MM
        if found := NEAR_NAME.fullmatch(name):
            plane, field_mm = found["plane"], float(found["field"])
        if plane not in by_name:
            raise SettingsError(
                f"No view {name!r}: expected one of {', '.join(VIEW_NAMES)}, or one of less than 64 mm."
            )
        views.append(replace(by_name[plane], name=name, field_mm=field_mm))
    return tuple(views)


def view_points_mm(
    size: int, sampling: ViewSampling = ViewSampling.STRETCHED, views: tuple[View, ...] = NINE_VIEWS
) -> NDArray[np.float64]:
    """(V, size, size, 3) positions in mm of the views' pixels from the cube's centre; last axis (x, y, z).

    Pixel (r, c) lies at ((c + 0.5)/S - 0.5) Lc along the column direction and ((r + 0.5)/S - 0.5) Lr along the row
    direction, where L is the view's field, 64 mm in the paper, on an axis and sqrt 2 times that on a diagonal.

    Args:
        size: pixels S along each side of an image.
        sampling: whether diagonal views have the diagonal's scale on both axes.
        views: which views, in order.
    """
    fraction = (np.arange(size) + 0.5) / size - 0.5
    images = []
    for view in views:
        row_mm, column_mm = view.axes_mm(sampling)
        images.append(fraction[:, None, None] * row_mm + fraction[None, :, None] * column_mm)
    return np.stack(images)


def cut_views(
    cube_zyx: NDArray[np.floating | np.int16],
    size: int = CUBE_SAMPLES,
    sampling: ViewSampling = ViewSampling.STRETCHED,
    views: tuple[View, ...] = NINE_VIEWS,
) -> NDArray[np.float32]:
    """The views (V, size, size) float32 HU of a cube, trilinear and edge-clamped.

    With size 64 and the default sampling the six diagonals are exact sets of cube samples; the other three planes pass
    between two layers of samples and are their mean.

    Args:
        cube_zyx: (64, 64, 64) HU.
        size: pixels along each side.
        sampling: see `view_points_mm`.
        views: which views, in order.

    Source: paper, Figure 2A.
    """
    points = view_points_mm(size, sampling, views)
    index_zyx = np.moveaxis(points[..., ::-1] / SAMPLE_MM + (CUBE_SAMPLES - 1) / 2, -1, 0)
    images = ndimage.map_coordinates(cube_zyx.astype(np.float64), index_zyx, order=1, mode="nearest")
    images[(np.abs(points) > CUBE_MM / 2).any(axis=-1)] = AIR_HU
    return images.astype(np.float32)
