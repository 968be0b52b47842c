"""Eq. 1 to 4 of the paper, the mask's hourglass, and how it starts."""

import pytest
import torch
from torch import nn

from radiogene.errors import SettingsError
from radiogene.networks.attention_module import AttentionModule, MaskBranch
from radiogene.networks.convolution import LayerStyle, Padding
from radiogene.networks.inception_resnet_units import unit_a, unit_b, unit_c
from radiogene.networks.normalisation_statistics import measure_normalisation
from radiogene.networks.stem import StemStrides
from radiogene.networks.view_network import StageCounts, ViewNetwork, ViewNetworkSettings

STYLE = LayerStyle(width=0.125)
CHANNELS = 16


def attention_module(make_unit=unit_a, depth=2, seed=0):
    """A module in float64 and evaluation mode whose mask is not at its start."""
    torch.manual_seed(seed)
    trunk = nn.Sequential(make_unit(CHANNELS, STYLE), make_unit(CHANNELS, STYLE))
    module = AttentionModule(trunk, MaskBranch(make_unit, CHANNELS, depth, STYLE)).double().eval()
    nn.init.normal_(module.mask.weighting.weight, std=0.5)
    return module


def features(rows, columns=None):
    torch.manual_seed(1)
    return torch.randn(2, CHANNELS, rows, columns or rows, dtype=torch.float64)


MODULES = [(unit_a, 3, 35), (unit_b, 2, 17), (unit_c, 1, 8), (unit_a, 3, 13), (unit_c, 1, 7)]
"""Units of A, B and C, depth of their masks, and side of a map: the paper's three at 299 pixels, and odd ones."""


def test_equation_1_the_mask_is_the_sigmoid_of_its_logits():
    module, given = attention_module(), features(17)
    with torch.no_grad():
        logits, mask = module.mask.logits(given), module.mask(given)
    torch.testing.assert_close(mask, 1 / (1 + torch.exp(-logits)), rtol=1e-12, atol=1e-15)
    assert 0 <= mask.min() < 0.1 < 0.9 < mask.max() <= 1


