"""`familiarity.json` and `familiarity.safetensors` of a model folder: what a new case's features are held against."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.decision.familiarity import Familiarity, MemberFamiliarity, TypicalFeatures
from radiogene.errors import WeightsError
from radiogene.storage.array_file import Arrays, load_arrays, save_arrays
from radiogene.storage.atomic_files import write_json
from radiogene.storage.typed_json import read_typed_json, to_json

FAMILIARITY_FILE = "familiarity.json"
TYPICAL_FILE = "familiarity.safetensors"

PARTS = ("mean", "scale", "axes", "variances")
FLOOR, REFERENCE = "floor", "reference"


@dataclass(frozen=True)
class _Written:
    """The content of `familiarity.json`; see `Familiarity`."""

    reason: str
    patients: int
    members: int


def typical_arrays(typical: TypicalFeatures, prefix: str = "") -> dict[str, NDArray[Any]]:
    """Typical features as arrays by name.

    Args:
        typical: of one network.
        prefix: before each name.
    """
    parts = {f"{prefix}{name}": getattr(typical, name) for name in PARTS}
    return {**parts, f"{prefix}{FLOOR}": np.array([typical.floor], dtype=np.float64)}


def typical_of_arrays(arrays: Arrays, prefix: str = "") -> TypicalFeatures:
    """What `typical_arrays` gave.

    Raises:
        WeightsError: a name is missing, or shapes that do not fit.
    """
    mean, scale, axes, variances, floor = (_array(arrays, f"{prefix}{name}") for name in (*PARTS, FLOOR))
    return TypicalFeatures(mean, scale, axes, variances, float(floor[0]))


def write_familiarity(folder: Path, familiarity: Familiarity) -> None:
    """Write both files, the second only where there is something to hold a case against."""
    members = familiarity.members
    write_json(folder / FAMILIARITY_FILE, to_json(_Written(familiarity.reason, familiarity.patients, len(members))))
    arrays: dict[str, NDArray[Any]] = {}
    for number, member in enumerate(members):
        arrays |= typical_arrays(member.typical, f"{number}.")
        arrays[f"{number}.{REFERENCE}"] = member.reference
    if arrays:
        save_arrays(folder / TYPICAL_FILE, arrays)


def read_familiarity(folder: Path) -> Familiarity:
    """What `write_familiarity` wrote, from a folder whose files were checked.

    Raises:
        WeightsError: a file is missing or damaged.
    """
    written = read_typed_json(_Written, folder / FAMILIARITY_FILE)
    if not written.members:
        return Familiarity(written.reason)
    arrays = load_arrays(folder / TYPICAL_FILE)
    members = tuple(
        MemberFamiliarity(typical_of_arrays(arrays, f"{number}."), _array(arrays, f"{number}.{REFERENCE}"))
        for number in range(written.members)
    )
    return Familiarity(written.reason, written.patients, members)


def _array(arrays: Arrays, name: str) -> NDArray[Any]:
    if name not in arrays:
        raise WeightsError(f"{TYPICAL_FILE} without {name!r}. Copy the whole model folder again.")
    return arrays[name]
