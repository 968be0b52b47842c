"""Telling what columns say of a nodule from single views of it, as a Lightning module."""

import torch
from torch import Tensor

from radiogene.networks.feature_dropout import FeatureDropout
from radiogene.networks.losses import fused_loss
from radiogene.networks.standardisation import Standardisation
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.training.batches.augmentation import Augmentation
from radiogene.training.batches.dropout_draws import DropoutDraws
from radiogene.training.pretraining.nodules.nodule_views import ViewBatch
from radiogene.training.pretraining.nodules.single_views import SingleViews, network_images
from radiogene.training.pretraining.pretraining_module import PretrainingModule
from radiogene.training.pretraining.settings import PretrainingSettings


class NoduleRating(PretrainingModule):
    """Minimises the binary cross-entropy of every column, averaged over the views whose nodule has a known label.

    A view's flips, turns, shift and dropout are those that a training of MMDL with this seed draws for it.

    Args:
        network: trained in place; one output per column.
        settings: seed, schedule and views.
        standardisation: of the network's input.
        parts: into which every optimiser's batch is cut.
    """

    network: ViewClassifier

    def __init__(
        self, network: ViewClassifier, settings: PretrainingSettings, standardisation: Standardisation, parts: int = 1
    ) -> None:
        super().__init__(network, settings, parts)
        self.standardisation = standardisation
        self.cut = SingleViews(settings.sizes, settings.view_names)
        self.augmentation = Augmentation(settings.seed, len(settings.view_names))
        self.dropout_draws = DropoutDraws(settings.seed, settings.sizes.dropout_keep)
        self.dropout = FeatureDropout(settings.sizes.dropout_keep)

    def part_loss(self, batch: ViewBatch, epoch: int | None) -> Tensor:
        """See `PretrainingModule`."""
        nodules = batch.nodules
        logits = self.logits(batch) if epoch is None else self._training_logits(batch, epoch)
        return fused_loss(logits.float(), nodules.labels, nodules.known, None, nodules.known_total)

    def logits(self, batch: ViewBatch) -> Tensor:
        """The logits (B, G) of views as they are."""
        views_hu = self.cut(batch.nodules.inputs, batch.views)
        return self.network(network_images(views_hu, self.standardisation))

    def _training_logits(self, batch: ViewBatch, epoch: int) -> Tensor:
        nodules, device = batch.nodules.nodules.tolist(), batch.views.device
        row, view = torch.arange(len(nodules)), batch.views.cpu()
        drawn = self.augmentation.draw(epoch, nodules)
        own = drawn.at((row[:, None], view[:, None])).to(device)
        views_hu = self.cut(batch.nodules.inputs, batch.views, own)
        features = self.network.network.features(network_images(views_hu, self.standardisation))
        kept = self.dropout_draws.draw(epoch, nodules, self.augmentation.views, features.shape[1])
        return self.network.fully_connected(
            self.dropout(features, None if kept is None else kept[row, view].to(device))
        )
