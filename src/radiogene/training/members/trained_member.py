"""What the training of one member leaves in its folder: weights, fitted scaling, and answers for held-out patients."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from radiogene.errors import DamagedStateError
from radiogene.model.nine_view_facts import MemberSettings
from radiogene.networks.mask_statistics import MaskStatistics
from radiogene.storage.atomic_files import write_json
from radiogene.storage.tensor_file import load_tensors, save_tensors
from radiogene.storage.typed_json import ArrayShape, read_typed_json, to_json
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
        masks: of each attention module, over the patients that its weights were fitted on; none without masks.
        positions: (M,) nodules of patients that its weights were not fitted on, into the training cohort.
        probabilities: (M, G) what it says of them.
    """

    path: Path
    settings: MemberSettings
    outcomes: tuple[FitOutcome, ...]
    view_shares: NDArray[np.float64]
    masks: tuple[MaskStatistics, ...]
    positions: NDArray[np.int_]
    probabilities: NDArray[np.float64]

    def weights(self) -> dict[str, Tensor]:
        """The state dict of its network."""
        return load_tensors(self.path / WEIGHTS_FILE)

    def write(self, state: dict[str, Tensor]) -> None:
        """Writes the folder; `member.json` last, because a member without it is not finished."""
        save_tensors(self.path / WEIGHTS_FILE, state)
        written = _Written(
            self.settings, self.outcomes, self.view_shares, self.masks, self.positions, self.probabilities
        )
        write_json(self.path / MEMBER_FILE, to_json(written))


@dataclass(frozen=True, eq=False)
class _Written:
    """The content of `member.json`; see `TrainedMember`."""

    settings: MemberSettings
    outcomes: tuple[FitOutcome, ...]
    view_shares: Annotated[NDArray[np.float64], ArrayShape((None, None))]
    masks: tuple[MaskStatistics, ...]
    positions: Annotated[NDArray[np.int_], ArrayShape((None,), "int64")]
    probabilities: Annotated[NDArray[np.float64], ArrayShape((None, None))]


def read_member(path: Path) -> TrainedMember | None:
    """The finished member in a folder, or None where it is not finished, or its file was cut by a power failure."""
    if not (path / MEMBER_FILE).is_file():
        return None
    try:
        written = read_typed_json(_Written, path / MEMBER_FILE, error=DamagedStateError)
    except DamagedStateError:
        return None
    return TrainedMember(
        path,
        written.settings,
        written.outcomes,
        written.view_shares,
        written.masks,
        written.positions,
        written.probabilities,
    )
