"""The most multiply-accumulates a second that this machine was seen to do: large matrix products and nothing else."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch import nn

from radiogene.model.engines.engine_choice import EngineName, Precision, required_library
from radiogene.model.engines.openvino_trunk import BF16, FLOAT32, read_openvino

CHANNELS = 1024
SIDE = 32
LAYERS = 6
"""Convolutions of 1 x 1: products of two matrices of 1024 x 1024, whose data stay in the cache."""

HINTS = {Precision.FLOAT32: FLOAT32, Precision.BF16: BF16, Precision.INT8: BF16}

OPERATIONS = LAYERS * CHANNELS * CHANNELS * SIDE * SIDE


def peak_per_s(precision: Precision, threads: int, repeats: int = 20) -> float:
    """Multiply-accumulates a second at best: all threads at one chain, or each at a chain of its own.

    Args:
        precision: of the numbers.
        threads: that compute.
        repeats: of which the fastest counts.
    """
    images = np.random.default_rng(0).random((1, CHANNELS, SIDE, SIDE), dtype=np.float32)
    model = _chain(precision, images)
    return max(_best_per_s(model, precision, images, lanes, threads // lanes, repeats) for lanes in {1, threads})


def _best_per_s(model: Any, precision: Precision, images: np.ndarray, lanes: int, threads: int, repeats: int) -> float:
    """Multiply-accumulates a second of so many chains side by side, each with so many threads."""
    # Compiled here: `openvino_trunk` would keep a network's first layers in float32.
    settings = {"INFERENCE_PRECISION_HINT": HINTS[precision], "INFERENCE_NUM_THREADS": threads}
    core = required_library("openvino", EngineName.OPENVINO).Core()
    chains = [core.compile_model(model, "CPU", settings).create_infer_request() for _ in range(lanes)]
    seconds = []
    with ThreadPoolExecutor(lanes) as pool:
        for _ in range(repeats):
            started = time.perf_counter()
            list(pool.map(lambda chain: chain.infer([images], share_inputs=True), chains))
            seconds.append(time.perf_counter() - started)
    return lanes * OPERATIONS / min(seconds)


def _chain(precision: Precision, images: np.ndarray) -> Any:
    """OpenVINO's model of the convolutions, rectified as a network's are."""
    layers = []
    for _ in range(LAYERS):
        layers += [nn.Conv2d(CHANNELS, CHANNELS, 1, bias=False), nn.ReLU()]
    program = torch.onnx.export(nn.Sequential(*layers).eval(), (torch.from_numpy(images),), dynamo=True, verbose=False)
    library = required_library("openvino", EngineName.OPENVINO)
    model = read_openvino(library.Core(), program.model_proto.SerializeToString())
    if precision is not Precision.INT8:
        return model
    nncf = required_library("nncf", EngineName.OPENVINO)
    return nncf.quantize(model, nncf.Dataset([images]), subset_size=1)
