import numpy as np
import pytest
import torch
from torch import Tensor, nn

from radiogene.errors import SettingsError
from radiogene.explanation.activation_maps import (
    ActivationMaps,
    FromMaps,
    activation_maps,
    activation_maps_of_all_genes,
    ensemble_activation_maps,
    maps_of_views,
)
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.gene_branch import GeneBranch
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import TINY, build_mmdl

GENES = ("EGFR", "KRAS")
SIZE = 16


class TwoChannels(FeatureNetwork):
    """A last map of two channels from one convolution."""

    feature_count = 2

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 2, kernel_size=3, stride=2, padding=1)

    def feature_map(self, images: Tensor) -> Tensor:
        return torch.tanh(self.convolution(images))


class Brightness(FeatureNetwork):
    """The last map is the image's own brightness, a quarter as large."""

    feature_count = 1

    def feature_map(self, images: Tensor) -> Tensor:
        return nn.functional.avg_pool2d(images.mean(dim=1, keepdim=True), 4)


def brightness_mmdl(views: int, networks: int) -> MMDL:
    """The first gene's probability rises with brightness, the second one's falls."""
    network = MMDL(GENES, views, 0, [Brightness() for _ in range(networks)], dropout_keep=0.8)
    with torch.no_grad():
        for branches in network.branches:
            of_genes = [module for module in branches.modules() if isinstance(module, GeneBranch)]
            for branch, sign in zip(of_genes, (1.0, -1.0), strict=True):
                for layer in (branch.fc256, branch.fc128):
                    layer.weight.fill_(0.01)
                branch.fc2.weight[0], branch.fc2.weight[1] = -sign, sign
    return network


def spots(views: int, seed: int = 0) -> tuple[Tensor, np.ndarray]:
    """Views (1, V, 32, 32) of one bright 4 x 4 block each, and the block's position (V, 2) in steps of 4 pixels."""
    cells = np.random.default_rng(seed).integers(1, 7, size=(views, 2))
    images = torch.zeros(1, views, 32, 32)
    for view, (row, column) in enumerate(cells):
        images[0, view, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] = 1.0
    return images, cells


