"""What the training of one member leaves in its folder: weights, fitted scaling, and answers for unseen patients."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from radiogene.model.nine_view_facts import MemberSettings
from radiogene.storage.atomic_files import write_json
from radiogene.storage.tensor_file import save_tensors
from radiogene.training.fitting.fit import FitOutcome

WEIGHTS_FILE = "member.safetensors"
MEMBER_FILE = "member.json"


@dataclass(frozen=True, eq=False)
class TrainedMember:
    """One trained member without its weights, which stay in its folder.

    Attributes:
        path: of the folder.
        settings: scaling of images and clinical values.
        outcomes: of its stages.
        view_shares: (G, V) share of each view in the decision.
        positions: (M,) nodules of patients that its weights were not fitted on, into the training cohort.
        probabilities: (M, G) what it says of them.
    """

    path: Path
    settings: MemberSettings
    outcomes: tuple[FitOutcome, ...]
    view_shares: NDArray[np.float64]
    positions: NDArray[np.int_]
    probabilities: NDArray[np.float64]

    def weights(self) -> dict[str, Tensor]:
        """The state dict of its network."""
        return load_file(self.path / WEIGHTS_FILE)

    def write(self, state: dict[str, Tensor]) -> None:
        """Writes the folder; `member.json` last, because a member without it is not finished."""
        save_tensors(self.path / WEIGHTS_FILE, state)
        content: dict[str, Any] = {
            "settings": self.settings.to_json(),
            "outcomes": [outcome.to_json() for outcome in self.outcomes],
            "view_shares": self.view_shares.tolist(),
            "positions": self.positions.tolist(),
            "probabilities": self.probabilities.tolist(),
        }
        write_json(self.path / MEMBER_FILE, content)


def read_member(path: Path) -> TrainedMember | None:
    """The finished member in a folder, or None where it is not finished, or its file was cut by a power failure."""
    try:
        content = json.loads((path / MEMBER_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return TrainedMember(
        path,
        MemberSettings.from_json(content["settings"]),
        tuple(FitOutcome.from_json(outcome) for outcome in content["outcomes"]),
        np.array(content["view_shares"], dtype=np.float64),
        np.array(content["positions"], dtype=int),
        np.array(content["probabilities"], dtype=np.float64),
    )
