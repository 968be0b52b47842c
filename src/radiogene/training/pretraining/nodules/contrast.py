"""Learning from nodules without labels, as a Lightning module: SimCLR, its head and its loss from lightly.

Two looks at one nodule should have features nearer to each other than to those of any other nodule of the batch.

Source: Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, ICML 2020.
"""

import importlib.util
from typing import cast

import torch
from torch import Tensor, nn

from radiogene.errors import SettingsError
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.standardisation import Standardisation
from radiogene.training.batches.training_patients import PatientBatch
from radiogene.training.pretraining.nodules.pair_draws import LOOKS, PairDraws
from radiogene.training.pretraining.nodules.single_views import SingleViews, network_images
from radiogene.training.pretraining.pretraining_module import PretrainingModule
from radiogene.training.pretraining.settings import PretrainingSettings

PROJECTION = 128
"""Numbers that the loss compares (SimCLR)."""

TEMPERATURE = 0.5
"""Of the loss; lightly's own."""


class ViewProjection(nn.Module):
    """Feature network with SimCLR's projection head; features stay the network's, the head is thrown away.

    Args:
        network: gives the features.
    """

    def __init__(self, network: FeatureNetwork) -> None:
        from lightly.models.modules.heads import SimCLRProjectionHead

        super().__init__()
        self.network = network
        self.head = SimCLRProjectionHead(network.feature_count, network.feature_count, PROJECTION)

    def forward(self, images: Tensor) -> Tensor:
        """The projections (B, 128).

        Args:
            images: (B, 3, S, S), standardised.
        """
        return cast("Tensor", self.head(self.network.features(images)))


class NoduleContrast(PretrainingModule):
    """Minimises the contrastive loss NT-Xent among the nodules of a batch.

    Args:
        network: feature network and head; trained in place.
        settings: seed, schedule and views.
        standardisation: of the network's input.
    """

    def __init__(
        self, network: ViewProjection, settings: PretrainingSettings, standardisation: Standardisation
    ) -> None:
        from lightly.loss.ntx_ent_loss import NTXentLoss

        super().__init__(network, settings, parts=1)
        self.standardisation = standardisation
        self.cut = SingleViews(settings.sizes, settings.view_names)
        self.draws = PairDraws(settings.seed, len(settings.view_names))
        self.contrast = NTXentLoss(temperature=TEMPERATURE)

    def part_loss(self, batch: PatientBatch, epoch: int | None) -> Tensor:
        """See `PretrainingModule`; the validation nodules are compared part by part, each part by its share."""
        projections = self.network(self._images(batch, epoch)).float()
        loss = self.contrast(*projections.chunk(LOOKS))
        return cast("Tensor", loss * batch.known.sum() / batch.known_total[0])

    def _images(self, batch: PatientBatch, epoch: int | None) -> Tensor:
        """(2 B, 3, S, S): the first looks at all nodules, then the second ones."""
        device = batch.inputs.device
        drawn = self.draws.draw(epoch, batch.nodules.tolist())
        mean_hu, looks = self.standardisation.mean_hu, []
        for look in range(LOOKS):
            transforms = drawn.transforms.at((slice(None), [look])).to(device)
            views_hu = self.cut(batch.inputs, drawn.views[:, look].to(device), transforms)
            gain, offset = (values[:, look, None, None].to(device) for values in (drawn.gain, drawn.offset_hu))
            looks.append(mean_hu + (views_hu - mean_hu) * gain + offset)
        return network_images(torch.cat(looks), self.standardisation)


def require_lightly() -> None:
    """Refuse to learn without labels where the library that does it is not installed.

    Raises:
        SettingsError: naming the extra.
    """
    if importlib.util.find_spec("lightly") is None:
        raise SettingsError('`self_supervised` needs lightly: pip install "radiogene[ssl]".')
