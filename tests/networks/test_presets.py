"""The presets build, the paper's runs at full size, and tiny learns."""

import pytest
import torch
from torch import nn

from radiogene.errors import SettingsError
from radiogene.networks.losses import branch_loss, fused_loss
from radiogene.networks.presets import PAPER, PRESETS, TINY, build_mmdl, preset_named
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.networks.view_network import StageCounts, ViewNetwork


def test_presets_are_found_by_name():
    assert [preset_named(name) for name in PRESETS] == list(PRESETS.values())
    with pytest.raises(SettingsError, match=r"No preset 'huge': expected one of paper, small, tiny \(`preset`\)"):
        preset_named("huge")


def test_the_paper_preset_is_the_papers():
    assert PAPER.image_size == 299
    assert not PAPER.shared_view_network
    assert PAPER.dropout_keep == 0.8
    assert PAPER.view_network.units == StageCounts(10, 20, 10)
    assert PAPER.view_network.attention


@pytest.mark.long
def test_the_paper_preset_runs_forward_at_full_size():
    """Nine networks, one patient; one run of numbers fills all weights, because drawing 681 million takes longer."""
    with torch.device("meta"):
        network = build_mmdl(PAPER, ("EGFR", "KRAS"), 3)
    network = network.to_empty(device="cpu").eval()
    _fill(network)
    sizes = {}
    view_network = network.view_networks[8]
    assert isinstance(view_network, ViewNetwork)
    for stage in ("attention_a", "attention_b", "attention_c"):
        view_network.stage(stage).register_forward_hook(
            lambda _, __, output, stage=stage: sizes.update({stage: tuple(output.shape)})
        )
    torch.manual_seed(0)
    with torch.inference_mode():
        output = network(torch.randn(1, 9, 299, 299), torch.zeros(1, 3))
    assert sizes == {
        "attention_a": (1, 320, 35, 35),
        "attention_b": (1, 1088, 17, 17),
        "attention_c": (1, 2080, 8, 8),
    }
    assert output.branch_logits.shape == (1, 9, 2, 2)
    assert torch.isfinite(output.fused_logits).all()
    assert output.branch_logits.std() > 0


def _fill(network):
    """Weights of the right spread from one short run of numbers, statistics of a fresh normalisation."""
    torch.manual_seed(0)
    numbers = torch.randn(100_003)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            fan_in = module.weight[0].numel()
            flat = module.weight.detach().view(-1)
            for start in range(0, flat.numel(), numbers.numel()):
                part = flat[start : start + numbers.numel()]
                torch.mul(numbers[: part.numel()], (2 / fan_in) ** 0.5, out=part)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
    nn.init.ones_(network.fusion.weights)


@pytest.mark.parametrize("name", ["tiny", "small"])
def test_smaller_presets_give_a_gradient_to_every_parameter(name):
    torch.manual_seed(0)
    preset = preset_named(name)
    network = build_mmdl(preset, ("EGFR", "KRAS"), 3, views=2).train()
    for module in network.modules():
        if hasattr(module, "weighting"):
            nn.init.normal_(module.weighting.weight, std=0.01)
    output = network(torch.randn(3, 2, preset.image_size, preset.image_size), torch.randn(3, 3))
    labels, known = torch.tensor([[0, 1], [1, 0], [1, 1]]), torch.ones(3, 2, dtype=torch.bool)
    (branch_loss(output.branch_logits, labels, known) + fused_loss(output.fused_logits, labels, known)).backward()
    without = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert without == []


LEARNING_STEPS = 30


def synthetic_views(labels, views, generator):
    """Discs in noise, synthetic: gene 0 makes them faint (ground glass), gene 1 large."""
    rows, columns = torch.meshgrid(torch.arange(64.0) - 31.5, torch.arange(64.0) - 31.5, indexing="ij")
    shift = torch.randn(len(labels), views, 2, 1, 1, generator=generator) * 3
    distance = torch.hypot(rows - shift[:, :, 0], columns - shift[:, :, 1])
    radius = (8 + 6 * labels[:, 1])[:, None, None, None]
    height = (2.0 - 1.2 * labels[:, 0])[:, None, None, None]
    noise = torch.randn(distance.shape, generator=generator)
    return height * (distance < radius) + 0.7 * noise


@pytest.mark.long
@pytest.mark.slow
def test_tiny_learns_two_genes_from_scratch():
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    network = build_mmdl(TINY, ("EGFR", "KRAS"), 0, views=2).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3)
    nothing, known = torch.empty(16, 0), torch.ones(16, 2, dtype=torch.bool)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, LEARNING_STEPS)
    for _ in range(LEARNING_STEPS):
        labels = torch.randint(0, 2, (16, 2), generator=generator)
        output = network(synthetic_views(labels, 2, generator), nothing)
        loss = branch_loss(output.branch_logits, labels, known) + fused_loss(output.fused_logits, labels, known)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        decay.step()
    labels = torch.randint(0, 2, (64, 2), generator=generator)
    with torch.inference_mode():
        fused = network.eval()(synthetic_views(labels, 2, generator), torch.empty(64, 0)).fused_logits
    for gene in range(2):
        mutants, wild = fused[labels[:, gene] == 1, gene], fused[labels[:, gene] == 0, gene]
        auc = (mutants[:, None] > wild[None]).float().mean().item()
        assert auc > 0.9, (gene, auc)


def test_a_view_classifier_is_the_view_network_with_one_layer_on_top():
    torch.manual_seed(0)
    view_network = ViewNetwork(TINY.view_network)
    classifier = ViewClassifier(view_network, 2, TINY.dropout_keep).eval()
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        expected = view_network.features(images) @ classifier.fully_connected.weight.T
        torch.testing.assert_close(classifier(images), expected + classifier.fully_connected.bias)
    assert classifier.dropout.p == pytest.approx(0.2)
