"""Flips, right-angle turns and whole-sample translations of images and cubes, one draw per image and epoch."""

from dataclasses import dataclass
from itertools import permutations

import torch
from torch import Tensor

from radiogene.methods.deep.patient_images import ImageDraw
from radiogene.training.batches.random_streams import Stream, generator


@dataclass(frozen=True)
class GridTransform:
    """What happens to one image: its axes are reordered, some are flipped, then it is shifted.

    Attributes:
        order: of the axes.
        flipped: axes that are reversed.
        shift: in samples, along each axis.
    """

    order: tuple[int, ...]
    flipped: tuple[int, ...]
    shift: tuple[int, ...]


# DEVIATION: the paper shifts, turns and flips views. The compared systems' references draw in ways that the paper does
# not describe; here each image is turned and flipped as the views are (8 ways of a plane, 48 of a cube), and shifted
# by whole samples.
def drawn_transforms(draw: ImageDraw, axes: int, largest_shift: int) -> list[GridTransform]:
    """The transforms of a batch, one for each image.

    Args:
        draw: seed, epoch and keys.
        axes: of each image, 2 or 3.
        largest_shift: samples, either way along each axis.
    """
    orders = list(permutations(range(axes)))
    transforms = []
    for key in draw.keys:
        drawn = generator(draw.seed, Stream.AUGMENTATION, draw.epoch, key)
        order = orders[int(drawn.integers(len(orders)))]
        flips = drawn.integers(0, 2, axes)
        shift = drawn.integers(-largest_shift, largest_shift + 1, axes)
        flipped = tuple(axis for axis in range(axes) if flips[axis])
        transforms.append(GridTransform(order, flipped, tuple(int(step) for step in shift)))
    return transforms


def transformed(images: Tensor, transforms: list[GridTransform], fill: float) -> Tensor:
    """The images (B, *axes, ...) after their transforms; axes behind those of the transforms stay as they are.

    Args:
        images: (B, *axes, ...), all axes of a transform equally long.
        transforms: B.
        fill: what comes in from outside.
    """
    return torch.stack([_transformed(one, how, fill) for one, how in zip(images, transforms, strict=True)])


def _transformed(image: Tensor, how: GridTransform, fill: float) -> Tensor:
    axes = len(how.order)
    turned = image.permute(*how.order, *range(axes, image.ndim)).flip(how.flipped)
    if not any(how.shift):
        return turned
    shifted = torch.full_like(turned, fill)
    into = tuple(_overlap(length, step) for length, step in zip(turned.shape, how.shift, strict=False))
    out_of = tuple(_overlap(length, -step) for length, step in zip(turned.shape, how.shift, strict=False))
    shifted[into] = turned[out_of]
    return shifted


def _overlap(length: int, step: int) -> slice:
    """The samples of an axis that a shift by `step` writes to."""
    return slice(max(step, 0), length + min(step, 0))
