"""The folder of this user in which radiogene remembers what no result holds: the site's key and the ledger."""

import os
import sys
from pathlib import Path

STATE_VARIABLE = "RADIOGENE_STATE"
"""Names the folder itself; it goes before every default."""

XDG_VARIABLE = "XDG_STATE_HOME"
"""XDG Base Directory Specification 0.8: state that persists between restarts, `~/.local/state` where not set."""

FOLDER_NAME = "radiogene"


def state_folder() -> Path:
    """The folder, which need not be there yet."""
    if named := os.environ.get(STATE_VARIABLE):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / FOLDER_NAME
    # The specification has relative paths passed over.
    named = os.environ.get(XDG_VARIABLE, "")
    home = Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "state"
    return home / FOLDER_NAME
