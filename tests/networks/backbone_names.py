"""The registered backbones as parameters of tests; those of timm are skipped where it is not installed."""

import importlib.util

import pytest

from radiogene.networks.backbones import BACKBONES, INCEPTION_ATTENTION_RESNET

needs_timm = pytest.mark.skipif(
    importlib.util.find_spec("timm") is None, reason="timm is not installed (extra `backbones`)"
)


def of_backbones(names):
    """One parameter per name."""
    return [pytest.param(name, marks=() if name == INCEPTION_ATTENTION_RESNET else needs_timm) for name in names]


every_backbone = pytest.mark.parametrize("backbone", of_backbones(BACKBONES))
