"""Single views of nodules as images of three channels, as the view network sees them in MMDL at its start."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from radiogene.ct.nine_views import views_named
from radiogene.networks.presets import Preset
from radiogene.networks.standardisation import Standardisation, standardised
from radiogene.networks.stem import IMAGE_CHANNELS
from radiogene.networks.view_sampling import ViewSampler, ViewTransforms


class SingleViews(nn.Module):
    """Cuts one view of each of several cubes.

    Args:
        preset: of the network that looks at the views.
        view_names: V views to choose from.
    """

    def __init__(self, preset: Preset, view_names: Sequence[str]) -> None:
        super().__init__()
        self.samplers = nn.ModuleList(ViewSampler(preset.image_size, views=(view,)) for view in views_named(view_names))

    def forward(self, cubes_zyx: Tensor, views: Tensor, transforms: ViewTransforms | None = None) -> Tensor:
        """The views (B, S, S) in HU.

        Args:
            cubes_zyx: (B, 64, 64, 64) HU.
            views: (B,) which view of each cube, 0 to V - 1.
            transforms: (B, 1), augmentation; None for the views as they are.
        """
        order, images = [], []
        for number, sampler in enumerate(self.samplers):
            chosen = torch.nonzero(views == number)[:, 0]
            if len(chosen):
                own = None if transforms is None else transforms.at(chosen)
                order.append(chosen)
                images.append(sampler(cubes_zyx[chosen], own)[:, 0])
        return torch.cat(images)[torch.argsort(torch.cat(order))]


def network_images(views_hu: Tensor, standardisation: Standardisation) -> Tensor:
    """Network input (B, 3, S, S) of views: three equal channels, as `GreyToRgb` gives before it has learnt anything.

    Args:
        views_hu: (B, S, S).
        standardisation: fitted on the fitting patients.
    """
    grey = standardised(views_hu[:, None], standardisation)
    return grey.expand(-1, IMAGE_CHANNELS, -1, -1).contiguous(memory_format=torch.channels_last)
