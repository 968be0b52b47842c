"""Telling classes of images apart, as a Lightning module."""

import torch
from torch import Tensor
from torch.nn import functional

from radiogene.model.pretrained_folder import ImageScaling
from radiogene.networks.feature_dropout import FeatureDropout
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.training.batches.dropout_draws import DropoutDraws
from radiogene.training.pretraining.image_augmentation import ImageAugmentation, cut_out
from radiogene.training.pretraining.image_batches import ImageBatch
from radiogene.training.pretraining.image_scaling import scaled
from radiogene.training.pretraining.pretraining_module import PretrainingModule
from radiogene.training.pretraining.settings import PretrainingSettings

VALIDATION_ACCURACY = "validation_accuracy"
"""Name under which every epoch's share of right classes is logged and kept."""


class ImageClassification(PretrainingModule):
    """Minimises the cross-entropy of the classes, with every layer trained.

    Args:
        network: trained in place.
        settings: seed and schedule.
        scaling: of the network's input.
        parts: into which every optimiser's batch is cut.

    Source: paper, "Deep learning model", pretraining.
    """

    network: ViewClassifier

    def __init__(
        self, network: ViewClassifier, settings: PretrainingSettings, scaling: ImageScaling, parts: int = 1
    ) -> None:
        super().__init__(network, settings, parts)
        self.scaling = scaling
        self.augmentation = ImageAugmentation(settings.seed, settings.schedule.smallest_side)
        self.dropout_draws = DropoutDraws(settings.seed, settings.sizes.dropout_keep)
        self.dropout = FeatureDropout(settings.sizes.dropout_keep)

    def part_loss(self, batch: ImageBatch, epoch: int | None) -> Tensor:
        """The sum over a part, divided by the images of the whole batch; in validation the accuracy is logged too."""
        images = scaled(batch.pixels, self.scaling)
        if epoch is not None:
            return _loss(self._training_logits(images, batch, epoch), batch)
        logits = self.network(images)
        right = ((logits.argmax(dim=1) == batch.labels) & batch.counted).sum() / batch.total
        self.log(VALIDATION_ACCURACY, right, on_epoch=True, prog_bar=True, reduce_fx=torch.sum, sync_dist=True)
        return _loss(logits, batch)

    def _training_logits(self, images: Tensor, batch: ImageBatch, epoch: int) -> Tensor:
        # The classifier's own dropout draws by the order of work; a resumed training would draw otherwise.
        chosen = batch.images.tolist()
        maps = self.augmentation.draw(epoch, chosen).to(images.device)
        features = self.network.network.features(cut_out(images, maps))
        kept = self.dropout_draws.draw(epoch, chosen, views=1, features=features.shape[1])
        return self.network.fully_connected(
            self.dropout(features, None if kept is None else kept[:, 0].to(features.device))
        )


def _loss(logits: Tensor, batch: ImageBatch) -> Tensor:
    each = functional.cross_entropy(logits.float(), batch.labels, reduction="none")
    return (each * batch.counted).sum() / batch.total
