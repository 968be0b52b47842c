"""What presets cost, against published figures and against networks that are really built."""

import json
from dataclasses import replace

import pytest
import torch

from networks.backbone_names import every_backbone, needs_timm
from radiogene.networks.backbones import INCEPTION_ATTENTION_RESNET
from radiogene.networks.description import costs_by_part, describe, part_of_mmdl
from radiogene.networks.presets import PAPER, PRESETS, TINY, build_mmdl, build_view_network, preset_named
from radiogene.networks.view_classifier import ViewClassifier


def test_inception_resnet_v2_has_its_published_parameters_and_operations():
    """55.84 million parameters with 1000 classes, 54.3 million without; 13.2 thousand million multiply-accumulates."""
    with torch.device("meta"):
        classifier = ViewClassifier(build_view_network(PAPER, attention=False), 1000, 0.8).eval()
        costs = costs_by_part(classifier, (torch.empty(1, 3, 299, 299),), lambda name: name.split(".")[0])
    assert sum(cost.parameters for cost in costs.values()) == 55_843_464
    assert costs["network"].parameters == 54_306_464
    assert sum(cost.operations for cost in costs.values()) / 1e9 == pytest.approx(13.2, abs=0.1)


@pytest.mark.parametrize("shared", [True, False])
def test_parameters_are_those_of_the_network_that_is_built(shared):
    preset = replace(TINY, shared_view_network=shared)
    network = build_mmdl(preset, ("EGFR", "KRAS", "ALK"), 4, views=3)
    description = describe(preset, ("EGFR", "KRAS", "ALK"), clinical_count=4, views=3)
    assert description.total.parameters == sum(p.numel() for p in network.parameters())
    trunk = {part: cost for part, cost in description.by_part.items() if part not in ("branches", "fusion")}
    assert sum(cost.parameters for cost in trunk.values()) == sum(p.numel() for p in network.trunk_parameters())
    assert description.by_part["branches"].parameters == sum(p.numel() for p in network.branch_parameters())
    assert description.by_part["fusion"].parameters == 3 * 3 * 2


@every_backbone
def test_operations_equal_torchs_own_counter(backbone):
    from torch.utils.flop_counter import FlopCounterMode

    preset = preset_named("tiny", backbone)
    with torch.device("meta"):
        network = build_mmdl(preset, ("EGFR", "KRAS"), 3).eval()
        views = torch.randn(1, network.views, preset.image_size, preset.image_size)
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            network(views, torch.randn(1, 3))
    description = describe(preset)
    # The counter takes a multiply-accumulate for two operations.
    assert description.total.operations == pytest.approx(counter.get_total_flops() / 2, rel=1e-6)
    assert description.total.parameters == sum(parameter.numel() for parameter in network.parameters())
    assert description.backbone == backbone
    assert description.attention == (backbone == INCEPTION_ATTENTION_RESNET)
    assert len(description.by_part) > 7
    assert "stages" not in description.by_part


def test_the_paper_preset():
    content = describe(PAPER).to_json()
    assert content["parameters_total"] == sum(content["parameters_by_part"].values())
    assert content["operations_total"] == sum(content["operations_by_part"].values())
    parts = list(content["parameters_by_part"])
    assert parts == [
        "grey_to_rgb",
        "stem",
        "attention_a.trunk",
        "attention_a.mask",
        "reduction_a",
        "attention_b.trunk",
        "attention_b.mask",
        "reduction_b",
        "attention_c.trunk",
        "attention_c.mask",
        "final_convolution",
        "branches",
        "fusion",
    ]
    trunk = sum(
        count
        for part, count in content["parameters_by_part"].items()
        if not part.endswith("mask") and part not in ("grey_to_rgb", "branches", "fusion")
    )
    assert trunk == 9 * 54_306_464
    json.dumps(content)


def test_the_masks_are_the_only_difference_of_attention():
    with_masks, without = describe(TINY).by_part, describe(TINY, attention=False).by_part
    assert {part for part in with_masks if part not in without} == {f"attention_{m}.mask" for m in "abc"}
    assert all(with_masks[part] == cost for part, cost in without.items())


def test_a_smaller_preset_costs_less():
    totals = [describe(PRESETS[name]).total for name in ("tiny", "small")]
    assert totals[0].parameters < totals[1].parameters < 20_000_000
    assert totals[0].operations < totals[1].operations / 5


@pytest.mark.long
@needs_timm
def test_a_reduced_width_is_named():
    description = describe(preset_named("tiny", "resnet50"))
    assert str(description).startswith("tiny, resnet50 with 1/8 of its channels: 18 views")
    assert description.to_json()["channel_divisor"] == 8
    assert str(describe(TINY)).startswith("tiny, inception-attention-resnet: 18 views")
    assert str(describe(PAPER)).startswith("paper, inception-attention-resnet: 9 views")
    assert describe(TINY, views=2).views == 2


def test_layers_belong_to_the_part_that_is_read():
    assert part_of_mmdl("view_networks.4.attention_b.mask.mixing.convolution") == "attention_b.mask"
    assert part_of_mmdl("view_networks.0.stem.inception.branches.0.activation") == "stem"
    assert part_of_mmdl("dropout") == "branches"
    assert part_of_mmdl("view_networks.0.stages.layer3.2.conv1") == "layer3"


def test_the_text_has_a_line_for_every_part():
    description = describe(TINY)
    lines = str(description).splitlines()
    table = lines[2 : 2 + len(description.by_part)]
    assert [line.split()[0] for line in table] == list(description.by_part)
    assert lines[2 + len(table)].split()[:2] == ["total", f"{description.total.parameters:,}"]
    together = next(line for line in lines if line.startswith("together"))
    assert together.split()[1] == f"{description.training.total_bytes / 1e6:,.1f}"
