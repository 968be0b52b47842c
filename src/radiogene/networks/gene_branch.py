"""The branch that predicts one gene from one view's features and the patient's clinical values."""

from enum import StrEnum

import torch
from torch import Tensor, nn

FC256 = 256
FC128 = 128
FC2 = 2
"""Neurons of the three fully connected layers (paper, "Deep learning model")."""

WILD_TYPE = 0
MUTANT = 1
"""Which of FC2's neurons stands for which status."""


class ClinicalEntry(StrEnum):
    """Where age, sex, smoking and other clinical values join a branch."""

    FC256_OUTPUT = "fc256_output"
    """Beside the 256 outputs of FC256 (default)."""
    FC256_INPUT = "fc256_input"
    """Beside the image features that enter FC256."""


class GeneBranch(nn.Module):
    """FC256, ReLU, FC128, ReLU, FC2; clinical values join at FC256.

    Args:
        feature_count: image features C.
        clinical_count: clinical values K; 0 for image only.
        clinical_at: where they join.

    Source: Figure 2C; Eq. 5 and 6 before their sigmoid.
    """

    def __init__(
        self, feature_count: int, clinical_count: int, clinical_at: ClinicalEntry = ClinicalEntry.FC256_OUTPUT
    ) -> None:
        super().__init__()
        self.clinical_at = clinical_at
        at_input = clinical_count if clinical_at is ClinicalEntry.FC256_INPUT else 0
        at_output = clinical_count - at_input
        self.fc256 = nn.Linear(feature_count + at_input, FC256)
        self.fc128 = nn.Linear(FC256 + at_output, FC128)
        self.fc2 = nn.Linear(FC128, FC2)
        nn.init.kaiming_normal_(self.fc256.weight, nonlinearity="relu")
        nn.init.kaiming_normal_(self.fc128.weight, nonlinearity="relu")
        nn.init.kaiming_normal_(self.fc2.weight, nonlinearity="linear")
        for layer in (self.fc256, self.fc128, self.fc2):
            nn.init.zeros_(layer.bias)

    def forward(self, features: Tensor, clinical: Tensor) -> Tensor:
        """The logits (B, 2) of wild type and mutant.

        Args:
            features: (B, C) of one view.
            clinical: (B, K), scaled and without gaps.
        """
        at_input = self.clinical_at is ClinicalEntry.FC256_INPUT
        hidden = torch.relu(self.fc256(torch.cat([features, clinical], dim=1) if at_input else features))
        hidden = torch.relu(self.fc128(hidden if at_input else torch.cat([hidden, clinical], dim=1)))
        return self.fc2(hidden)


class ViewBranches(nn.Module):
    """The branches of one view, one for each gene; they share the view's features and nothing else.

    Args:
        genes: number of genes G.
        feature_count: image features C.
        clinical_count: clinical values K; 0 for image only.
        clinical_at: where they join.

    Source: Eq. 5 and 6 before their sigmoid.
    """

    def __init__(self, genes: int, feature_count: int, clinical_count: int, clinical_at: ClinicalEntry) -> None:
        super().__init__()
        self.genes = nn.ModuleList([GeneBranch(feature_count, clinical_count, clinical_at) for _ in range(genes)])

    def forward(self, features: Tensor, clinical: Tensor) -> Tensor:
        """The logits (B, G, 2) of wild type and mutant in each gene.

        Args:
            features: (B, C) of one view.
            clinical: (B, K), scaled and without gaps.
        """
        return torch.stack([branch(features, clinical) for branch in self.genes], dim=1)
