"""Parameters, operations and memory of a network, part by part, counted without allocating its weights.

An operation is one multiply-accumulate of a convolution, a fully connected layer or the fusion; normalisation, pooling,
activation and interpolation are not counted, as is usual. All counts but those of a training step are for one patient:
every view passes.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from math import prod

import torch
from torch import Tensor, nn

from radiogene.networks.fusion import Fusion
from radiogene.networks.presets import Preset, build_mmdl
from radiogene.networks.training_memory import (
    TRAINING_CONVENTION,
    OptimiserName,
    TrainingMemory,
    training_memory,
)
from radiogene.storage.typed_json import JsonObject, to_json

OPERATIONS_CONVENTION = (
    "multiply-accumulates of convolutions, fully connected layers and fusion, one patient, all views"
)

FLOAT32_BYTES = 4

BATCH_PATIENTS = 16
"""Patients per training step (paper, "Deep learning model")."""

ATTENTION_PARTS = ("trunk", "mask")

STAGES_PART = "stages"
"""Where backbones from other libraries keep their parts."""

PARTS_AFTER_FEATURES = ("branches", "fusion")
"""Parts that exist once per MMDL, not once per view network."""


@dataclass(frozen=True)
class Cost:
    """What one part of a network costs.

    Attributes:
        parameters: trainable numbers.
        operations: multiply-accumulates for one patient.
        activation_bytes: float32 bytes of all layers' outputs for one patient.
    """

    parameters: int
    operations: int
    activation_bytes: int


@dataclass(frozen=True)
class Description:
    """What a preset costs, in total and part by part in the order of the data flow.

    Attributes:
        preset: its name.
        backbone: name of the network that looks at a view.
        channel_divisor: by which its published channel counts are divided.
        genes: names of the genes.
        views: number of views.
        clinical_count: number of clinical values.
        attention: whether masks are built.
        total: sum over the parts.
        by_part: cost of each part.
        training: memory of one training step.
    """

    preset: str
    backbone: str
    channel_divisor: int
    genes: tuple[str, ...]
    views: int
    clinical_count: int
    attention: bool
    total: Cost
    by_part: dict[str, Cost]
    training: TrainingMemory

    def __str__(self) -> str:
        genes, masks = ", ".join(self.genes), "attention" if self.attention else "no attention"
        width = f" with 1/{self.channel_divisor} of its channels" if self.channel_divisor > 1 else ""
        lines = [
            f"{self.preset}, {self.backbone}{width}: "
            f"{self.views} views, {genes}, {self.clinical_count} clinical values, {masks}",
            f"{'part':<20}{'parameters':>16}{'operations':>20}{'activations (MB)':>20}",
        ]
        for part, cost in [*self.by_part.items(), ("total", self.total)]:
            megabytes = cost.activation_bytes / 1e6
            lines.append(f"{part:<20}{cost.parameters:>16,}{cost.operations:>20,}{megabytes:>20,.1f}")
        step = self.training
        kinds = {
            "weights": step.weight_bytes,
            "gradients": step.gradient_bytes,
            f"state of {step.optimiser}": step.optimiser_bytes,
            "kept activations": step.activation_bytes,
            "together": step.total_bytes,
        }
        return "\n".join(
            [
                *lines,
                f"operations: {OPERATIONS_CONVENTION}",
                f"{f'training step of {step.batch_patients} patients':<56}{'MB':>20}",
                *(f"{kind:<56}{amount / 1e6:>20,.1f}" for kind, amount in kinds.items()),
                f"training: {TRAINING_CONVENTION}",
            ]
        )

    def to_json(self) -> JsonObject:
        """The description as plain values, with `parameters_total`, `operations_total` and both by part."""
        step = self.training
        return {
            "preset": self.preset,
            "backbone": self.backbone,
            "channel_divisor": self.channel_divisor,
            "genes": list(self.genes),
            "views": self.views,
            "clinical_count": self.clinical_count,
            "attention": self.attention,
            "operations_convention": OPERATIONS_CONVENTION,
            "parameters_total": self.total.parameters,
            "operations_total": self.total.operations,
            "parameter_bytes_total": self.total.parameters * FLOAT32_BYTES,
            "activation_bytes_total": self.total.activation_bytes,
            "parameters_by_part": {part: cost.parameters for part, cost in self.by_part.items()},
            "operations_by_part": {part: cost.operations for part, cost in self.by_part.items()},
            "activation_bytes_by_part": {part: cost.activation_bytes for part, cost in self.by_part.items()},
            "training_step": {**to_json(step), "total_bytes": step.total_bytes, "convention": TRAINING_CONVENTION},
        }


def describe(
    preset: Preset,
    genes: Sequence[str] = ("EGFR", "KRAS"),
    clinical_count: int = 3,
    views: int | None = None,
    attention: bool = True,
    batch_patients: int = BATCH_PATIENTS,
    optimiser: OptimiserName = "sgd",
) -> Description:
    """What a preset's network costs.

    Args:
        preset: the sizes and the backbone.
        genes: names of the genes.
        clinical_count: number of clinical values.
        views: number of views; None for every plane in every field of the preset.
        attention: False describes the network without masks.
        batch_patients: patients per training step.
        optimiser: of the training step.

    Raises:
        SettingsError: the backbone needs a library that is not installed.
    """
    views = preset.view_count if views is None else views
    # One view network looks at all views in either case, which costs the same operations; separate ones only repeat its
    # parameters, and building one takes a fraction of the time.
    shared = replace(preset, shared_view_network=True)
    with torch.device("meta"):
        network = build_mmdl(shared, genes, clinical_count, views, attention).eval()
        images = torch.empty(1, views, preset.image_size, preset.image_size)
        clinical = torch.empty(1, clinical_count)
    by_part = costs_by_part(network, (images, clinical), part_of_mmdl)
    if not preset.shared_view_network:
        by_part = {
            part: cost if part in PARTS_AFTER_FEATURES else replace(cost, parameters=cost.parameters * views)
            for part, cost in by_part.items()
        }
    sums = {name: sum(asdict(cost)[name] for cost in by_part.values()) for name in Cost.__dataclass_fields__}
    return Description(
        preset=preset.name,
        backbone=preset.backbone,
        channel_divisor=preset.channel_divisor,
        genes=tuple(genes),
        views=views,
        clinical_count=clinical_count,
        attention=attention and preset.has_masks,
        total=Cost(**sums),
        by_part=by_part,
        training=training_memory(preset, genes, clinical_count, views, attention, batch_patients, optimiser),
    )


def part_of_mmdl(name: str) -> str:
    """The part of MMDL to which a layer belongs, summed over view networks; views share or repeat the same parts.

    Args:
        name: of a layer, such as `view_networks.0.attention_a.mask.mixing.convolution`.
    """
    steps = name.split(".")
    if steps[0] == "dropout":
        return "branches"
    if steps[0] != "view_networks":
        return steps[0]
    inside = steps[3:] if steps[2] == STAGES_PART else steps[2:]
    return ".".join(inside[:2]) if len(inside) > 1 and inside[1] in ATTENTION_PARTS else inside[0]


def costs_by_part(network: nn.Module, inputs: tuple[Tensor, ...], part_of: Callable[[str], str]) -> dict[str, Cost]:
    """The cost of each part of a network for the given inputs, in the order in which the parts first run.

    Args:
        network: best on the "meta" device, where no weight is allocated and nothing is computed.
        inputs: of one patient, on the network's device.
        part_of: the part to which the layer of a given name belongs.
    """
    operations: dict[str, int] = defaultdict(int)
    activation_bytes: dict[str, int] = defaultdict(int)
    parameters: dict[str, int] = defaultdict(int)

    def count(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def hook(layer: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
            part = part_of(name)
            operations[part] += layer_operations(layer, output)
            activation_bytes[part] += output.numel() * FLOAT32_BYTES

        return hook

    leaves = {name: layer for name, layer in network.named_modules() if not list(layer.children())}
    handles = [layer.register_forward_hook(count(name)) for name, layer in leaves.items()]
    try:
        with torch.no_grad():
            network(*inputs)
    finally:
        for handle in handles:
            handle.remove()
    # Not by leaves: a normalisation of timm holds parameters of its own beside an activation.
    for name, parameter in network.named_parameters():
        parameters[part_of(name)] += parameter.numel()
    return {part: Cost(parameters[part], operations[part], activation_bytes[part]) for part in operations}


def layer_operations(layer: nn.Module, output: Tensor) -> int:
    """Multiply-accumulates of one call of a layer.

    Args:
        layer: any layer without layers of its own.
        output: what the call gave.
    """
    if isinstance(layer, nn.Conv2d):
        return output.numel() * (layer.in_channels // layer.groups) * prod(layer.kernel_size)
    if isinstance(layer, nn.Linear):
        return output.numel() * layer.in_features
    if isinstance(layer, Fusion):
        return output.shape[0] * layer.weights.numel()
    return 0
