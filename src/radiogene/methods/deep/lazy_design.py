"""Entries of deep systems that import nothing heavy before they are used."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from radiogene.methods.method import FitContext, Method
from radiogene.methods.method_settings import MethodSettings, NetworkSettings

if TYPE_CHECKING:
    from radiogene.methods.deep.deep_design import DeepDesign
    from radiogene.model.engines.engine_choice import EngineChoice
    from radiogene.model.model_folder import ModelFolder

Design = Callable[[], "DeepDesign"]
"""Gives a design; it imports the system's network when it is called."""


def making(design: Design) -> Callable[[MethodSettings, FitContext], Method]:
    """What makes the system of a design, not yet fitted."""

    def make(settings: MethodSettings, context: FitContext) -> Method:
        from radiogene.methods.deep.deep_method import DeepMethod

        if not isinstance(settings, NetworkSettings):
            raise TypeError(f"a deep system takes NetworkSettings, not {type(settings).__name__}")
        return DeepMethod(design(), settings, context)

    return make


def loading(design: Design) -> "Callable[[ModelFolder, EngineChoice], Method]":
    """What loads the system of a design from a model folder."""

    def load(folder: "ModelFolder", choice: "EngineChoice") -> Method:
        from radiogene.methods.deep.deep_method import DeepMethod

        return DeepMethod.load(design(), folder)

    return load
