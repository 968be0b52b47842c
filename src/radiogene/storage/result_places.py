"""Places for results, checked before any work is done."""

import re
import tempfile
from pathlib import Path

from radiogene.errors import SettingsError
from radiogene.storage.regular_file import refuse_special

ADDRESS_AS_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""What is left of `s3://BUCKET/NAME` in a path."""


def require_folder_place(folder: Path) -> None:
    """Refuse a folder that results cannot be written to, and leave nothing in it.

    Args:
        folder: of results; where it is absent, its nearest existing parent must take a new folder.

    Raises:
        SettingsError: a file is in the way, or nothing can be written there.
    """
    refuse_special(folder)
    if ADDRESS_AS_PATH.match(str(folder)):
        raise SettingsError(
            f"{folder} is an address on object storage; results go to a folder of this machine. Copy them afterwards."
        )
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise SettingsError(f"{place} is a file where a folder for results is wanted. Choose another `out`.")
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise SettingsError(f"Nothing can be written to {place} ({error.strerror}). Choose another `out`.") from error


def require_file_place(file: Path) -> None:
    """Refuse a file that cannot be written.

    Raises:
        SettingsError: a folder is in the way, or nothing can be written beside it.
    """
    refuse_special(file)
    if file.is_dir():
        raise SettingsError(f"{file} is a folder; `out` wants the name of a file.")
    require_folder_place(file.parent)
