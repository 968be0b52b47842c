"""The adaptive fusion of all views into one probability per gene, and what each view weighs in it."""

import torch
from torch import Tensor, nn

from radiogene.errors import TrainingError
from radiogene.networks.gene_branch import FC2, MUTANT, WILD_TYPE
from radiogene.storage.plain_words import counted

START_SLOPE = 2.0
"""Sum over views of each starting weight U.

With O_wild = 1 - O_mutant the fused logit then starts at 2 (2 p - 1), p being the views' mean probability of a
mutation: the tangent of logit(p) at p = 0.5, that is, the average vote.
"""


class Fusion(nn.Module):
    """Weighted sum of the outputs of all views' branches, gene by gene, without bias.

    Args:
        genes: number of genes G.
        views: number of views V.

    Source: Eq. 7 and 8 before their sigmoid (Eq. 8 prints O_1 where the second gene's O_2 is meant).
    """

    def __init__(self, genes: int, views: int) -> None:
        super().__init__()
        start = torch.zeros(genes, views, FC2)
        start[..., MUTANT] = START_SLOPE / views
        start[..., WILD_TYPE] = -START_SLOPE / views
        self.weights = nn.Parameter(start)

    def forward(self, branch_logits: Tensor) -> Tensor:
        """The fused logits (B, G).

        Args:
            branch_logits: (B, V, G, 2) of all branches.
        """
        outputs = torch.sigmoid(branch_logits)
        return torch.einsum("bvgm,gvm->bg", outputs, self.weights)


def view_weights(fusion_weights: Tensor, outputs: Tensor) -> Tensor:
    """The share (G, V) of each view in the fused logit; the shares of a gene sum to 1.

    The share is the mean over patients of |U (O - mean O)|, summed over the branch's two neurons. The sign and size of
    a single U say nothing: an output that is the same for all patients moves no prediction, however large its U.

    Args:
        fusion_weights: U (G, V, 2).
        outputs: O (N, V, G, 2) of the training patients, after the sigmoid.

    Raises:
        TrainingError: for some gene no output differs between the patients, so that there is nothing to share.

    Source: the reading of the paper's "adaptive weighting", Eq. 7 and 8.
    """
    outputs = outputs.detach().to(torch.float64)
    deviation = (outputs - outputs.mean(dim=0)).abs().mean(dim=0)
    pull = (fusion_weights.detach().to(torch.float64).abs() * deviation.transpose(0, 1)).sum(dim=-1)
    total = pull.sum(dim=1, keepdim=True)
    if not bool((total > 0).all()):
        gene = int((total[:, 0] > 0).int().argmin())
        raise TrainingError(
            f"View weights over {counted(len(outputs), 'patient')}: for gene number {gene} no view's output differs "
            "between them; expected at least two training patients with different views."
        )
    return pull / total
