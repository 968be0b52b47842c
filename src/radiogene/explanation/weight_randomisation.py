"""Networks whose weights are random from the output down: a map that does not change with them shows no network.

Source: Adebayo et al., "Sanity checks for saliency maps", NeurIPS 2018, section 3 (cascading and independent).
"""

from collections.abc import Iterator
from copy import deepcopy

from torch import nn

from radiogene.networks.mmdl import MMDL

FUSION, BRANCHES = "fusion", "branches"


def cascading_randomisation(network: MMDL, fresh: MMDL) -> Iterator[tuple[str, MMDL]]:
    """The network with ever more layers as in a fresh one, from the output to the input, with the last layer's name.

    Args:
        network: trained; left as it is.
        fresh: of the same sizes, with weights that nothing was learnt into.
    """
    changed = deepcopy(network)
    for name in layers_from_the_output(network):
        _replace(changed, fresh, name)
        yield name, deepcopy(changed)


def independent_randomisation(network: MMDL, fresh: MMDL) -> Iterator[tuple[str, MMDL]]:
    """The network with one layer as in a fresh one and all others as trained, with that layer's name.

    Args:
        network: trained; left as it is.
        fresh: of the same sizes, with weights that nothing was learnt into.
    """
    for name in layers_from_the_output(network):
        changed = deepcopy(network)
        _replace(changed, fresh, name)
        yield name, changed


def layers_from_the_output(network: MMDL) -> tuple[str, ...]:
    """Names of what is randomised in one step: the fusion, all branches, then the parts of the view networks.

    View networks are taken together, part by part, so that no view keeps what another has lost.
    """
    parts = [name for name, part in network.view_networks[0].named_children() if _has_weights(part)]
    return (FUSION, BRANCHES, *reversed(parts))


def _replace(changed: MMDL, fresh: MMDL, name: str) -> None:
    """Gives one layer the fresh network's weights, running statistics of normalisation included."""
    if name in (FUSION, BRANCHES):
        getattr(changed, name).load_state_dict(getattr(fresh, name).state_dict())
        return
    for of_view, fresh_one in zip(changed.view_networks, fresh.view_networks, strict=True):
        getattr(of_view, name).load_state_dict(getattr(fresh_one, name).state_dict())


def _has_weights(part: nn.Module) -> bool:
    return any(True for _ in part.parameters())