@pytest.mark.parametrize("gene", [0, 1])
@pytest.mark.parametrize("networks", [1, 3])
def test_equals_grad_cam_by_finite_differences(gene, networks):
    torch.manual_seed(gene)
    network = MMDL(GENES, 3, 2, [TwoChannels() for _ in range(networks)], 0.8).double().eval()
    views, clinical = torch.randn(1, 3, SIZE, SIZE).double(), torch.randn(1, 2).double()
    with torch.no_grad():
        last = torch.stack(
            [
                network.view_networks[v % networks].feature_map(views[:, v : v + 1].expand(1, 3, -1, -1))
                for v in range(3)
            ]
        )[:, 0]
        features = last.mean(dim=(2, 3))[None]
        cells, step = last.shape[2] * last.shape[3], 1e-6
        weights = torch.zeros(3, 2).double()
        for v in range(3):
            for k in range(2):
                ends = []
                for sign in (1, -1):
                    moved = features.clone()
                    moved[0, v, k] += sign * step
                    ends.append(network.from_features(moved, clinical).fused_logits[0, gene])
                weights[v, k] = (ends[0] - ends[1]) / (2 * step) / cells
        expected = torch.relu((weights[:, :, None, None] * last).sum(dim=1))
    assert expected.max() > 0
    found = activation_maps(network, views, clinical, gene, size=SIZE // 2)
    np.testing.assert_allclose(found.maps_vhw, (expected / expected.max()).numpy(), rtol=1e-5, atol=1e-6)
    assert found.maps_vhw.dtype == np.float32
    assert found.gene == GENES[gene]


def test_is_upsampled_bilinearly_to_the_views_size_and_scaled_jointly():
    network = brightness_mmdl(views=2, networks=1)
    views = torch.zeros(1, 2, 8, 8)
    views[0, 0, :, 4:] = 1.0
    views[0, 1, :, 4:] = 0.5
    found = activation_maps(network, views, torch.zeros(1, 0), 0).maps_vhw
    # Cells of 0 and 1 with centres at pixels 1.5 and 5.5: a line between them, constant beyond.
    line = np.clip((np.arange(8) - 1.5) / 4, 0, 1)
    # The second view is half as bright; its gradient differs by the slope of its branch's sigmoids.
    gradients = found[1, 0, -1] / 0.5
    assert found[0] == pytest.approx(np.tile(line, (8, 1)), abs=1e-6)
    assert found[1] == pytest.approx(np.tile(line * 0.5 * gradients, (8, 1)), abs=1e-6)
    assert found.max() == 1.0


@pytest.mark.parametrize("networks", [1, 3])
def test_what_is_explained_is_the_networks_own_answer(networks):
    torch.manual_seed(5)
    network = MMDL(GENES, 3, 2, [TwoChannels() for _ in range(networks)], 0.8).eval()
    for grey in network.grey_to_rgb:
        nn.init.normal_(grey.convolution.weight)
    views, clinical = torch.randn(1, 3, SIZE, SIZE), torch.randn(1, 2)
    with torch.no_grad():
        explained = FromMaps(network)(maps_of_views(network, views[0]), clinical)
        torch.testing.assert_close(explained, network(views, clinical).fused_logits)


def test_leaves_the_network_as_it_was():
    torch.manual_seed(0)
    network = build_mmdl(TINY, GENES, clinical_count=2, views=2)
    for number, parameter in enumerate(network.parameters()):
        parameter.requires_grad_(number % 2 == 0)
    network.train()
    network.view_networks[0].eval()
    state = {name: value.clone() for name, value in network.state_dict().items()}
    modes = [module.training for module in network.modules()]
    flags = [parameter.requires_grad for parameter in network.parameters()]
    views, clinical = torch.randn(1, 2, 64, 64), torch.randn(1, 2)
    random = torch.get_rng_state()

    first = activation_maps_of_all_genes(network, views, clinical)

    assert [module.training for module in network.modules()] == modes
    assert [parameter.requires_grad for parameter in network.parameters()] == flags
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not views.requires_grad
    for module in network.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks
        assert not module._backward_hooks
    assert all(torch.equal(state[name], value) for name, value in network.state_dict().items())
    assert torch.equal(torch.get_rng_state(), random)

    for parameter in network.parameters():
        parameter.requires_grad_(False)
    with torch.inference_mode():
        frozen = activation_maps(network.eval(), views.clone(), clinical.clone(), 1)
    assert frozen.maps_vhw.tobytes() == first["KRAS"].maps_vhw.tobytes()
    assert first["KRAS"].maps_vhw.shape == (2, 64, 64)
    assert first["KRAS"].maps_vhw.max() == 1.0
    assert first["KRAS"].maps_vhw.min() >= 0.0


@pytest.mark.parametrize("networks", [1, 9])
def test_peaks_at_the_bright_spot_of_every_view(networks):
    views, cells = spots(9)
    found = activation_maps(brightness_mmdl(9, networks), views, torch.zeros(1, 0), 0).maps_vhw
    for view, (row, column) in enumerate(cells):
        peak = np.unravel_index(found[view].argmax(), found[view].shape)
        assert (peak[0] // 4, peak[1] // 4) == (row, column)


def test_nothing_raises_the_gene_that_falls_with_brightness():
    views, _ = spots(9)
    found = activation_maps(brightness_mmdl(9, 1), views, torch.zeros(1, 0), 1)
    assert found.is_empty
    assert np.isfinite(found.maps_vhw).all()


@pytest.mark.parametrize("axis", [1, 2])
def test_a_flipped_view_has_a_flipped_map(axis):
    views, _ = spots(9)
    network = brightness_mmdl(9, 1)
    straight = activation_maps(network, views, torch.zeros(1, 0), 0).maps_vhw
    flipped = activation_maps(network, views.flip(axis + 1), torch.zeros(1, 0), 0).maps_vhw
    np.testing.assert_allclose(flipped, np.flip(straight, axis), atol=1e-6)
    assert not np.allclose(flipped, straight)


def test_separate_networks_with_equal_weights_agree_with_a_shared_one():
    torch.manual_seed(3)
    shared = MMDL(GENES, 3, 1, [TwoChannels()], 0.8)
    separate = MMDL(GENES, 3, 1, [TwoChannels() for _ in range(3)], 0.8)
    separate.branches.load_state_dict(shared.branches.state_dict())
    for trunk in separate.view_networks:
        trunk.load_state_dict(shared.view_networks[0].state_dict())
    views, clinical = torch.randn(1, 3, SIZE, SIZE), torch.randn(1, 1)
    one, nine = (activation_maps(network, views, clinical, 0).maps_vhw for network in (shared, separate))
    assert one.max() == 1.0
    np.testing.assert_allclose(one, nine, atol=1e-6)


def test_an_ensemble_is_the_mean_of_its_members_brought_back_to_one():
    first = ActivationMaps("EGFR", np.array([[[1.0, 0.0]], [[0.0, 0.5]]], dtype=np.float32))
    second = ActivationMaps("EGFR", np.array([[[0.0, 0.0]], [[0.0, 1.0]]], dtype=np.float32))
    mean = ensemble_activation_maps([first, second])
    np.testing.assert_allclose(mean.maps_vhw, [[[0.5 / 0.75, 0.0]], [[0.0, 1.0]]], rtol=1e-6)
    with pytest.raises(SettingsError, match="expected one gene"):
        ensemble_activation_maps([first, ActivationMaps("KRAS", second.maps_vhw)])


def test_refuses_another_number_of_nodules_views_or_genes():
    network = brightness_mmdl(2, 1)
    with pytest.raises(SettingsError, match=r"\(2, 2, 8, 8\): expected \(1, 2, rows, columns\)"):
        activation_maps(network, torch.zeros(2, 2, 8, 8), torch.zeros(2, 0), 0)
    with pytest.raises(SettingsError, match="Gene number 2"):
        activation_maps(network, torch.zeros(1, 2, 8, 8), torch.zeros(1, 0), 2)
