"""The memory that one training step takes, counted without allocating it.

Four sums, in float32, with every layer trained, nothing computed twice and all views in one pass: weights with running
statistics; gradients; the optimiser's state; and what the forward pass keeps for the backward pass, which is asked of
autograd itself. Not counted are maps that live for one layer only, the backward pass's own maps, and the libraries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, UntypedStorage, nn
from torch.autograd.graph import saved_tensors_hooks

from radiogene.networks.presets import Preset, build_mmdl

OptimiserName = Literal["sgd", "adamw"]

STATE_PER_PARAMETER: dict[OptimiserName, int] = {"sgd": 1, "adamw": 2}
"""Numbers that an optimiser keeps per parameter: the momentum; both moments."""

TRAINING_CONVENTION = (
    "float32, all layers trained, all views in one pass, nothing computed twice: weights and running statistics, "
    "gradients, the optimiser's state, and what autograd keeps between forward and backward pass"
)


@dataclass(frozen=True)
class TrainingMemory:
    """Bytes of one training step.

    Attributes:
        batch_patients: patients per step, each with all views.
        optimiser: "sgd" with momentum, or "adamw".
        weight_bytes: parameters and running statistics.
        gradient_bytes: one number per parameter.
        optimiser_bytes: see `STATE_PER_PARAMETER`.
        activation_bytes: what autograd keeps of the forward pass, the batch's views included.
    """

    batch_patients: int
    optimiser: OptimiserName
    weight_bytes: int
    gradient_bytes: int
    optimiser_bytes: int
    activation_bytes: int

    @property
    def total_bytes(self) -> int:
        """All four together."""
        return self.weight_bytes + self.gradient_bytes + self.optimiser_bytes + self.activation_bytes


def training_memory(
    preset: Preset,
    genes: Sequence[str],
    clinical_count: int,
    views: int,
    attention: bool,
    batch_patients: int,
    optimiser: OptimiserName,
) -> TrainingMemory:
    """The memory of one training step.

    Args:
        preset: the sizes.
        genes: names of the genes.
        clinical_count: number of clinical values.
        views: number of views.
        attention: False describes the network without masks.
        batch_patients: patients per step.
        optimiser: "sgd" or "adamw".
    """
    with torch.device("meta"):
        if preset.shared_view_network:
            network, repeats = build_mmdl(preset, genes, clinical_count, views, attention), 1
        else:
            # Views with networks of their own share nothing that is kept: one of them, as often as there are views.
            network, repeats = build_mmdl(preset, genes, clinical_count, 1, attention), views
        seen = views // repeats
        images = torch.empty(batch_patients, seen, preset.image_size, preset.image_size)
        activations = repeats * kept_bytes(network.train(), (images, torch.empty(batch_patients, clinical_count)))
    parameters = repeats * _bytes(network.parameters())
    return TrainingMemory(
        batch_patients=batch_patients,
        optimiser=optimiser,
        weight_bytes=parameters + repeats * _bytes(network.buffers()),
        gradient_bytes=parameters,
        optimiser_bytes=STATE_PER_PARAMETER[optimiser] * parameters,
        activation_bytes=activations,
    )


def kept_bytes(network: nn.Module, inputs: tuple[Tensor, ...]) -> int:
    """Bytes that autograd keeps of a forward pass for the backward pass, beside the network's own tensors.

    Args:
        network: in training mode; its running statistics move unless it is on the "meta" device.
        inputs: of one batch, on the network's device.
    """
    own = {tensor.untyped_storage()._cdata for tensor in (*network.parameters(), *network.buffers())}
    # Storages are held while they are counted, so that none takes the place of an earlier one.
    kept: dict[int, UntypedStorage] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage._cdata] = storage
        return tensor

    with saved_tensors_hooks(note, lambda tensor: tensor):
        # Held until all is counted, because maps go with the graph that keeps them.
        output = network(*inputs)
        total = sum(storage.nbytes() for key, storage in kept.items() if key not in own)
        del output
    return total


def _bytes(tensors: Iterable[Tensor]) -> int:
    """Bytes of tensors."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
