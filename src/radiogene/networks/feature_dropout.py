"""Dropout of a view's features, by a draw that may be given."""

from torch import Tensor, nn
from torch.nn import functional


class FeatureDropout(nn.Module):
    """In training, sets features to 0 and scales the others up; in evaluation, nothing.

    Args:
        keep: share of the features that stay.

    Source: paper, "Deep learning model": dropout with keep = 0.8.
    """

    def __init__(self, keep: float) -> None:
        super().__init__()
        self.keep = keep

    def forward(self, features: Tensor, kept: Tensor | None = None) -> Tensor:
        """The features that stay (..., C), scaled.

        Args:
            features: (..., C).
            kept: bool of the same shape; None draws by PyTorch's own generator.
        """
        if not self.training or self.keep >= 1:
            return features
        if kept is None:
            return functional.dropout(features, 1.0 - self.keep)
        return features * kept / self.keep
