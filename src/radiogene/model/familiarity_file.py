"""`familiarity.json` and `familiarity.safetensors` of a model folder: what a new case's features are held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, from_numpy, tensor

from radiogene.decision.familiarity import Familiarity, MemberFamiliarity, TypicalFeatures
from radiogene.errors import WeightsError
from radiogene.storage.atomic_files import write_json
from radiogene.storage.tensor_file import save_tensors
from radiogene.storage.typed_json import read_typed_json, to_json

FAMILIARITY_FILE = "familiarity.json"
TYPICAL_FILE = "familiarity.safetensors"

PARTS = ("mean", "scale", "axes", "variances")


@dataclass(frozen=True)
class _Written:
    """The content of `familiarity.json`; see `Familiarity`."""

    reason: str
    patients: int
    members: int


def typical_tensors(typical: TypicalFeatures, prefix: str = "") -> dict[str, Tensor]:
    """Typical features as tensors by name.

    Args:
        typical: of one network.
        prefix: before each name.
    """
    arrays = {name: np.ascontiguousarray(getattr(typical, name)) for name in PARTS}
    return {
        **{f"{prefix}{name}": from_numpy(array) for name, array in arrays.items()},
        f"{prefix}floor": tensor([typical.floor]).double(),
    }


def typical_of_tensors(tensors: Mapping[str, Tensor], prefix: str = "") -> TypicalFeatures:
    """What `typical_tensors` wrote.

    Raises:
        WeightsError: a name is missing, or shapes that do not fit.
    """
    names = [f"{prefix}{name}" for name in (*PARTS, "floor")]
    missing = [name for name in names if name not in tensors]
    if missing:
        raise WeightsError(f"typical features without {', '.join(missing)}. Copy the whole model folder again.")
    mean, scale, axes, variances, floor = (tensors[name].numpy() for name in names)
    return TypicalFeatures(mean, scale, axes, variances, float(floor[0]))


def write_familiarity(folder: Path, familiarity: Familiarity) -> None:
    """Write both files, the second only where there is something to hold a case against."""
    members = familiarity.members
    write_json(folder / FAMILIARITY_FILE, to_json(_Written(familiarity.reason, familiarity.patients, len(members))))
    tensors: dict[str, Tensor] = {}
    for number, member in enumerate(members):
        tensors |= typical_tensors(member.typical, f"{number}.")
        tensors[f"{number}.reference"] = from_numpy(member.reference)
    if tensors:
        save_tensors(folder / TYPICAL_FILE, tensors)


def read_familiarity(folder: Path) -> Familiarity:
    """What `write_familiarity` wrote, from a folder whose files were checked.

    Raises:
        WeightsError: a file is missing or damaged.
    """
    written = read_typed_json(_Written, folder / FAMILIARITY_FILE)
    if not written.members:
        return Familiarity(written.reason)
    file = folder / TYPICAL_FILE
    try:
        tensors = load_file(file)
        members = tuple(
            MemberFamiliarity(
                typical_of_tensors(tensors, f"{number}."),
                np.asarray(tensors[f"{number}.reference"].numpy(), np.float64),
            )
            for number in range(written.members)
        )
    except (SafetensorError, KeyError, OSError) as error:
        raise WeightsError(f"{file} is damaged ({error}). Copy the whole model folder again.") from error
    return Familiarity(written.reason, written.patients, members)
