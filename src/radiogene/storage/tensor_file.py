"""Tensors in a safetensors file, whole or not at all; a full disk is an error like that of any other file."""

import errno
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from radiogene.storage.atomic_files import atomic_path
from radiogene.storage.regular_file import refuse_special


def load_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a file by name.

    Raises:
        SafetensorError: damaged, or no file of tensors.
        SpecialFileError: a pipe, a device or a socket.
        OSError: it cannot be read.
    """
    refuse_special(path)
    return load_file(path)


def save_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors by name.

    Args:
        path: the file.
        tensors: on any device.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    ready = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with atomic_path(path) as temporary:
        try:
            save_file(ready, temporary)
        except SafetensorError as error:
            raise OSError(errno.EIO, f"{error} (the disk may be full)", str(path)) from error
