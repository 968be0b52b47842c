"""Entries of deep systems that import nothing heavy before they are used."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from radiogene.methods.method import FitFolders, Method
from radiogene.methods.method_settings import MethodSettings

if TYPE_CHECKING:
    from radiogene.methods.deep.deep_design import DeepDesign

Design = Callable[[], "DeepDesign"]
"""Gives a design; it imports the system's network when it is called."""


def making(design: Design) -> Callable[[MethodSettings, FitFolders], Method]:
    """What makes the system of a design, not yet fitted."""

    def make(settings: MethodSettings, folders: FitFolders) -> Method:
        from radiogene.methods.deep.deep_method import DeepMethod

        return DeepMethod(design(), settings, folders)

    return make


def loading(design: Design) -> Callable[[Path], Method]:
    """What loads the system of a design from the folder that it was saved in."""

    def load(folder: Path) -> Method:
        from radiogene.methods.deep.deep_method import DeepMethod

        return DeepMethod.load(design(), folder)

    return load
