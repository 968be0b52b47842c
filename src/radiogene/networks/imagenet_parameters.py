"""Loading the parameters of an Inception-ResNet-v2 trained on ImageNet into a view network's trunk.

The file is a state dict with the names of timm's `inception_resnet_v2`. Names map one to one: the part before the first
dot of the remainder by stage, the rest by the layers' own parts.

    here                               there
    stem.first_convolution             conv2d_1a
    stem.second_convolution            conv2d_2a
    stem.third_convolution             conv2d_2b
    stem.fourth_convolution            conv2d_3b
    stem.fifth_convolution             conv2d_4a
    stem.inception                     mixed_5b
    attention_a.trunk.N                repeat.N
    reduction_a                        mixed_6a
    attention_b.trunk.N                repeat_1.N
    reduction_b                        mixed_7a
    attention_c.trunk.N                repeat_2.N, for the last N: block8
    final_convolution                  conv2d_7b
    ... .branches.N                    ... .branchN
    ... .expansion                     ... .conv2d
    ... .convolution, .normalisation   ... .conv, .bn

The masks have no counterpart and keep their own parameters; the file's classifier (`classif`) is left out.
"""

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from radiogene.errors import WeightsError
from radiogene.networks.view_network import ViewNetwork

STAGE_NAMES: tuple[tuple[str, str], ...] = (
    ("stem.first_convolution.", "conv2d_1a."),
    ("stem.second_convolution.", "conv2d_2a."),
    ("stem.third_convolution.", "conv2d_2b."),
    ("stem.fourth_convolution.", "conv2d_3b."),
    ("stem.fifth_convolution.", "conv2d_4a."),
    ("stem.inception.", "mixed_5b."),
    ("attention_a.trunk.", "repeat."),
    ("reduction_a.", "mixed_6a."),
    ("attention_b.trunk.", "repeat_1."),
    ("reduction_b.", "mixed_7a."),
    ("attention_c.trunk.", "repeat_2."),
    ("final_convolution.", "conv2d_7b."),
)
"""Beginnings of the names here and there."""

LAST_UNIT_NAME = "block8."
"""What the last unit of attention module C's trunk is called there."""

PART_NAMES: tuple[tuple[str, str], ...] = (
    (r"\bbranches\.(\d+)\.", r"branch\1."),
    (r"\bexpansion\.", "conv2d."),
    (r"\bconvolution\.", "conv."),
    (r"\bnormalisation\.", "bn."),
)
"""Patterns of the names within a stage here, and what stands for them there."""

CLASSIFIER_NAME = "classif."

COUNTER_NAME = "num_batches_tracked"
"""Counter of training steps in each normalisation; no output depends on it, and older files lack it."""

MISFITS_SHOWN = 3


def imagenet_names(network: ViewNetwork) -> dict[str, str]:
    """The name in an ImageNet file of every trunk parameter and running statistic, by its name in the network.

    Args:
        network: of any size; masks are left out.
    """
    last_unit = f"attention_c.trunk.{len(network.attention_c.trunk) - 1}."
    return {name: _imagenet_name(name, last_unit) for name in network.state_dict() if ".mask." not in name}


def imagenet_misfits(network: ViewNetwork, parameters: Mapping[str, Tensor]) -> list[str]:
    """What keeps the parameters from being those of the network's trunk, in words; empty where they fit.

    Args:
        network: of any size, on any device; only shapes are compared.
        parameters: the state dict of an Inception-ResNet-v2, with or without its classifier.
    """
    names, state = imagenet_names(network), network.state_dict()
    there_to_here = {there: here for here, there in names.items()}
    misfits = [
        f"{there} is missing" for there in there_to_here if there not in parameters and not there.endswith(COUNTER_NAME)
    ]
    for there, value in parameters.items():
        if there.startswith(CLASSIFIER_NAME):
            continue
        if there not in there_to_here:
            misfits.append(f"{there} has no place")
        elif value.shape != state[there_to_here[there]].shape:
            expected = tuple(state[there_to_here[there]].shape)
            misfits.append(f"{there} has shape {tuple(value.shape)}, expected {expected}")
    return misfits


def load_imagenet_parameters(network: ViewNetwork, parameters: Mapping[str, Tensor]) -> None:
    """Load the given parameters into the network's trunk; on a misfit the network stays as it was.

    Args:
        network: a view network of width 1 and the original depths, with or without masks.
        parameters: the state dict of an Inception-ResNet-v2, with or without its classifier.

    Raises:
        WeightsError: a parameter is missing, left over, or has another shape: the file belongs to another network, or
            the network's preset is narrower or shallower than the original.
    """
    misfits = imagenet_misfits(network, parameters)
    names, state = imagenet_names(network), network.state_dict()
    if misfits:
        shown = "; ".join(misfits[:MISFITS_SHOWN])
        raise WeightsError(
            f"{len(misfits)} of {len(names)} Inception-ResNet-v2 parameters do not fit this view network: {shown}. "
            "Expected a state dict of timm's inception_resnet_v2 and a preset of its full size (`preset` paper)."
        )
    with torch.no_grad():
        for name, there in names.items():
            if there in parameters:
                state[name].copy_(parameters[there])


def _imagenet_name(name: str, last_unit: str) -> str:
    """The name there of one parameter of the trunk."""
    beginning, there = next((here, there) for here, there in STAGE_NAMES if name.startswith(here))
    if name.startswith(last_unit):
        beginning, there = last_unit, LAST_UNIT_NAME
    rest = name.removeprefix(beginning)
    for pattern, replacement in PART_NAMES:
        rest = re.sub(pattern, replacement, rest)
    return there + rest
