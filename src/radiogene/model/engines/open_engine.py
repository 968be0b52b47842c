"""The engine that a choice means for a model."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import torch

from radiogene.errors import WeightsError
from radiogene.model.engines.checked_export import checked_export
from radiogene.model.engines.compiled_engine import CompiledEngine, CompiledTrunk, ThreadPlan
from radiogene.model.engines.engine_choice import (
    LIBRARIES,
    EngineChoice,
    EngineName,
    Precision,
    engine_version,
    required_library,
)
from radiogene.model.engines.feature_engine import EngineIdentity, FeatureEngine
from radiogene.model.engines.onnx_trunk import onnx_trunk
from radiogene.model.engines.openvino_trunk import openvino_trunk
from radiogene.model.engines.pytorch_engine import PytorchBf16Engine, PytorchEngine
from radiogene.model.engines.trunk_graph import trunk_graphs
from radiogene.model.nine_view_model import NineViewModel


def open_engine(choice: EngineChoice, model: NineViewModel, folder: Path, device: str = "cpu") -> FeatureEngine:
    """The engine, with the model's networks loaded.

    Where no export lies in the model folder and none is named, float32 networks are converted in memory, which takes
    some seconds for each kind of network.

    Args:
        choice: which engine.
        model: read from its folder.
        folder: the model folder.
        device: PyTorch's name of a device; other engines run on the processor.

    Raises:
        SettingsError: the engine is not installed, or the processor cannot do this precision.
        WeightsError: the export is of another model, damaged or made by a newer library; or int8 without an export.
    """
    if choice.name is EngineName.PYTORCH:
        if choice.precision is Precision.BF16:
            return PytorchBf16Engine(model.networks, device)
        return PytorchEngine(model.networks)
    required_library(LIBRARIES[choice.name], choice.name)
    identity = EngineIdentity(choice.name, choice.precision, engine_version(choice.name))
    graphs: Sequence[Iterable[bytes | Path]] = _exported(choice, model, folder) or _converted(choice, model)
    plans = [ThreadPlan.of(len(network.view_networks), torch.get_num_threads()) for network in model.networks]
    members = [
        [_compiled(graph, choice, threads) for graph, threads in zip(trunks, plan.threads, strict=True)]
        for trunks, plan in zip(graphs, plans, strict=True)
    ]
    return CompiledEngine(members, plans, identity)


def _compiled(graph: bytes | Path, choice: EngineChoice, threads: int) -> CompiledTrunk:
    if choice.name is EngineName.OPENVINO:
        return openvino_trunk(graph, choice.precision, threads)
    return onnx_trunk(graph, threads)


def _exported(choice: EngineChoice, model: NineViewModel, folder: Path) -> list[list[Path]]:
    """The files of each member's trunks; none where there is no export and none is needed."""
    place = choice.export_folder(folder)
    if choice.export is None and not place.exists():
        if choice.precision is Precision.INT8:
            raise WeightsError(
                f"{folder} has no {choice.name} export in int8, whose scales must be set on training patients: "
                f"`radiogene export {folder} --format {choice.name} --precision int8 --calibration STORE` first."
            )
        return []
    record = checked_export(place, choice, model)
    return [[place / name for name in trunks] for trunks in record.files]


def _converted(choice: EngineChoice, model: NineViewModel) -> list[Iterator[bytes]]:
    """The graphs of each member's trunks, made one at a time."""
    size = model.facts.preset.image_size
    return [trunk_graphs(network, size, choice.name) for network in model.networks]
