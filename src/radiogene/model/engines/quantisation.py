"""Trunks whose convolutions run in int8: post-training quantisation by NNCF."""

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.model.engines.engine_choice import EngineName, required_library
from radiogene.model.engines.trunk import OPENING_CONVOLUTIONS


def quantised(graph: Any, images: Sequence[Any], engine: EngineName) -> Any:
    """The graph with int8 weights and maps, scales set so that the given images lose least.

    Maps behind a ReLU are quantised from zero, others symmetrically about it; biases are corrected for the mean error.

    Args:
        graph: a model of OpenVINO or of ONNX, in float32.
        images: inputs of the graph.
        engine: that will run it.

    Raises:
        SettingsError: NNCF is not installed.
    """
    nncf = required_library("nncf", engine)
    nncf.set_log_level(logging.ERROR)
    with _silent():
        return nncf.quantize(
            graph,
            nncf.Dataset(images),
            preset=nncf.QuantizationPreset.MIXED,
            target_device=nncf.TargetDevice.CPU,
            subset_size=len(images),
            ignored_scope=nncf.IgnoredScope(names=_convolutions(graph, engine)[:OPENING_CONVOLUTIONS]),
            fast_bias_correction=True,
        )


def _convolutions(graph: Any, engine: EngineName) -> list[str]:
    """The names of a graph's convolutions, in the order in which they run."""
    if engine is EngineName.OPENVINO:
        layers = graph.get_ordered_ops()
        return [layer.get_friendly_name() for layer in layers if layer.get_type_name() == "Convolution"]
    return [node.name for node in graph.graph.node if node.op_type == "Conv"]


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Without NNCF's progress bars, which it draws on standard output."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def images_of_trunks(views_nvhw: NDArray[np.float32], trunks: int) -> list[list[NDArray[np.float32]]]:
    """For each trunk, its images (P, 1, S, S) of every patient.

    Args:
        views_nvhw: (N, V, S, S) network input.
        trunks: 1 where all views share one, else V.
    """
    if trunks == 1:
        return [[patient[:, None] for patient in views_nvhw]]
    return [[patient[None, None] for patient in views_nvhw[:, view]] for view in range(trunks)]
