"""The trunks of a network as ONNX graphs, which both ONNX Runtime and OpenVINO read."""

import warnings
from collections.abc import Iterator
from typing import Any

import torch

from radiogene.errors import WeightsError
from radiogene.model.engines.engine_choice import required_library
from radiogene.model.engines.trunk import Trunk, images_of_trunk, trunks_of
from radiogene.networks.folded import folded
from radiogene.networks.mmdl import MMDL

IMAGES = "images"
FEATURES = "features"
"""Names of a graph's input and output."""

COUNTER = "num_batches_tracked"
"""Of a batch normalisation; only training reads it."""

EXPORTERS_OWN_WARNING = "`isinstance.treespec, LeafSpec.` is deprecated"
"""Of torch's exporter about torch's own code."""


def trunk_graphs(network: MMDL, image_size: int, extra: str) -> Iterator[bytes]:
    """The ONNX graph of each trunk, one after the other, because each holds all its weights.

    The layers of one trunk are exported; those of the others are the same, so only their weights are put in.

    Args:
        network: in evaluation mode, on the CPU.
        image_size: pixels S along each side of an image.
        extra: of this package that brings the exporter, for the message where it is missing.

    Raises:
        SettingsError: onnx or onnxscript is not installed.
        WeightsError: the graph lacks a parameter of the network.
    """
    for module in ("onnx", "onnxscript"):
        required_library(module, extra)
    trunks = trunks_of(network)
    program = _exported(folded(trunks[0]), torch.zeros(images_of_trunk(network), 1, image_size, image_size))
    names = set(program.model.graph.initializers)
    for trunk in trunks:
        state = {name: tensor for name, tensor in folded(trunk).state_dict().items() if not name.endswith(COUNTER)}
        missing = sorted(set(state) - names)
        if missing:
            raise WeightsError(f"The network cannot be exported: {missing[0]} is no parameter of its graph.")
        program.apply_weights(state)
        yield program.model_proto.SerializeToString()


def _exported(trunk: Trunk, images: torch.Tensor) -> Any:
    """The ONNX program of a trunk for images of this shape."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.filterwarnings("ignore", EXPORTERS_OWN_WARNING, FutureWarning)
        # Unoptimised, because that would fold some weights together; the engines do so when they load the graph.
        return torch.onnx.export(
            trunk,
            (images,),
            input_names=[IMAGES],
            output_names=[FEATURES],
            dynamo=True,
            optimize=False,
            verbose=False,
        )
