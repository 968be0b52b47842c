"""Places for results, checked before any work is done."""

import tempfile
from pathlib import Path

from radiogene.errors import SettingsError


def require_folder_place(folder: Path) -> None:
    """Refuses a folder that results cannot be written to; makes nothing that stays.

    Args:
        folder: of results; where it is absent, its nearest existing parent must take a new folder.

    Raises:
        SettingsError: a file is in the way, or nothing can be written there.
    """
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise SettingsError(f"{place} is a file where a folder for results is wanted. Choose another --out.")
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise SettingsError(f"Nothing can be written to {place} ({error.strerror}). Choose another --out.") from error


def require_file_place(file: Path) -> None:
    """Refuses a file that cannot be written.

    Raises:
        SettingsError: a folder is in the way, or nothing can be written beside it.
    """
    if file.is_dir():
        raise SettingsError(f"{file} is a folder; --out wants the name of a file.")
    require_folder_place(file.parent)
