"""MMDL: separate branches (Eq. 5 and 6), clinical values, features that may be kept, and what can be exported."""

import pytest
import torch

from radiogene.errors import SettingsError
from radiogene.networks.gene_branch import ClinicalEntry, GeneBranch
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import TINY, build_mmdl, build_view_network

GENES = ("EGFR", "KRAS")


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return build_mmdl(TINY, GENES, 3, views=9).eval()


@pytest.fixture(scope="module")
def batch():
    torch.manual_seed(1)
    return torch.randn(2, 9, 64, 64), torch.randn(2, 3)


def test_shapes_and_probabilities(network, batch):
    with torch.no_grad():
        output = network(*batch)
    assert output.branch_logits.shape == (2, 9, 2, 2)
    assert output.fused_logits.shape == (2, 2)
    assert torch.equal(output.probabilities, torch.sigmoid(output.fused_logits))


def test_equations_5_and_6_every_view_and_gene_has_weights_of_its_own(network):
    torch.manual_seed(2)
    features, clinical = torch.randn(2, 9, network.view_networks[0].feature_count), torch.randn(2, 3)
    for view, gene in ((0, 0), (4, 1), (8, 0)):
        network.zero_grad()
        network.branch_logits(features, clinical)[:, view, gene].sum().backward()
        touched = {
            (v, g)
            for v, branches in enumerate(network.branches)
            for g, branch in enumerate(branches.genes)
            if any(p.grad is not None and p.grad.abs().sum() > 0 for p in branch.parameters())
        }
        assert touched == {(view, gene)}
    first, second = (branch.fc256.weight for branch in network.branches[3].genes)
    assert not torch.equal(first, second)


def test_equations_5_and_6_both_genes_share_the_convolutions(network, batch):
    for gene in range(2):
        network.zero_grad()
        network(*batch).branch_logits[:, :, gene].sum().backward()
        assert network.view_networks[0].stem.first_convolution.convolution.weight.grad.abs().sum() > 0


def test_a_branch_is_fc256_fc128_fc2_with_clinical_values_at_fc256():
    branch = GeneBranch(40, 3)
    assert [tuple(layer.weight.shape) for layer in (branch.fc256, branch.fc128, branch.fc2)] == [
        (256, 40),
        (128, 259),
        (2, 128),
    ]
    at_input = GeneBranch(40, 3, ClinicalEntry.FC256_INPUT)
    assert [tuple(layer.weight.shape) for layer in (at_input.fc256, at_input.fc128)] == [(256, 43), (128, 256)]
    features, clinical = torch.randn(4, 40), torch.randn(4, 3)
    hidden = torch.relu(features @ branch.fc256.weight.T + branch.fc256.bias)
    hidden = torch.relu(torch.cat([hidden, clinical], 1) @ branch.fc128.weight.T + branch.fc128.bias)
    torch.testing.assert_close(branch(features, clinical), hidden @ branch.fc2.weight.T + branch.fc2.bias)
    for entry in (branch, at_input):
        assert not torch.allclose(entry(features, clinical), entry(features, clinical + 1))


def test_image_only_takes_no_clinical_values():
    with torch.no_grad():
        output = build_mmdl(TINY, ("EGFR",), 0, views=2)(torch.randn(2, 2, 64, 64), torch.empty(2, 0))
    assert output.fused_logits.shape == (2, 1)


def test_any_gene_is_a_name():
    with torch.no_grad():
        network = build_mmdl(TINY, ("EGFR", "KRAS", "ALK", "STK11"), 3, views=1)
        assert network(torch.randn(2, 1, 64, 64), torch.randn(2, 3)).fused_logits.shape == (2, 4)


def test_features_may_be_kept_and_used_again(network, batch):
    views, clinical = batch
    with torch.no_grad():
        features = network.view_features(views)
        again, direct = network.from_features(features, clinical), network(views, clinical)
    assert torch.equal(again.branch_logits, direct.branch_logits)
    assert torch.equal(again.fused_logits, direct.fused_logits)


def test_dropout_acts_on_kept_features_too(batch):
    torch.manual_seed(0)
    network = build_mmdl(TINY, GENES, 3, views=9)
    features = torch.ones(2, 9, network.view_networks[0].feature_count)
    with torch.no_grad():
        first, second = (network.train().from_features(features, batch[1]).fused_logits for _ in range(2))
        assert not torch.equal(first, second)
        kept = network.dropout(torch.ones(100_000))
    assert (kept > 0).float().mean().item() == pytest.approx(0.8, abs=0.01)
    assert kept.max().item() == pytest.approx(1.25)


def test_a_shared_network_sees_every_view_alike_and_separate_ones_do_not():
    torch.manual_seed(0)
    image = torch.randn(1, 1, 64, 64)
    views = image.expand(1, 3, 64, 64)
    separate = MMDL(GENES, 3, 0, [build_view_network(TINY) for _ in range(3)], 0.8).eval()
    shared = MMDL(GENES, 3, 0, [build_view_network(TINY)], 0.8).eval()
    with torch.no_grad():
        alike, apart = shared.view_features(views), separate.view_features(views)
    torch.testing.assert_close(alike[:, 0], alike[:, 2])
    assert (apart[:, 0] - apart[:, 2]).abs().max() > 1e-2
    assert len(separate.grey_to_rgb) == len(separate.view_networks) == 3
    assert len(shared.grey_to_rgb) == len(shared.view_networks) == 1


def test_views_of_a_shared_network_stay_in_order(network, batch):
    views, _ = batch
    with torch.no_grad():
        together = network.view_features(views)
        one = network.features_of_view(5, views[:, 5])
    torch.testing.assert_close(together[:, 5], one, rtol=1e-4, atol=1e-5)


def test_the_grey_channel_is_copied_at_the_start(network):
    grey = torch.randn(2, 1, 16, 16)
    with torch.no_grad():
        assert torch.equal(network.grey_to_rgb[0](grey), grey.expand(2, 3, 16, 16))


def test_every_parameter_belongs_to_one_group(network):
    groups = [network.trunk_parameters(), network.branch_parameters(), network.fusion_parameters()]
    identities = [id(parameter) for group in groups for parameter in group]
    assert len(identities) == len(set(identities))
    assert set(identities) == {id(parameter) for parameter in network.parameters()}


def test_sizes_that_cannot_be_meant_are_refused(network, batch):
    views, clinical = batch
    with pytest.raises(
        SettingsError, match=r"Views of shape \(2, 4, 64, 64\): expected \(patients, 9, rows, columns\)"
    ):
        network(views[:, :4], clinical)
    with pytest.raises(SettingsError, match=r"shape \(2, 2\): expected \(patients, 3\)"):
        network(views, clinical[:, :2])
    with pytest.raises(SettingsError, match="none twice"):
        build_mmdl(TINY, ("EGFR", "EGFR"), 3)
    with pytest.raises(SettingsError, match="2 view networks for 9 views"):
        MMDL(GENES, 9, 0, [build_view_network(TINY) for _ in range(2)], 0.8)


def test_the_network_can_be_exported(network, batch):
    exported = torch.export.export(network, batch, strict=False).module()
    with torch.no_grad():
        torch.testing.assert_close(exported(*batch).fused_logits, network(*batch).fused_logits, rtol=1e-4, atol=1e-5)
