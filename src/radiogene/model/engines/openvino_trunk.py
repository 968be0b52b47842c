"""Trunks that OpenVINO runs on the processor."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import SettingsError, WeightsError
from radiogene.model.engines.compiled_engine import CompiledTrunk
from radiogene.model.engines.engine_choice import EngineName, Precision, required_library
from radiogene.model.engines.openvino_opening import parted

DEVICE = "CPU"

FLOAT32, BF16 = "f32", "bf16"
"""OpenVINO's words for the numbers of the layers that are not quantised."""


def openvino_trunk(graph: bytes | Path | Any, precision: Precision, threads: int) -> CompiledTrunk:
    """A trunk compiled for this processor; its opening is float32.

    Args:
        graph: an ONNX graph, a file that `save_openvino` wrote, or a model of OpenVINO.
        precision: of its arithmetic.
        threads: that work on it.

    Raises:
        SettingsError: OpenVINO is not installed, or the processor has no instructions for bf16.
        WeightsError: OpenVINO cannot read the graph.
    """
    library = required_library("openvino", EngineName.OPENVINO)
    core = library.Core()
    has_bf16 = "BF16" in core.get_property(DEVICE, "OPTIMIZATION_CAPABILITIES")
    if precision is Precision.BF16 and not has_bf16:
        raise SettingsError(
            "This processor has no instructions for bf16, so it would gain nothing. Use `precision` float32 or int8."
        )
    settings = {
        # What needs an answer soon is one patient: all threads work on the same images.
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        # Threads bound to cores would wait for whatever else runs on these.
        "ENABLE_CPU_PINNING": False,
    }
    try:
        model = read_openvino(core, graph) if isinstance(graph, bytes | Path) else graph
        is_mixed = precision is not Precision.FLOAT32 and has_bf16
        *opening, rest = parted(model) if is_mixed else (model,)
        words = [(part, FLOAT32) for part in opening] + [(rest, BF16 if is_mixed else FLOAT32)]
        requests = [
            core.compile_model(part, DEVICE, {**settings, "INFERENCE_PRECISION_HINT": word}).create_infer_request()
            for part, word in words
        ]
    except RuntimeError as error:
        raise WeightsError(f"OpenVINO cannot use the exported network: {error}. Export the model again.") from error

    def features(images: NDArray[np.float32]) -> NDArray[np.float32]:
        maps = images
        for request in requests:
            maps = request.infer([maps], share_inputs=True, share_outputs=True)[0]
        return maps.copy()

    return features


def read_openvino(core: Any, graph: bytes | Path) -> Any:
    """The model of OpenVINO in a file, or of an ONNX graph."""
    return core.read_model(graph, b"") if isinstance(graph, bytes) else core.read_model(str(graph))


def save_openvino(model: Any, path: Path) -> tuple[Path, ...]:
    """The two files that hold a model: its layers (`.xml`) and its weights (`.bin`).

    Args:
        model: of OpenVINO.
        path: of the first file.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    library = required_library("openvino", EngineName.OPENVINO)
    weights = path.with_suffix(".bin")
    try:
        library.save_model(model, str(path), compress_to_fp16=False)
    except RuntimeError as error:
        raise OSError(f"{path.name} cannot be written: {error}") from error
    return path, weights
