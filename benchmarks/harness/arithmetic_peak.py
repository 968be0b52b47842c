"""The most multiply-accumulates a second that this machine was seen to do: large matrix products and nothing else."""

import time
from typing import Any

import numpy as np
import torch
from torch import nn

from radiogene.model.engines.engine_choice import EngineName, Precision
from radiogene.model.engines.openvino_trunk import openvino_trunk, read_openvino
from radiogene.model.engines.optional_library import required_library

CHANNELS = 1024
SIDE = 32
LAYERS = 6
"""Convolutions of 1 x 1: products of two matrices of 1024 x 1024, whose data stay in the cache."""

OPERATIONS = LAYERS * CHANNELS * CHANNELS * SIDE * SIDE


def peak_per_s(precision: Precision, threads: int, repeats: int = 20) -> float:
    """Multiply-accumulates a second at best.

    Args:
        precision: of the numbers.
        threads: that compute.
        repeats: of which the fastest counts.
    """
    pictures = np.random.default_rng(0).random((1, CHANNELS, SIDE, SIDE), dtype=np.float32)
    chain = openvino_trunk(_chain(precision, pictures), precision, threads)
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        chain(pictures)
        seconds.append(time.perf_counter() - started)
    return OPERATIONS / min(seconds)


def _chain(precision: Precision, pictures: np.ndarray) -> Any:
    """OpenVINO's model of the convolutions, rectified as a network's are."""
    layers = []
    for _ in range(LAYERS):
        layers += [nn.Conv2d(CHANNELS, CHANNELS, 1, bias=False), nn.ReLU()]
    program = torch.onnx.export(
        nn.Sequential(*layers).eval(), (torch.from_numpy(pictures),), dynamo=True, verbose=False
    )
    library = required_library("openvino", EngineName.OPENVINO)
    model = read_openvino(library.Core(), program.model_proto.SerializeToString())
    if precision is not Precision.INT8:
        return model
    nncf = required_library("nncf", EngineName.OPENVINO)
    return nncf.quantize(model, nncf.Dataset([pictures]), subset_size=1)
