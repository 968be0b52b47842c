"""Checkpoints of an unfinished fit: whole or absent, and read without running code."""

import errno
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from lightning.pytorch.plugins.io import CheckpointIO

from radiogene.errors import DamagedStateError
from radiogene.storage.atomic_files import atomic_path

UNREADABLE = (RuntimeError, EOFError, KeyError, ValueError, UnpicklingError)
"""What PyTorch raises for files that are truncated, damaged or hold code."""


class CheckpointFile(CheckpointIO):
    """Writes a checkpoint straight to its file, without a second copy in memory, and reads tensors and numbers only."""

    def save_checkpoint(self, checkpoint: dict[str, object], path: Any, storage_options: Any = None) -> None:
        """Writes the file, whole or not at all."""
        with atomic_path(Path(path)) as temporary:
            try:
                torch.save(checkpoint, temporary)
            except RuntimeError as error:
                # PyTorch's writer says no more of a full disk.
                raise OSError(errno.EIO, f"{error} (the disk may be full)", str(path)) from error

    def load_checkpoint(
        self, path: Any, map_location: Any = None, weights_only: bool | None = None
    ) -> dict[str, object]:
        """The content of the file.

        Raises:
            DamagedStateError: the file is damaged or holds more than tensors and numbers.
        """
        try:
            content: dict[str, object] = torch.load(path, map_location="cpu", weights_only=True)
        except UNREADABLE as error:
            raise DamagedStateError(
                f"The checkpoint {path} cannot be read ({type(error).__name__}). Delete this file and give the same "
                "command again: this fit begins anew, and nothing else is lost."
            ) from error
        return content

    def remove_checkpoint(self, path: Any) -> None:
        """Deletes the file where it is."""
        Path(path).unlink(missing_ok=True)
