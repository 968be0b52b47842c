"""Recomputing maps in the backward pass changes memory and time, and nothing else."""

from dataclasses import replace

import pytest
import torch

from radiogene.networks.losses import branch_loss, fused_loss
from radiogene.networks.presets import TINY, build_mmdl

SEPARATE = replace(TINY, name="separate", image_size=32, shared_view_network=False)


def step(network, recompute):
    """Loss, gradients and state after one forward and backward pass."""
    network.recompute = recompute
    network.train()
    generator = torch.Generator().manual_seed(3)
    views = torch.randn(4, 3, 32, 32, generator=generator)
    clinical = torch.randn(4, 2, generator=generator)
    labels, known = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]), torch.ones(4, 2, dtype=torch.bool)
    torch.manual_seed(5)
    output = network(views, clinical)
    loss = branch_loss(output.branch_logits, labels, known) + fused_loss(output.fused_logits, labels, known)
    loss.backward()
    gradients = {name: parameter.grad for name, parameter in network.named_parameters()}
    return loss.detach(), gradients, network.state_dict()


def network(preset):
    torch.manual_seed(1)
    return build_mmdl(preset, ("EGFR", "KRAS"), clinical_count=2, views=3)


@pytest.mark.parametrize("preset", [TINY, SEPARATE], ids=["shared", "separate"])
def test_loss_gradients_dropout_and_running_statistics_are_those_of_the_plain_way(preset):
    plain = step(network(preset), recompute=False)
    again = step(network(preset), recompute=True)
    assert torch.equal(plain[0], again[0])
    for part in (1, 2):
        for name, tensor in plain[part].items():
            torch.testing.assert_close(again[part][name], tensor, rtol=1e-5, atol=1e-7, msg=name)
    counters = [t for name, t in again[2].items() if name.endswith("num_batches_tracked")]
    assert counters
    assert all(int(counter) == 1 for counter in counters)
    means = [t for name, t in again[2].items() if name.endswith("running_mean")]
    assert any(bool((mean != 0).any()) for mean in means)


def test_fewer_maps_are_kept_for_the_backward_pass():
    kept = {}
    for recompute in (False, True):
        built = network(SEPARATE)
        built.recompute = recompute
        built.train()
        sizes = []
        hooks = torch.autograd.graph.saved_tensors_hooks(
            lambda t, sizes=sizes: (sizes.append(t.numel()), t)[1], lambda t: t
        )
        with hooks:
            built(torch.randn(2, 3, 32, 32), torch.zeros(2, 2))
        kept[recompute] = sum(sizes)
    assert kept[True] < kept[False] / 5
