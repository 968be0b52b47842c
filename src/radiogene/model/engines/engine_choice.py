"""Which engine computes a prediction's features, in which precision, and the optional library that it needs."""

import importlib
import sys
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from radiogene.errors import SettingsError

EXPORTS_FOLDER = "exports"
"""Where in a model folder exports lie, unless another place is given."""


class EngineName(StrEnum):
    """What runs the view networks."""

    PYTORCH = "pytorch"
    OPENVINO = "openvino"
    ONNX = "onnx"


class Precision(StrEnum):
    """Numbers in which the view networks run."""

    FLOAT32 = "float32"
    BF16 = "bf16"
    INT8 = "int8"


PRECISIONS: dict[EngineName, tuple[Precision, ...]] = {
    EngineName.PYTORCH: (Precision.FLOAT32, Precision.BF16),
    EngineName.OPENVINO: (Precision.FLOAT32, Precision.BF16, Precision.INT8),
    EngineName.ONNX: (Precision.FLOAT32, Precision.INT8),
}
"""What each engine can: ONNX Runtime has no bf16 kernels on processors, PyTorch no quantised network of ours."""


@dataclass(frozen=True)
class EngineChoice:
    """An engine, a precision, and where its export lies; the default is the network as it was trained.

    Attributes:
        name: of the engine.
        precision: see `Precision`.
        export: a folder that `radiogene export` wrote; None looks into the model folder.

    Raises:
        SettingsError: the engine does not have this precision, or PyTorch is given an export.
    """

    name: EngineName = EngineName.PYTORCH
    precision: Precision = Precision.FLOAT32
    export: Path | None = None

    def __post_init__(self) -> None:
        able = PRECISIONS[self.name]
        if self.precision not in able:
            others = [str(name) for name, known in PRECISIONS.items() if self.precision in known]
            raise SettingsError(
                f"The engine {self.name} does not run in {self.precision}: it has {', '.join(able)} (`precision`). "
                f"{self.precision} is what {' and '.join(others)} can do (`engine`)."
            )
        if self.name is EngineName.PYTORCH and self.export is not None:
            raise SettingsError("`export` goes with `engine` openvino or onnx; PyTorch reads the model folder itself.")

    @property
    def stored_precision(self) -> Precision:
        """The precision of the export that this choice reads: an engine rounds float32 to bf16 as it loads it."""
        return Precision.INT8 if self.precision is Precision.INT8 else Precision.FLOAT32

    def export_folder(self, model: Path) -> Path:
        """Where the export of a model lies.

        Args:
            model: the model folder.
        """
        return self.export or export_place(model, self.name, self.stored_precision)


def export_place(model: Path, name: EngineName, precision: Precision) -> Path:
    """The folder in a model folder in which an export of this kind lies."""
    return model / EXPORTS_FOLDER / f"{name}-{precision}"


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
