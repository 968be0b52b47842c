"""How high masks are and how much they differ from place to place, measured while a network runs."""

import pytest
import torch

from radiogene.networks.attention_module import AttentionModule
from radiogene.networks.mask_statistics import measured_masks
from radiogene.networks.presets import TINY, build_mmdl


def test_the_statistics_are_those_of_the_masks_that_ran():
    torch.manual_seed(0)
    network = build_mmdl(TINY, ("EGFR",), clinical_count=0, views=2).eval()
    images = torch.randn(3, 2, 32, 32)
    module = next(m for m in network.modules() if isinstance(m, AttentionModule))
    seen = []
    handle = module.mask.register_forward_hook(lambda mask, given, output: seen.append(output))
    with torch.no_grad(), measured_masks(network) as meter:
        for image in images:
            network.view_features(image[None])
    handle.remove()
    masks = torch.cat(seen)
    assert masks.shape[0] == 6
    assert len(meter.statistics) == 3
    assert meter.statistics[0].mean == pytest.approx(float(masks.mean()), rel=1e-5)
    assert meter.statistics[0].spread == pytest.approx(
        float(masks.flatten(2).std(dim=2, correction=0).mean()), rel=1e-5
    )
    assert all(module.mask._forward_hooks == {} for module in network.modules() if isinstance(module, AttentionModule))


def test_without_masks_there_are_none():
    network = build_mmdl(TINY, ("EGFR",), clinical_count=0, views=2, attention=False).eval()
    with torch.no_grad(), measured_masks(network) as meter:
        network.view_features(torch.randn(1, 2, 32, 32))
    assert meter.statistics == ()
