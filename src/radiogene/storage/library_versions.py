"""The versions that a result depends on, for its manifest."""

import platform
from importlib.metadata import PackageNotFoundError, version

from radiogene import __version__

LIBRARIES = ("torch", "numpy", "scipy", "pydicom", "SimpleITK", "scikit-learn", "lightning")


def library_versions() -> dict[str, str]:
    """Version by name: radiogene, Python, and those libraries that compute and are installed."""
    return {"radiogene": __version__, "python": platform.python_version(), **_installed()}


def _installed() -> dict[str, str]:
    """Version by name; SimpleITK belongs to an extra."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions
