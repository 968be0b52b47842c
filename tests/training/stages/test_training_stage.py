"""Which layers of a stage learn, and in which mode, whatever came before it."""

import pytest
import torch

from radiogene.networks.presets import TINY, build_mmdl
from radiogene.training.stages.schedule import StageSchedule
from radiogene.training.stages.training_stage import StageName, TrainingStage


class NoInput:
    def output(self, network, batch, epoch):
        raise AssertionError("nothing is computed here")


def stage_after_evaluation(name):
    torch.manual_seed(0)
    network = build_mmdl(TINY, ("EGFR", "KRAS"), clinical_count=1).eval()
    TrainingStage(network, name, StageSchedule(1, 0.1, 1), NoInput())
    return network


def test_heads_drop_features_while_the_network_under_them_stays_as_it_is():
    network = stage_after_evaluation(StageName.BRANCHES)
    assert network.dropout.training
    assert not any(layer.training for layer in network.view_networks.modules())
    learning = {name.split(".")[0] for name, p in network.named_parameters() if p.requires_grad}
    assert learning == {"branches"}


def test_masks_wait_while_the_trunk_learns():
    network = stage_after_evaluation(StageName.TRUNK)
    assert all(layer.training for layer in network.modules())
    fixed = {name for name, p in network.named_parameters() if not p.requires_grad}
    assert fixed == {name for name, _ in network.named_parameters() if ".mask." in name or name == "fusion.weights"}
    assert any(".mask." in name for name in fixed)


@pytest.mark.parametrize("name", [StageName.ALL_LAYERS, StageName.FUSION, StageName.JOINT])
def test_later_stages_train_everything_although_the_heads_left_it_in_evaluation_mode(name):
    network = stage_after_evaluation(name)
    assert all(layer.training for layer in network.modules())
    fixed = {parameter.split(".")[0] for parameter, p in network.named_parameters() if not p.requires_grad}
    assert fixed == ({"fusion"} if name is StageName.ALL_LAYERS else set())


@pytest.mark.parametrize(
    ("name", "parts"), [(StageName.BRANCHES, {"branches", "fusion"}), (StageName.ALL_LAYERS, None)]
)
def test_a_checkpoint_holds_what_learns_and_gives_back_the_rest(name, parts):
    network = build_mmdl(TINY, ("EGFR", "KRAS"), clinical_count=1)
    stage = TrainingStage(network, name, StageSchedule(1, 0.1, 1), NoInput())
    whole = {key: tensor.clone() for key, tensor in stage.state_dict().items()}
    checkpoint = {"state_dict": stage.state_dict()}
    stage.on_save_checkpoint(checkpoint)
    everything = {key.split(".")[0] for key in network.state_dict()}
    assert {key.split(".")[1] for key in checkpoint["state_dict"]} == (parts or everything)
    assert {key.split(".")[0] for key in stage.learnt_state()} == (parts or everything)
    stage.on_load_checkpoint(checkpoint)
    assert set(checkpoint["state_dict"]) == set(whole)
    assert all(torch.equal(checkpoint["state_dict"][key], whole[key]) for key in whole)
