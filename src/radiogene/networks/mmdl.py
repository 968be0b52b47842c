"""MMDL: several views of a nodule, several genes, one network (multi-channel multi-task deep learning)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.export
from torch import Tensor, nn

from radiogene.errors import SettingsError
from radiogene.networks.feature_dropout import FeatureDropout
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.fusion import Fusion
from radiogene.networks.gene_branch import ClinicalEntry, ViewBranches
from radiogene.networks.grey_to_rgb import GreyToRgb
from radiogene.networks.mixed_precision import full_precision, is_mixed
from radiogene.networks.recomputation import recomputed


@dataclass(frozen=True, eq=False)
class MMDLOutput:
    """What MMDL says of a batch; both are logits.

    Attributes:
        branch_logits: (B, V, G, 2) of every view's branches; last axis wild type, mutant.
        fused_logits: (B, G) of a mutation, from all views.
    """

    branch_logits: Tensor
    fused_logits: Tensor

    @property
    def probabilities(self) -> Tensor:
        """The probability (B, G) of a mutation in each gene."""
        return torch.sigmoid(self.fused_logits)


# Lets `torch.export` and the exporters built on it return the output as it is.
torch.export.register_dataclass(MMDLOutput, serialized_type_name="radiogene.networks.mmdl.MMDLOutput")


class MMDL(nn.Module):
    """Feature networks of the views, a branch per view and gene, and their fusion.

    A shared feature network looks at all views in one batch; the branches stay separate for each view, as Eq. 5 and 6
    give each view its own weights. With `recompute` set, a training step keeps no maps but computes them again in the
    backward pass, one feature network after the other.

    Args:
        genes: names of the genes, in the order of every output's gene axis.
        views: number of views V.
        clinical_count: number of clinical values K; 0 for image only.
        view_networks: one network that all views share, or one for each view.
        dropout_keep: share of the features that dropout keeps.
        clinical_at: where clinical values join the branches.

    Raises:
        SettingsError: no gene or a gene named twice, no view, or a number of networks that is neither 1 nor V.

    Source: Figure 2; Eq. 5 to 8.
    """

    def __init__(
        self,
        genes: Sequence[str],
        views: int,
        clinical_count: int,
        view_networks: Sequence[FeatureNetwork],
        dropout_keep: float,
        clinical_at: ClinicalEntry = ClinicalEntry.FC256_OUTPUT,
    ) -> None:
        super().__init__()
        _check_sizes(genes, views, clinical_count, len(view_networks))
        self.genes = tuple(genes)
        self.views = views
        self.clinical_count = clinical_count
        self.grey_to_rgb = nn.ModuleList([GreyToRgb() for _ in view_networks])
        self.view_networks = nn.ModuleList(view_networks)
        self.dropout = FeatureDropout(dropout_keep)
        self.feature_count = view_networks[0].feature_count
        self.branches = nn.ModuleList(
            [ViewBranches(len(genes), self.feature_count, clinical_count, clinical_at) for _ in range(views)]
        )
        self.fusion = Fusion(len(genes), views)
        self.recompute = False
        self._compiled: tuple[Callable[[Tensor], Tensor], ...] = ()

    @property
    def shared_view_network(self) -> bool:
        """True where one network looks at all views."""
        return len(self.view_networks) == 1

    def forward(self, views_bvhw: Tensor, clinical: Tensor, kept: Tensor | None = None) -> MMDLOutput:
        """The logits of a batch of patients.

        Args:
            views_bvhw: (B, V, S, S) float, standardised.
            clinical: (B, K) float, scaled and without gaps.
            kept: (B, V, C) bool, the features that dropout keeps in training; None draws them.
        """
        return self.from_features(self.view_features(views_bvhw), clinical, kept)

    def view_features(self, views_bvhw: Tensor) -> Tensor:
        """The features (B, V, C) of each view, before dropout; those of a frozen network may be kept and used again.

        Args:
            views_bvhw: (B, V, S, S) float, standardised.

        Raises:
            SettingsError: another number of views than the network's.
        """
        if views_bvhw.ndim != 4 or views_bvhw.shape[1] != self.views:
            raise SettingsError(
                f"Views of shape {tuple(views_bvhw.shape)}: expected (patients, {self.views}, rows, columns)."
            )
        if self.shared_view_network:
            features = self.features_of_view(0, views_bvhw.flatten(0, 1))
            return features.unflatten(0, (-1, self.views))
        return torch.stack([self.features_of_view(view, views_bvhw[:, view]) for view in range(self.views)], dim=1)

    def features_of_view(self, view: int, images_bhw: Tensor) -> Tensor:
        """The features (B, C) of images of one view, before dropout.

        Args:
            view: index of the view, which chooses the network unless it is shared.
            images_bhw: (B, S, S) float, standardised.
        """
        index = 0 if self.shared_view_network else view
        images = self.grey_to_rgb[index](images_bhw.unsqueeze(1))
        # Channels last is about 1.5 times as fast on CPUs, and every layer keeps the order that it is given.
        images = images.contiguous(memory_format=torch.channels_last)
        network = self.view_networks[index]
        training = self.training and torch.is_grad_enabled()
        if self.recompute and training:
            return recomputed(network, images)
        if self._compiled and training:
            return self._compiled[index](images)
        return network(images)

    def compile_for_training(self, backend: str = "inductor") -> None:
        """Compile the view networks for training steps; evaluation runs them as they are.

        Args:
            backend: of `torch.compile`.
        """
        self._compiled = tuple(torch.compile(network.forward, backend=backend) for network in self.view_networks)

    def from_features(self, features: Tensor, clinical: Tensor, kept: Tensor | None = None) -> MMDLOutput:
        """The logits of a batch from its views' features; in float32 also where the features are not.

        Args:
            features: (B, V, C) from `view_features`.
            clinical: (B, K) float, scaled and without gaps.
            kept: see `forward`.
        """
        if is_mixed(features.device):
            with full_precision(features.device):
                return self.from_features(features.float(), clinical, kept)
        branch_logits = self.branch_logits(features, clinical, kept)
        return MMDLOutput(branch_logits, self.fusion(branch_logits))

    def branch_logits(self, features: Tensor, clinical: Tensor, kept: Tensor | None = None) -> Tensor:
        """The logits (B, V, G, 2) of every view's branches.

        Args:
            features: (B, V, C) from `view_features`.
            clinical: (B, K) float, scaled and without gaps.
            kept: see `forward`.

        Raises:
            SettingsError: another number of clinical values than the network's.

        Source: Eq. 5 and 6 before their sigmoid.
        """
        if clinical.ndim != 2 or clinical.shape[1] != self.clinical_count:
            raise SettingsError(
                f"Clinical values of shape {tuple(clinical.shape)}: expected (patients, {self.clinical_count})."
            )
        dropped = self.dropout(features, kept)
        return torch.stack([branch(dropped[:, view], clinical) for view, branch in enumerate(self.branches)], dim=1)

    def trunk_parameters(self) -> Iterator[nn.Parameter]:
        """The parameters up to the features: grey to three channels, and the view networks."""
        yield from self.grey_to_rgb.parameters()
        yield from self.view_networks.parameters()

    def branch_parameters(self) -> Iterator[nn.Parameter]:
        """The parameters of the branches' fully connected layers."""
        return self.branches.parameters()

    def fusion_parameters(self) -> Iterator[nn.Parameter]:
        """The fusion weights U."""
        return self.fusion.parameters()


def _check_sizes(genes: Sequence[str], views: int, clinical_count: int, networks: int) -> None:
    """Refuse sizes that cannot be meant."""
    if not genes or len(set(genes)) != len(genes) or not all(genes):
        raise SettingsError(f"Genes {list(genes)}: expected at least one name, none empty, none twice.")
    if views < 1 or clinical_count < 0:
        raise SettingsError(f"{views} views and {clinical_count} clinical values: expected at least 1 and 0.")
    if networks not in (1, views):
        raise SettingsError(f"{networks} view networks for {views} views: expected one that all share, or {views}.")
