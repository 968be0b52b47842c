"""Arrays in a safetensors file, whole or not at all, without PyTorch: what a model without networks reads, too."""

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from radiogene.errors import WeightsError
from radiogene.storage.atomic_files import atomic_path

Arrays = Mapping[str, NDArray[Any]]
"""By name."""


def save_arrays(path: Path, arrays: Arrays) -> None:
    """Write arrays by name.

    Args:
        path: the file.
        arrays: of numbers.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    ready = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    with atomic_path(path) as temporary:
        try:
            save_file(ready, temporary)
        except SafetensorError as error:
            raise OSError(errno.EIO, f"{error} (the disk may be full)", str(path)) from error


def load_arrays(path: Path) -> Arrays:
    """What `save_arrays` wrote.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path} is damaged ({error}). Copy the whole folder again.") from error
