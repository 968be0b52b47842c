"""Writing an export: the trunks of a model in the form of another engine, checked against PyTorch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene import __version__
from radiogene.errors import SettingsError, WeightsError
from radiogene.model.engines.calibration_images import CalibrationImages
from radiogene.model.engines.compiled_engine import CompiledTrunk
from radiogene.model.engines.engine_choice import LIBRARIES, EngineChoice, EngineName, Precision, required_library
from radiogene.model.engines.export_record import RECORD_FILE, ExportRecord, exported_facts
from radiogene.model.engines.onnx_trunk import onnx_trunk
from radiogene.model.engines.openvino_trunk import openvino_trunk, read_openvino, save_openvino
from radiogene.model.engines.quantisation import images_of_trunks, quantised
from radiogene.model.engines.trunk import Trunk, trunks_of
from radiogene.model.engines.trunk_graph import IMAGES, trunk_graphs
from radiogene.model.nine_view_model import NineViewModel
from radiogene.storage.atomic_files import atomic_folder, write_json
from radiogene.storage.checked_files import require_own_place, sha256_of

LARGEST_FLOAT32_DIFFERENCE = 1e-3
"""Share of the largest feature; sums in another order give 1e-5."""

LARGEST_INT8_DIFFERENCE = 0.5
"""Beyond it the scales cannot be meant; a network that lost a few digits stays well below."""

TRIED_IMAGES_SEED = 0

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class _Graph:
    """A trunk on its way to a file."""

    onnx: bytes
    images: list[NDArray[np.float32]]
    trunk: Trunk


def require_export_place(out: Path) -> None:
    """Refuses a place where writing would destroy something else.

    Raises:
        SettingsError: the place holds other files.
    """
    require_own_place(out, (RECORD_FILE,), "the export")


def require_export_inputs(choice: EngineChoice, calibration: object) -> None:
    """Refuses what cannot be exported before anything is read.

    Args:
        choice: engine and precision.
        calibration: None where there are no patients to take scales from.

    Raises:
        SettingsError: a library is not installed, or int8 without training patients or these without int8.
    """
    if (choice.precision is Precision.INT8) == (calibration is None):
        raise SettingsError(
            "An int8 export takes its scales from training patients: give `calibration` STORE, the store of the "
            "training. An export in another precision has no scales, and takes no `calibration`."
        )
    for module in (LIBRARIES[choice.name], *(["nncf"] if choice.precision is Precision.INT8 else [])):
        required_library(module, choice.name)


def export_model(
    model: NineViewModel,
    out: Path,
    engine: EngineName,
    precision: Precision,
    calibration: CalibrationImages | None = None,
    progress: Progress | None = None,
) -> ExportRecord:
    """The record of the export that was written, whole or not at all.

    Args:
        model: read from its folder, on the CPU.
        out: the folder; an older export is replaced.
        engine: OpenVINO or ONNX Runtime.
        precision: float32, or int8, which needs calibration images.
        calibration: images of training patients.
        progress: is told of every finished trunk.

    Raises:
        SettingsError: a library is not installed, the place holds other files, or images are missing or too many.
        WeightsError: the engine does not compute what PyTorch computes.
        OSError: the disk is full, or cannot be written.
    """
    require_export_inputs(EngineChoice(engine, precision, out), calibration)
    require_export_place(out)
    count = sum(len(network.view_networks) for network in model.networks)
    written: list[str] = []
    differences = [0.0]
    with atomic_folder(out) as folder:
        for member in range(len(model.networks)):
            for number, graph in enumerate(_graphs(model, member, engine, calibration)):
                stem = folder / f"member-{member}.network-{number}"
                file, compiled = _WRITERS[engine](graph, stem, precision)
                written.append(file.name)
                differences.append(_difference(graph, compiled))
                if progress is not None:
                    progress(len(written), count)
        _require_equal(max(differences), precision, engine)
        names = iter(written)
        record = ExportRecord(
            engine=engine,
            precision=precision,
            weights_sha256=model.weights_sha256,
            model=exported_facts(model.facts),
            calibration=None if calibration is None else calibration.record,
            largest_difference=max(differences),
            versions=_versions(engine, precision),
            files=tuple(tuple(next(names) for _ in network.view_networks) for network in model.networks),
            sha256={file.name: sha256_of(file) for file in sorted(folder.iterdir())},
        )
        write_json(folder / RECORD_FILE, record.to_json())
    return record


def _graphs(
    model: NineViewModel, member: int, engine: EngineName, calibration: CalibrationImages | None
) -> Iterator[_Graph]:
    """The trunks of a member, each with the images it is quantised or tried with."""
    network = model.networks[member]
    preset = model.facts.preset
    trunks = trunks_of(network)
    if calibration is None:
        shape = (1, network.views, preset.image_size, preset.image_size)
        generator = torch.Generator().manual_seed(TRIED_IMAGES_SEED)
        views = torch.randn(shape, generator=generator).numpy()
    else:
        views = calibration.of_member(model, member)
    graphs = trunk_graphs(network, preset.image_size, engine)
    for graph, images, trunk in zip(graphs, images_of_trunks(views, len(trunks)), trunks, strict=True):
        yield _Graph(graph, images, trunk)


def _write_openvino(graph: _Graph, stem: Path, precision: Precision) -> tuple[Path, CompiledTrunk]:
    """Writes a trunk for OpenVINO; its file, and the trunk that OpenVINO reads from it."""
    library = required_library("openvino", EngineName.OPENVINO)
    model: Any = read_openvino(library.Core(), graph.onnx)
    if precision is Precision.INT8:
        model = quantised(model, graph.images, EngineName.OPENVINO)
    file, _ = save_openvino(model, stem.with_name(f"{stem.name}.xml"))
    return file, openvino_trunk(file, precision, torch.get_num_threads())


def _write_onnx(graph: _Graph, stem: Path, precision: Precision) -> tuple[Path, CompiledTrunk]:
    """Writes a trunk for ONNX Runtime; its file, and the trunk that ONNX Runtime reads from it."""
    content = graph.onnx
    if precision is Precision.INT8:
        onnx = required_library("onnx", EngineName.ONNX)
        inputs = [{IMAGES: images} for images in graph.images]
        content = quantised(onnx.load_from_string(content), inputs, EngineName.ONNX).SerializeToString()
    file = stem.with_name(f"{stem.name}.onnx")
    file.write_bytes(content)
    return file, onnx_trunk(file, torch.get_num_threads())


_WRITERS = {EngineName.OPENVINO: _write_openvino, EngineName.ONNX: _write_onnx}


def _difference(graph: _Graph, compiled: CompiledTrunk) -> float:
    """The largest difference from PyTorch's features, as a share of the largest feature."""
    images = graph.images[0]
    with torch.inference_mode():
        expected = graph.trunk(torch.from_numpy(images)).numpy()
    return float(np.abs(compiled(images) - expected).max() / max(np.abs(expected).max(), np.finfo(np.float32).tiny))


def _require_equal(difference: float, precision: Precision, engine: EngineName) -> None:
    limit = LARGEST_INT8_DIFFERENCE if precision is Precision.INT8 else LARGEST_FLOAT32_DIFFERENCE
    # Not `difference > limit`: a value that is not a number must not pass.
    if not difference <= limit:
        raise WeightsError(
            f"In {precision}, {engine} does not compute what PyTorch computes: features differ by {difference:.3g} of "
            f"the largest, at most {limit:g} is expected. Nothing was exported; use another `precision` or `format`."
        )


def _versions(engine: EngineName, precision: Precision) -> dict[str, str]:
    names = ["torch", "onnx", LIBRARIES[engine], *(["nncf"] if precision is Precision.INT8 else [])]
    return {"radiogene": __version__, **{name: version(name) for name in names}}
