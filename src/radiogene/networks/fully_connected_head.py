"""From an image's features and a patient's values to one logit per gene."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from radiogene.networks.feature_dropout import FeatureDropout
from radiogene.networks.mixed_precision import full_precision, is_mixed


class FullyConnectedHead(nn.Module):
    """Dropout of the image features, then fully connected layers with ReLU between them; values join at the first.

    Args:
        feature_count: image features C.
        value_count: further values K of the patient; 0 for image only.
        hidden: neurons of the layers before the last; none for a single layer.
        genes: logits G.
        dropout_keep: share of the image features that dropout keeps.
    """

    def __init__(
        self, feature_count: int, value_count: int, hidden: tuple[int, ...], genes: int, dropout_keep: float
    ) -> None:
        super().__init__()
        self.dropout = FeatureDropout(dropout_keep)
        widths = (feature_count + value_count, *hidden, genes)
        layers = [nn.Linear(before, after) for before, after in pairwise(widths)]
        for layer in layers:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        # Small first logits: every patient starts near one half, whatever the scale of the features.
        nn.init.normal_(layers[-1].weight, std=0.01)
        self.layers = nn.ModuleList(layers)

    def forward(self, features: Tensor, values: Tensor, kept: Tensor | None = None) -> Tensor:
        """The logits (B, G); in float32 also where the features are not.

        Args:
            features: (B, C) of images.
            values: (B, K), scaled and without gaps.
            kept: (B, C) bool, the features that dropout keeps in training; None draws them.
        """
        if is_mixed(features.device):
            with full_precision(features.device):
                return self.forward(features.float(), values, kept)
        hidden = torch.cat([self.dropout(features, kept), values], dim=1)
        for layer in self.layers[:-1]:
            hidden = torch.relu(layer(hidden))
        return self.layers[-1](hidden)
