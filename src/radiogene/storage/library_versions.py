"""The versions that a result depends on, for its manifest."""

import platform
from importlib.metadata import version

from radiogene import __version__

LIBRARIES = ("torch", "numpy", "scipy", "pydicom", "SimpleITK", "scikit-learn", "lightning")


def library_versions() -> dict[str, str]:
    """Version by name: radiogene, Python, and the libraries that compute."""
    return {
        "radiogene": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }
