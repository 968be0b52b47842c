"""Class activation maps: where in each view something raises the probability of a mutation."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from captum.attr import LayerGradCam
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from radiogene.errors import SettingsError
from radiogene.networks.mmdl import MMDL


@dataclass(frozen=True, eq=False)
class ActivationMaps:
    """One gene's maps of one nodule.

    Attributes:
        gene: name of the gene.
        maps_vhw: (V, S, S) float32 from 0 to 1 over all views together, so that views can be compared: the largest
            value is 1, or all are 0 where nothing in the image raises the probability.
    """

    gene: str
    maps_vhw: NDArray[np.float32]

    @property
    def is_empty(self) -> bool:
        """True where no part of any view raises the probability."""
        return not bool(self.maps_vhw.any())


class FromMaps(nn.Module):
    """MMDL from the activation maps of its view networks on; the layer `maps` is where Grad-CAM looks.

    The network's own modules are called and none is changed.

    Args:
        network: in evaluation mode.
    """

    def __init__(self, network: MMDL) -> None:
        super().__init__()
        self.network = network
        self.maps = nn.Identity()

    def forward(self, maps: Tensor, clinical: Tensor) -> Tensor:
        """The fused logits (1, G).

        Args:
            maps: (V, C, h, w) of one nodule.
            clinical: (1, K).
        """
        looked_at, networks = self.maps(maps), self.network.view_networks
        if self.network.shared_view_network:
            features = networks[0].features_of_map(looked_at)  # type: ignore[operator]
        else:
            features = torch.cat(
                [
                    networks[view].features_of_map(looked_at[view : view + 1])  # type: ignore[operator]
                    for view in range(self.network.views)
                ]
            )
        return self.network.from_features(features.unsqueeze(0), clinical).fused_logits


# DEVIATION: the paper names class activation maps and cites another method for them; ours are Grad-CAM of the fused
# logit, because three layers stand between the last map and a gene's output.
def activation_maps(
    network: MMDL, views_standardised: Tensor, clinical: Tensor, gene_index: int, size: int | None = None
) -> ActivationMaps:
    """The maps of one gene; the network is left as it was.

    Each view's map, the last of its network or the last that is not too small (`FeatureNetwork.activation_map`), is
    weighted by the mean gradient of the gene's fused logit, summed over channels, cut at 0, and scaled up. The gradient
    holds the weight of the view in the fusion, so a view that counts little stays dark.

    Args:
        network: in any mode; dropout is off for the maps.
        views_standardised: (1, V, S, S) of one nodule.
        clinical: (1, K), scaled and without gaps.
        gene_index: position in `network.genes`.
        size: pixels along each side of the maps; that of the views where None.

    Raises:
        SettingsError: more than one nodule, or no such gene.

    Source: Figures 7 and 8 of the paper; Selvaraju et al., ICCV 2017, Eq. 1 and 2.
    """
    if not 0 <= gene_index < len(network.genes):
        raise SettingsError(f"Gene number {gene_index}: the network has {len(network.genes)}, counted from 0.")
    return _maps_of_genes(network, views_standardised, clinical, [gene_index], size)[0]


def activation_maps_of_all_genes(
    network: MMDL, views_standardised: Tensor, clinical: Tensor, size: int | None = None
) -> dict[str, ActivationMaps]:
    """The maps of every gene by name, from one pass through the view networks.

    Args:
        network: in any mode.
        views_standardised: (1, V, S, S) of one nodule.
        clinical: (1, K), scaled and without gaps.
        size: pixels along each side of the maps; that of the views where None.

    Raises:
        SettingsError: more than one nodule.
    """
    maps_of_genes = _maps_of_genes(network, views_standardised, clinical, range(len(network.genes)), size)
    return {maps.gene: maps for maps in maps_of_genes}


def ensemble_activation_maps(members: Sequence[ActivationMaps]) -> ActivationMaps:
    """The mean of the members' maps, brought back to a largest value of 1.

    Args:
        members: maps of the same gene, views and size.

    Raises:
        SettingsError: no member, or maps that do not belong together.
    """
    kinds = {(member.gene, member.maps_vhw.shape) for member in members}
    if len(kinds) != 1:
        raise SettingsError(f"Activation maps of {sorted(kinds)}: expected one gene and one shape.")
    stacked = np.stack([member.maps_vhw for member in members]).astype(np.float64)
    return ActivationMaps(members[0].gene, _largest_to_one(stacked.mean(axis=0)))


def _maps_of_genes(
    network: MMDL, views: Tensor, clinical: Tensor, gene_indices: Sequence[int], size: int | None
) -> list[ActivationMaps]:
    """The maps (V, S, S) of some genes of one nodule, views (1, V, S, S), clinical (1, K)."""
    if views.ndim != 4 or views.shape[:2] != (1, network.views):
        raise SettingsError(f"Views of shape {tuple(views.shape)}: expected (1, {network.views}, rows, columns).")
    pixels = size or views.shape[-1]
    maps_of_genes = []
    with _evaluation_mode(network), torch.inference_mode(mode=False), torch.enable_grad():
        # Fresh tensors: gradients are asked for the maps alone, whatever is frozen, and inference tensors cannot serve.
        maps = maps_of_views(network, views[0].detach().clone()).requires_grad_()
        head = FromMaps(network)
        for index in gene_indices:
            attribution = LayerGradCam(head, head.maps).attribute(
                maps, target=index, additional_forward_args=(clinical.detach().clone(),), relu_attributions=True
            )
            upsampled = functional.interpolate(
                attribution.detach(), size=(pixels, pixels), mode="bilinear", align_corners=False
            )
            maps_vhw = upsampled[:, 0].cpu().to(torch.float64).numpy()
            maps_of_genes.append(ActivationMaps(network.genes[index], _largest_to_one(maps_vhw)))
    return maps_of_genes


@torch.no_grad()
def maps_of_views(network: MMDL, images: Tensor) -> Tensor:
    """The activation maps (V, C, h, w) of one nodule's views, without gradients.

    Args:
        network: in evaluation mode.
        images: (V, S, S), standardised.
    """
    grey, trunks = network.grey_to_rgb, network.view_networks
    if network.shared_view_network:
        return trunks[0].activation_map(grey[0](images.unsqueeze(1)))  # type: ignore[operator]
    return torch.cat(
        [
            trunks[view].activation_map(grey[view](images[view : view + 1].unsqueeze(1)))  # type: ignore[operator]
            for view in range(network.views)
        ]
    )


@contextmanager
def _evaluation_mode(network: nn.Module) -> Iterator[None]:
    """Evaluation mode for a block; afterwards every module is in the mode that it was in."""
    modes = {module: module.training for module in network.modules()}
    network.eval()
    try:
        yield
    finally:
        for module, training in modes.items():
            module.training = training


def _largest_to_one(maps: NDArray[np.float64]) -> NDArray[np.float32]:
    """The maps divided by their largest value, unless that is 0."""
    largest = float(maps.max())
    return (maps / largest if largest > 0 else maps).astype(np.float32)
