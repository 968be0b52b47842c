"""Trunks that ONNX Runtime runs on the processor."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import WeightsError
from radiogene.model.engines.compiled_engine import CompiledTrunk
from radiogene.model.engines.engine_choice import EngineName, required_library
from radiogene.model.engines.trunk_graph import FEATURES

PROVIDER = "CPUExecutionProvider"

ERRORS_ONLY = 3
"""Level of ONNX Runtime's log, which would else advise on every start."""


def onnx_trunk(graph: bytes | Path, threads: int) -> CompiledTrunk:
    """A trunk loaded for the processor.

    Args:
        graph: an ONNX graph, or the file of one.
        threads: that work on it.

    Raises:
        SettingsError: ONNX Runtime is not installed.
        WeightsError: ONNX Runtime cannot read the graph.
    """
    library = required_library("onnxruntime", EngineName.ONNX)
    failures = required_library("onnxruntime.capi.onnxruntime_pybind11_state", EngineName.ONNX)
    options = library.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = ERRORS_ONLY
    try:
        session = library.InferenceSession(graph, options, providers=[PROVIDER])
    except (failures.Fail, failures.InvalidGraph, failures.InvalidProtobuf, failures.NotImplemented) as error:
        raise WeightsError(f"ONNX Runtime cannot use the exported network: {error}. Export the model again.") from error

    name = session.get_inputs()[0].name

    def features(images: NDArray[np.float32]) -> NDArray[np.float32]:
        features_pc: NDArray[np.float32] = session.run([FEATURES], {name: images})[0]
        return features_pc

    return features
