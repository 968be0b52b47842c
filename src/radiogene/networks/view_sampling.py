"""The views of a batch of cubes, augmented and scaled, in one `grid_sample` on the training device.

Equals `ct.nine_views.cut_views` where nothing is augmented; a test holds the two together.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from radiogene.ct.nine_views import NINE_VIEWS, View, ViewSampling
from radiogene.ct.resampling import CUBE_MM
from radiogene.ct.scan import AIR_HU
from radiogene.networks.mixed_precision import full_precision, is_mixed


@dataclass(frozen=True, eq=False)
class ViewTransforms:
    """What augmentation does to each view of each patient: first the shifts, then the turn and flip.

    Attributes:
        turn_flip: (B, V, 2, 2) signed permutation matrices acting on (row, column): one of the 8 symmetries of the
            square.
        shift_mm: (B, V, 2) translation in mm along (row, column) of the image; air fills in.
        depth_mm: (B, V) translation in mm of the plane along the line that it stands on; air fills in.
    """

    turn_flip: Tensor
    shift_mm: Tensor
    depth_mm: Tensor

    def at(self, index: Any) -> "ViewTransforms":
        """Some of the transforms.

        Args:
            index: into the patients, or into patients and views.
        """
        return ViewTransforms(self.turn_flip[index], self.shift_mm[index], self.depth_mm[index])

    def to(self, device: torch.device) -> "ViewTransforms":
        """The same transforms on another device."""
        return ViewTransforms(self.turn_flip.to(device), self.shift_mm.to(device), self.depth_mm.to(device))


class ViewSampler(nn.Module):
    """Cuts the views of cubes by trilinear, edge-clamped interpolation.

    Args:
        size: pixels S along each side of a view.
        sampling: whether diagonal views are stretched or isotropic.
        views: which views, in order.

    Source: paper, Figure 2A; `ct.nine_views.view_points_mm` gives the same positions.
    """

    def __init__(
        self,
        size: int,
        sampling: ViewSampling = ViewSampling.STRETCHED,
        views: tuple[View, ...] = NINE_VIEWS,
    ) -> None:
        super().__init__()
        rows, columns = zip(*(view.axes_mm(sampling) for view in views), strict=True)
        normals = np.stack([view.normal for view in views])
        lengths = np.linalg.norm([rows, columns], axis=-1).T
        self.register_buffer("row_mm", torch.tensor(np.stack(rows), dtype=torch.float32), persistent=False)
        self.register_buffer("column_mm", torch.tensor(np.stack(columns), dtype=torch.float32), persistent=False)
        self.register_buffer("length_mm", torch.tensor(lengths, dtype=torch.float32), persistent=False)
        self.register_buffer("normal", torch.tensor(normals, dtype=torch.float32), persistent=False)
        fraction = (torch.arange(size, dtype=torch.float32) + 0.5) / size - 0.5
        self.register_buffer("fraction", fraction, persistent=False)

    row_mm: Tensor
    column_mm: Tensor
    length_mm: Tensor
    normal: Tensor
    fraction: Tensor

    def forward(self, cubes_zyx: Tensor, transforms: ViewTransforms | None = None) -> Tensor:
        """The views (B, V, S, S) in HU; positions and values are float32 also where the network's numbers are not.

        Args:
            cubes_zyx: (B, 64, 64, 64) HU, any numeric type.
            transforms: augmentation, or None for the views as they are.
        """
        if is_mixed(cubes_zyx.device):
            with full_precision(cubes_zyx.device):
                return self.forward(cubes_zyx, transforms)
        batch = cubes_zyx.shape[0]
        cubes = cubes_zyx.to(torch.float32)
        inside, points = self._points_mm(batch, transforms)
        # grid_sample with align_corners=False: -1 and 1 are the cube's faces, 32 mm from its centre.
        grid = points / (CUBE_MM / 2)
        views, size = grid.shape[1], grid.shape[2]
        sampled = functional.grid_sample(
            cubes[:, None],
            grid.reshape(batch, views, size, size, 3),
            mode="bilinear",
            padding_mode="border",
            align_corners=False,
        )[:, 0]
        return torch.where(inside, sampled, torch.full_like(sampled, AIR_HU))

    def _points_mm(self, batch: int, transforms: ViewTransforms | None) -> tuple[Tensor, Tensor]:
        """Which pixels lie in the cube (B, V, S, S), and where all lie (B, V, S, S, 3) in mm from the centre."""
        size = self.fraction.shape[0]
        row, column = torch.meshgrid(self.fraction, self.fraction, indexing="ij")
        image = torch.stack([row, column], dim=-1)
        if transforms is None:
            image = image.expand(batch, len(self.row_mm), size, size, 2)
        else:
            shift = transforms.shift_mm / self.length_mm
            turned = torch.einsum("bvij,hwj->bvhwi", transforms.turn_flip, image)
            image = turned - shift[:, :, None, None, :]
        points = image[..., :1] * self.row_mm[:, None, None, :] + image[..., 1:] * self.column_mm[:, None, None, :]
        if transforms is not None:
            points = points - (transforms.depth_mm[..., None] * self.normal)[:, :, None, None, :]
        tolerance_mm = 1e-4
        inside = (points.abs() <= CUBE_MM / 2 + tolerance_mm).all(dim=-1)
        return inside, points