@pytest.mark.parametrize(("make_unit", "depth", "side"), MODULES)
def test_equations_2_and_4_the_output_is_trunk_times_mask_plus_trunk(make_unit, depth, side):
    module, given = attention_module(make_unit, depth), features(side)
    with torch.no_grad():
        trunk, mask, output = module.trunk(given), module.mask(given), module(given)
    weighted = trunk * mask
    torch.testing.assert_close(output - trunk, weighted, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(output, trunk * (1 + mask), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("make_unit", "depth", "side"), MODULES)
def test_equation_3_the_mask_scales_the_gradient_of_the_trunk_by_finite_differences(make_unit, depth, side):
    module, given = attention_module(make_unit, depth), features(side)
    parameters = [
        module.trunk[0].expansion.weight,
        module.trunk[1].branches[1][1].convolution.weight,
        module.trunk[1].branches[0].normalisation.bias,
    ]
    step = 1e-6
    for parameter in parameters:
        place = tuple(length // 2 for length in parameter.shape)
        maps = []
        with torch.no_grad():
            mask = module.mask(given)
            for sign in (1, -1):
                parameter[place] += sign * step
                trunk = module.trunk(given)
                maps.append((trunk, module(given) - trunk))
                assert torch.equal(module.mask(given), mask), "phi is no parameter of the mask"
                parameter[place] -= sign * step
            trunk_slope = (maps[0][0] - maps[1][0]) / (2 * step)
            weighted_slope = (maps[0][1] - maps[1][1]) / (2 * step)
        assert trunk_slope.abs().max() > 1e-3
        torch.testing.assert_close(weighted_slope, mask * trunk_slope, rtol=1e-6, atol=1e-7)

        module.zero_grad()
        (module(given) - module.trunk(given)).sum().backward()
        assert parameter.grad[place].item() == pytest.approx(weighted_slope.sum().item(), rel=1e-5)


@pytest.mark.parametrize(
    ("make_unit", "depth", "sizes"),
    [
        (unit_a, 3, ((35, 35), (13, 27), (1, 1), (32, 32))),
        (unit_b, 2, ((17, 17), (27, 13), (2, 3), (16, 16))),
        (unit_c, 1, ((8, 8), (13, 13), (1, 2), (7, 9))),
    ],
)
def test_maps_of_the_paper_and_odd_maps_keep_their_size(make_unit, depth, sizes):
    module = attention_module(make_unit, depth)
    for rows, columns in sizes:
        given = features(rows, columns)
        with torch.no_grad():
            assert module(given).shape == given.shape


def test_the_mask_pools_and_interpolates_as_often_as_its_depth(monkeypatch):
    from torch.nn import functional

    interpolate, sizes = functional.interpolate, []

    def recording(given, size, **options):
        sizes.append((tuple(given.shape[-2:]), size, options["mode"]))
        return interpolate(given, size=size, **options)

    monkeypatch.setattr(functional, "interpolate", recording)
    attention_module(unit_a, 3).mask(features(35))
    up = [((5, 5), (9, 9), "bilinear"), ((9, 9), (18, 18), "bilinear"), ((18, 18), (35, 35), "bilinear")]
    assert sizes == up


def test_the_mask_reaches_further_than_a_trunk_of_as_many_units():
    """Its pooling widens the receptive field: the purpose of the hourglass."""
    module = attention_module(unit_a, 3)

    def reach(branch):
        given = features(65).requires_grad_()
        branch(given)[0, :, 32, 32].sum().backward()
        seen = given.grad[0].abs().sum(dim=0).nonzero()
        return int((seen - 32).abs().max())

    assert reach(module.mask) > 2 * reach(module.trunk)


def test_with_the_mask_off_the_module_is_the_trunk():
    module, given = attention_module(), features(17)
    with torch.no_grad():
        weighted = module(given)
        module.mask_enabled = False
        assert torch.equal(module(given), module.trunk(given))
        module.mask_enabled = True
        assert torch.equal(module(given), weighted)


def test_a_mask_that_was_not_built_cannot_be_switched_on():
    module = AttentionModule(nn.Sequential(unit_a(CHANNELS, STYLE)), None)
    with pytest.raises(SettingsError, match="built without masks"):
        module.mask_enabled = True


def test_a_mask_needs_a_pooling():
    with pytest.raises(SettingsError, match="mask_depths"):
        MaskBranch(unit_a, CHANNELS, 0, STYLE)


def settled_network():
    """A view network whose running statistics fit its masks-off maps, as those of a pretrained one do."""
    torch.manual_seed(0)
    style = LayerStyle(width=0.125, padding=Padding.SAME)
    network = ViewNetwork(ViewNetworkSettings(style, StemStrides(2, 2, 1), units=StageCounts(2, 2, 2)))
    network.mask_enabled = False
    images = torch.randn(8, 3, 64, 64)
    measure_normalisation(network, network, [images])
    return network.eval(), images


def test_a_mask_starts_where_its_sigmoid_is_steepest_and_tells_places_apart():
    torch.manual_seed(0)
    mask = MaskBranch(unit_a, 64, 2, STYLE)
    with torch.no_grad():
        started = mask(torch.randn(4, 64, 17, 17))
    assert started.mean().item() == pytest.approx(0.5, abs=0.05)
    assert 0.03 < started.std().item() < 0.1


def test_with_statistics_measured_anew_a_trained_network_keeps_its_features_when_masks_are_switched_on():
    """Each mask multiplies what it weights by about 1.5; the normalisation behind it takes that back."""
    network, images = settled_network()
    with torch.no_grad():
        before = network(images)
        network.mask_enabled = True
        at_once = network(images)
        measure_normalisation(network, network, [images])
        settled = network(images)

    def change(after):
        return ((after - before).norm() / before.norm()).item()

    assert change(at_once) > 2
    assert change(settled) < 0.35
    assert torch.cosine_similarity(settled, before).min().item() > 0.93


def test_the_whole_mask_learns_from_the_first_step():
    network, images = settled_network()
    network.mask_enabled = True
    mask = network.attention_b.mask
    network(images)[:, ::2].mean().backward()
    learning = [mask.weighting.weight, mask.mixing.convolution.weight, mask.bottom_up[0].expansion.weight]
    trunk = network.attention_b.trunk[0].expansion.weight.grad.norm().item()
    assert all(parameter.grad.norm().item() > 1e-3 * trunk for parameter in learning)
