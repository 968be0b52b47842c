"""Known parameters for Inception-ResNet-v2, and what timm's implementation makes of them.

Run as a script where timm is installed, this writes `timm_stage_outputs.json` anew.
"""

import importlib.util
import json
import zlib
from pathlib import Path

import numpy as np
import torch

from radiogene.networks.imagenet_parameters import imagenet_names
from radiogene.networks.presets import PAPER, build_view_network
from radiogene.networks.torchvision_operators import declare_torchvision_operators

STAGE_OUTPUTS_FILE = Path(__file__).with_name("timm_stage_outputs.json")

TIMM_STAGES = {
    "stem": "mixed_5b",
    "attention_a": "repeat",
    "reduction_a": "mixed_6a",
    "attention_b": "repeat_1",
    "reduction_b": "mixed_7a",
    "attention_c": "block8",
    "final_convolution": "conv2d_7b",
}

IMAGE_SIZE = 299
PROBES = 32


def known_values(name, shape, low, high):
    """Values that depend on the name alone, so that two implementations can be given the same."""
    numbers = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode()))).random(int(np.prod(shape)))
    return torch.from_numpy((low + (high - low) * numbers).astype(np.float32)).reshape(shape)


def known_parameter(timm_name, shape):
    """A parameter or running statistic by its name in timm, of a size that keeps the maps' spread."""
    if timm_name.endswith("num_batches_tracked"):
        return torch.tensor(0)
    if timm_name.endswith(("running_var", "bn.weight")):
        return known_values(timm_name, shape, 0.6, 1.4)
    if len(shape) == 4:
        limit = float(np.sqrt(6.0 / np.prod(shape[1:])))
        return known_values(timm_name, shape, -limit, limit)
    return known_values(timm_name, shape, -0.2, 0.2)


def parameter_shapes():
    """Shape of every Inception-ResNet-v2 parameter by its timm name, classifier left out."""
    with torch.device("meta"):
        network = build_view_network(PAPER, attention=False)
    state = network.state_dict()
    return {there: state[here].shape for here, there in imagenet_names(network).items()}


def known_parameters():
    """All parameters but the classifier's, by timm name."""
    return {name: known_parameter(name, tuple(shape)) for name, shape in parameter_shapes().items()}


def known_image():
    """One image (1, 3, 299, 299)."""
    # The word sets the numbers of which timm's maps were recorded: it stays though the names around it change.
    return known_values("picture", (1, 3, IMAGE_SIZE, IMAGE_SIZE), -1.7, 1.7)


def probe(stage_map):
    """What is kept of a map: shape, mean, spread, and values at fixed places."""
    flat = stage_map.flatten().to(torch.float64)
    places = torch.linspace(0, len(flat) - 1, PROBES).round().long()
    return {
        "shape": list(stage_map.shape),
        "mean": flat.mean().item(),
        "spread": flat.std().item(),
        "values": flat[places].tolist(),
    }


def timm_is_absent():
    return any(importlib.util.find_spec(name) is None for name in ("timm", "torchvision"))


def timm_network(parameters):
    """timm's network in evaluation mode with the given parameters; its classifier has zeros."""
    declare_torchvision_operators()
    from timm import create_model

    with torch.device("meta"):
        network = create_model("inception_resnet_v2", pretrained=False).eval()
    classifier = {name: torch.zeros(t.shape) for name, t in network.classif.state_dict(prefix="classif.").items()}
    network.load_state_dict({**parameters, **classifier}, strict=True, assign=True)
    return network


def timm_stage_maps(network, image):
    """The map after each of our stages, from timm's own layers."""
    wanted = {there: here for here, there in TIMM_STAGES.items()}
    maps, current = {}, image
    with torch.no_grad():
        for layer in network.layer_names:
            current = getattr(network, layer)(current)
            if layer in wanted:
                maps[wanted[layer]] = current.clone()
    return maps


if __name__ == "__main__":
    from importlib.metadata import version

    stage_maps = timm_stage_maps(timm_network(known_parameters()), known_image())
    content = {"timm": version("timm"), "stages": {stage: probe(stage_map) for stage, stage_map in stage_maps.items()}}
    STAGE_OUTPUTS_FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
