import pytest
import torch

from radiogene.errors import SettingsError, WeightsError
from radiogene.networks.presets import TINY, build_mmdl
from radiogene.training.initial_weights import initial_weights
from radiogene.training.members.member_training import stages_of
from radiogene.training.settings import TrainingSettings


def test_random_weights_are_those_of_the_seed_and_have_no_head_stage():
    start = initial_weights("random", TINY)
    torch.manual_seed(3)
    network = build_mmdl(TINY, ("EGFR",), 0)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    start.load_into(network)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert [name.value for name, _ in stages_of(TrainingSettings(), start)] == [
        "all layers but masks",
        "all layers",
        "fusion",
    ]
    assert [name.value for name, _ in stages_of(TrainingSettings(joint=True), start)] == [
        "all layers but masks",
        "all layers and fusion",
    ]


def test_words_that_name_nothing_are_refused(tmp_path):
    with pytest.raises(SettingsError, match="expected `random`, the folder that `radiogene pretrain` wrote"):
        initial_weights("cats", TINY)
    with pytest.raises(WeightsError, match="is no file"):
        initial_weights(f"imagenet:{tmp_path / 'absent.safetensors'}", TINY)
    with pytest.raises(WeightsError, match=r"manifest\.json"):
        initial_weights(str(tmp_path), TINY)
