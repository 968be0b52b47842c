"""The losses: cross-entropy from logits, averaged gene by gene over the patients whose status is known.

DEVIATION: Eq. 9 takes the cross-entropy of the true class's own sigmoid only, which over two independent sigmoids is
minimised by saturating both. Here the views' stages use binary cross-entropy on both neurons against the one-hot label,
and the fused stage binary cross-entropy on P.
"""

import torch
from torch import Tensor
from torch.nn import functional

from radiogene.networks.gene_branch import MUTANT, WILD_TYPE


def branch_loss(
    branch_logits: Tensor,
    labels: Tensor,
    known: Tensor,
    class_weights: Tensor | None = None,
    known_total: Tensor | None = None,
) -> Tensor:
    """The loss of the branches: binary cross-entropy on both neurons, averaged over neurons and summed over views.

    The views share no branch, and in the paper's network nothing at all: their sum lets each learn at the full rate,
    whatever their number.

    Args:
        branch_logits: (B, V, G, 2).
        labels: (B, G), 1 for mutant and 0 for wild type; anything where unknown.
        known: (B, G) bool.
        class_weights: (G, 2) factors of a wild-type and of a mutant patient's loss, or None for 1.
        known_total: (G,) number of known patients to divide by; None for those of this batch. Give the count of all
            parts where one batch is split over steps or processes, and add the parts' losses.

    Source: Eq. 9.
    """
    mutant = _known_labels(labels, known).to(branch_logits.dtype)
    one_hot = torch.zeros(*mutant.shape, 2, dtype=mutant.dtype, device=mutant.device)
    one_hot[..., MUTANT] = mutant
    one_hot[..., WILD_TYPE] = 1.0 - mutant
    loss = functional.binary_cross_entropy_with_logits(
        branch_logits, one_hot.unsqueeze(1).expand_as(branch_logits), reduction="none"
    )
    return _sum_of_gene_means(loss.mean(dim=3).sum(dim=1), mutant, known, class_weights, known_total)


def fused_loss(
    fused_logits: Tensor,
    labels: Tensor,
    known: Tensor,
    class_weights: Tensor | None = None,
    known_total: Tensor | None = None,
) -> Tensor:
    """The loss of the fused prediction: binary cross-entropy of P(gene).

    Args:
        fused_logits: (B, G).
        labels: as in `branch_loss`.
        known: as in `branch_loss`.
        class_weights: as in `branch_loss`.
        known_total: as in `branch_loss`.

    Source: Eq. 9.
    """
    mutant = _known_labels(labels, known).to(fused_logits.dtype)
    loss = functional.binary_cross_entropy_with_logits(fused_logits, mutant, reduction="none")
    return _sum_of_gene_means(loss, mutant, known, class_weights, known_total)


def _known_labels(labels: Tensor, known: Tensor) -> Tensor:
    """Labels (B, G) with 0 where unknown, so that a missing value (NaN) never meets the arithmetic."""
    return torch.where(known, labels, torch.zeros_like(labels))


def _sum_of_gene_means(
    loss: Tensor, mutant: Tensor, known: Tensor, class_weights: Tensor | None, known_total: Tensor | None
) -> Tensor:
    """Sum over genes of the mean over known patients of loss (B, G); a gene with none known adds exactly 0."""
    if class_weights is not None:
        weights = class_weights.to(loss.dtype)
        loss = loss * torch.where(mutant > 0, weights[:, MUTANT], weights[:, WILD_TYPE])
    total = known.sum(dim=0) if known_total is None else known_total
    summed = torch.where(known, loss, torch.zeros_like(loss)).sum(dim=0)
    return (summed / total.clamp(min=1)).sum()
