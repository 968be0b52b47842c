"""Imports of what the extras `openvino` and `onnx` bring."""

import importlib
import sys
from importlib.metadata import version
from types import ModuleType

from radiogene.errors import SettingsError
from radiogene.model.engines.engine_choice import EngineName

LIBRARIES: dict[EngineName, str] = {EngineName.OPENVINO: "openvino", EngineName.ONNX: "onnxruntime"}
"""The library that runs each engine's trunks."""

TELEMETRY = "openvino_telemetry"
"""What OpenVINO and NNCF report their use with, over the network and unasked; without it they do not."""


def required_library(module: str, extra: str) -> ModuleType:
    """A module of an optional dependency.

    Args:
        module: its name.
        extra: of this package that brings it.

    Raises:
        SettingsError: it is not installed.
    """
    # A hospital's machine tells nobody that it predicts. None makes the import fail, for which both have a way round.
    sys.modules.setdefault(TELEMETRY, None)  # type: ignore[arg-type]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise SettingsError(
            f'{error.name} is not installed, and this needs it: pip install "radiogene[{extra}]" brings it.'
        ) from error


def engine_version(name: EngineName) -> str:
    """The version of the library behind an engine that `required_library` has found."""
    return version(LIBRARIES[name])
