"""Telling classes of images apart, as a Lightning module."""

import torch
from torch import Tensor
from torch.nn import functional

from radiogene.model.pretrained_folder import ImageScaling
from radiogene.networks.feature_dropout import FeatureDropout
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.training.batches.dropout_draws import DropoutDraws
from radiogene.training.fitting.fitted_module import FittedModule
from radiogene.training.fitting.optimisers import optimiser_of
from radiogene.training.pretraining.image_augmentation import ImageAugmentation, cut_out
from radiogene.training.pretraining.image_batches import ImageBatch
from radiogene.training.pretraining.image_scaling import scaled
from radiogene.training.pretraining.settings import PretrainingSettings

VALIDATION_ACCURACY = "validation_accuracy"
"""Name under which every epoch's share of right classes is logged and kept."""


class ImageClassification(FittedModule):
    """Minimises the cross-entropy of the classes, with every layer trained.

    Args:
        network: trained in place.
        settings: seed and schedule.
        scaling: of the network's input.
        parts: into which every optimiser's batch is cut; their losses are averaged by Lightning, and add up here.

    Source: paper, "Deep learning model", pretraining.
    """

    network: ViewClassifier

    def __init__(
        self, network: ViewClassifier, settings: PretrainingSettings, scaling: ImageScaling, parts: int = 1
    ) -> None:
        super().__init__("pretraining", parts)
        # Images arrive with the channels last; on a CPU convolutions are fastest when they stay there.
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.schedule = settings.schedule
        self.scaling = scaling
        self.augmentation = ImageAugmentation(settings.seed, settings.schedule.smallest_side)
        self.dropout_draws = DropoutDraws(settings.seed, settings.sizes.dropout_keep)
        self.dropout = FeatureDropout(settings.sizes.dropout_keep)

    def training_step(self, batch: ImageBatch, batch_index: int) -> Tensor:
        """The loss of a part of a batch."""
        self.set_learning_rate(self.schedule.learning_rate_at(self.current_epoch))
        return self.training_part(self._loss(self._training_logits(batch), batch), batch_index)

    def validation_step(self, batch: ImageBatch, batch_index: int) -> None:
        """Logs what a part of the validation images, as they are, adds to its loss and accuracy."""
        logits = self.network(scaled(batch.pixels, self.scaling))
        self.log_validation_part(self._loss(logits, batch), batch_index)
        right = ((logits.argmax(dim=1) == batch.labels) & batch.counted).sum() / batch.total
        self.log(VALIDATION_ACCURACY, right, on_epoch=True, prog_bar=True, reduce_fx=torch.sum, sync_dist=True)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimiser of all layers."""
        return optimiser_of(self.schedule.optimiser, list(self.parameters()), self.schedule.learning_rate)

    def _training_logits(self, batch: ImageBatch) -> Tensor:
        # The classifier's own dropout draws by the order of work; a resumed training would draw otherwise.
        chosen = batch.images.tolist()
        maps = self.augmentation.draw(self.current_epoch, chosen).to(batch.pixels.device)
        images = cut_out(scaled(batch.pixels, self.scaling), maps)
        features = self.network.network.features(images)
        kept = self.dropout_draws.draw(self.current_epoch, chosen, views=1, features=features.shape[1])
        return self.network.fully_connected(
            self.dropout(features, None if kept is None else kept[:, 0].to(features.device))
        )

    def _loss(self, logits: Tensor, batch: ImageBatch) -> Tensor:
        """The sum over a part, divided by the images of the whole batch."""
        each = functional.cross_entropy(logits.float(), batch.labels, reduction="none")
        return (each * batch.counted).sum() / batch.total
