import pytest
import torch

from radiogene.explanation.weight_randomisation import (
    cascading_randomisation,
    independent_randomisation,
    layers_from_the_output,
)
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import TINY, build_mmdl

STAGES = ["final_convolution", "attention_c", "reduction_b", "attention_b", "reduction_a", "attention_a", "stem"]


def network(seed: int) -> MMDL:
    torch.manual_seed(seed)
    made = build_mmdl(TINY, ("EGFR", "KRAS"), clinical_count=1, views=2)
    with torch.no_grad():
        made.fusion.weights.normal_()
    return made


def changed_layers(before: MMDL, after: MMDL) -> set[str]:
    """Layers, named as in `layers_from_the_output`, of which some value differs."""
    names, others = set(), after.state_dict()
    for name, value in before.state_dict().items():
        if not torch.equal(value, others[name]):
            parts = name.split(".")
            names.add(parts[2] if parts[0] == "view_networks" else parts[0])
    return names


@pytest.fixture(scope="module")
def trained() -> MMDL:
    return network(0)


@pytest.fixture(scope="module")
def fresh() -> MMDL:
    return network(1)


@pytest.fixture(scope="module")
def independent(trained, fresh) -> list[tuple[str, MMDL]]:
    return list(independent_randomisation(trained, fresh))


def test_layers_are_listed_from_the_output_to_the_input(trained):
    assert list(layers_from_the_output(trained)) == ["fusion", "branches", *STAGES]


def test_a_cascade_changes_ever_more_layers_and_leaves_the_network(trained, fresh):
    state = {name: value.clone() for name, value in trained.state_dict().items()}
    layers = []
    for name, changed in cascading_randomisation(trained, fresh):
        layers.append(name)
        assert changed_layers(trained, changed) == set(layers)
        assert changed_layers(fresh, changed).isdisjoint(layers)
    assert layers == ["fusion", "branches", *STAGES]
    assert all(torch.equal(state[name], value) for name, value in trained.state_dict().items())


@pytest.mark.parametrize("position", range(9))
def test_an_independent_randomisation_changes_one_layer(position, trained, independent):
    name, changed = independent[position]
    assert changed_layers(trained, changed) == {name}
