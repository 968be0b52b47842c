"""One patient through the paper's network, nine separate view networks at 299 pixels: PyTorch, OpenVINO, ONNX Runtime.

    .venv/bin/python benchmarks/speed_prediction.py

Weights are random, running statistics those of a batch, so that no map is empty or overflows; times do not depend on
them otherwise. The peer is PyTorch as it comes: eager, float32, maps in the order of channels, rows, columns, default
threads. Every contender goes from nine views to two probabilities; branches and fusion are PyTorch's in all. The nine
int8 networks are nine loads of one that is quantised on two images. `--quick` takes two views of a shallower network.
The peak is that of large matrix products by OpenVINO in the same precision.
"""

import contextlib
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

# As the command line does, read when torch is imported: else a busy machine stalls PyTorch's threads for seconds.
os.environ.setdefault("GOMP_SPINCOUNT", "30000")

import numpy as np
import torch
from torch import Tensor, nn

from harness.arithmetic_peak import peak_per_s
from harness.in_turn import timed_in_turn
from harness.results import BenchmarkResult, Figure, Goal, Timing, run_benchmark
from radiogene.model.engines.compiled_engine import CompiledEngine, CompiledTrunk, ThreadPlan
from radiogene.model.engines.engine_choice import EngineName, Precision, required_library
from radiogene.model.engines.feature_engine import EngineIdentity, FeatureEngine
from radiogene.model.engines.onnx_trunk import onnx_trunk
from radiogene.model.engines.openvino_trunk import openvino_trunk, read_openvino, save_openvino
from radiogene.model.engines.pytorch_engine import PytorchBf16Engine, PytorchEngine
from radiogene.model.engines.quantisation import quantised
from radiogene.model.engines.trunk_graph import trunk_graphs
from radiogene.networks.description import describe
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import PAPER, VIEWS, Preset, build_mmdl
from radiogene.networks.view_network import StageCounts
from radiogene.networks.view_sampling import ViewSampler

GENES = ("EGFR", "KRAS")
CLINICAL = 3
BF16_TIMES, INT8_TIMES = 3.0, 5.5

BUDGET_S = 40.0
"""Of one contender: on a machine that others use, PyTorch's threads wait for each other longer than they compute."""

SHALLOW = replace(PAPER, view_network=replace(PAPER.view_network, units=StageCounts(1, 1, 1)))

PEER = "PyTorch float32, eager (the peer)"
CHANNELS_LAST = "PyTorch float32, channels last (the default)"
PYTORCH_BF16 = "PyTorch bf16"
OPENVINO_BF16, OPENVINO_INT8 = "OpenVINO bf16", "OpenVINO int8"
OPENVINO_FLOAT32, ONNX_FLOAT32 = "OpenVINO float32", "ONNX Runtime float32"


def made_network(preset: Preset, views: int) -> MMDL:
    """A network with random weights and the running statistics of a batch of two."""
    torch.manual_seed(0)
    network = build_mmdl(preset, GENES, CLINICAL, views)
    normalisations = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momentum = normalisations[0].momentum
    for module in normalisations:
        module.momentum = 1.0
    with torch.no_grad():
        network.train().view_features(torch.randn(2, views, preset.image_size, preset.image_size))
    for module in normalisations:
        module.momentum = momentum
    return network.eval().requires_grad_(False)


def plain_features(network: MMDL, views_bvhw: Tensor) -> Tensor:
    """The features as PyTorch computes them where nobody says how maps lie in memory."""
    pairs = zip(network.grey_to_rgb, network.view_networks, strict=True)
    return torch.stack([net(grey(views_bvhw[:, v : v + 1])) for v, (grey, net) in enumerate(pairs)], dim=1)


class Plain:
    """The peer as an engine."""

    def __init__(self, network: MMDL) -> None:
        self.network = network

    def view_features(self, _: int, views_bvhw: Tensor) -> Tensor:
        """See `FeatureEngine`."""
        return plain_features(self.network, views_bvhw)


def compiled(
    trunks: Sequence[CompiledTrunk], plan: ThreadPlan, name: EngineName, precision: Precision
) -> FeatureEngine:
    return CompiledEngine([trunks], [plan], EngineIdentity(name, precision, ""))


def loaded(network: MMDL, preset: Preset, name: EngineName, precision: Precision) -> FeatureEngine:
    """An engine with the network's own weights in float32 or bf16."""
    plan = ThreadPlan.of(network.views, torch.get_num_threads())
    trunks = []
    for graph, threads in zip(trunk_graphs(network, preset.image_size, name), plan.threads, strict=True):
        of_openvino = name is EngineName.OPENVINO
        trunks.append(openvino_trunk(graph, precision, threads) if of_openvino else onnx_trunk(graph, threads))
    return compiled(trunks, plan, name, precision)


def loaded_int8(network: MMDL, preset: Preset, folder: Path) -> FeatureEngine:
    """An engine with one int8 network as often as there are views."""
    core = required_library("openvino", EngineName.OPENVINO).Core()
    graph = next(iter(trunk_graphs(network, preset.image_size, EngineName.OPENVINO)))
    size = preset.image_size
    images = [torch.randn(1, 1, size, size).numpy() for _ in range(2)]
    file, _ = save_openvino(quantised(read_openvino(core, graph), images, EngineName.OPENVINO), folder / "int8.xml")
    plan = ThreadPlan.of(network.views, torch.get_num_threads())
    trunks = [openvino_trunk(file, Precision.INT8, threads) for threads in plan.threads]
    return compiled(trunks, plan, EngineName.OPENVINO, Precision.INT8)


def answer(network: MMDL, engine: FeatureEngine | Plain, views_bvhw: Tensor) -> Callable[[], np.ndarray]:
    """From views to probabilities."""
    clinical = torch.zeros(1, CLINICAL)

    def probabilities() -> np.ndarray:
        with torch.inference_mode():
            features = engine.view_features(0, views_bvhw)
            return torch.sigmoid(network.from_features(features, clinical).fused_logits.double()).numpy()

    return probabilities


def measure(quick: bool) -> BenchmarkResult:
    """Times all contenders in turn: the fast ones with the peer, then the other float32 ones, which need its memory."""
    preset, views, repeats = (SHALLOW, 2, 3) if quick else (PAPER, VIEWS, 5)
    started = time.monotonic()
    network = made_network(preset, views)
    built_s = time.monotonic() - started
    images = torch.randn(1, views, preset.image_size, preset.image_size)
    seconds: dict[str, float] = {}

    def timed(name: str, make: Callable[[], FeatureEngine]) -> Callable[[], np.ndarray]:
        before = time.monotonic()
        engine = make()
        seconds[name] = time.monotonic() - before
        return answer(network, engine, images)

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        contenders = {
            PEER: answer(network, Plain(network), images),
            CHANNELS_LAST: answer(network, PytorchEngine([network]), images),
            PYTORCH_BF16: timed(PYTORCH_BF16, lambda: PytorchBf16Engine([network])),
            OPENVINO_BF16: timed(OPENVINO_BF16, lambda: loaded(network, preset, EngineName.OPENVINO, Precision.BF16)),
            OPENVINO_INT8: timed(OPENVINO_INT8, lambda: loaded_int8(network, preset, Path(folder))),
        }
        timings = timed_in_turn(contenders, repeats, budget_s=BUDGET_S)
        differences = {name: float(np.abs(call() - contenders[PEER]()).max()) for name, call in contenders.items()}
        for name, engine in ((OPENVINO_FLOAT32, EngineName.OPENVINO), (ONNX_FLOAT32, EngineName.ONNX)):
            contenders = {}
            gc.collect()
            contenders[name] = timed(name, lambda engine=engine: loaded(network, preset, engine, Precision.FLOAT32))
            timings |= timed_in_turn(contenders, 3)
        sampling = sampling_timing(preset, repeats)
        peaks = {
            precision: peak_per_s(precision, torch.get_num_threads(), 3 if quick else 20) for precision in Precision
        }
    return result(preset, views, timings, sampling, peaks, seconds, built_s, differences)


def sampling_timing(preset: Preset, repeats: int) -> Timing:
    """Cutting nine views out of a cube, which comes before the network in all."""
    sampler = ViewSampler(preset.image_size)
    cube = torch.randint(-1000, 400, (1, 64, 64, 64), dtype=torch.int16)
    with torch.inference_mode():
        found = timed_in_turn({"nine views of a cube": lambda: sampler(cube)}, repeats)
    return replace(found["nine views of a cube"], note="before the network, in all")


def result(
    preset: Preset,
    views: int,
    timings: dict[str, Timing],
    sampling: Timing,
    peaks: dict[Precision, float],
    seconds: dict[str, float],
    built_s: float,
    differences: dict[str, float],
) -> BenchmarkResult:
    peer = timings[PEER].median
    operations = describe(preset, GENES, CLINICAL, views).total.operations
    precisions = {
        PEER: Precision.FLOAT32,
        CHANNELS_LAST: Precision.FLOAT32,
        OPENVINO_FLOAT32: Precision.FLOAT32,
        ONNX_FLOAT32: Precision.FLOAT32,
        PYTORCH_BF16: Precision.BF16,
        OPENVINO_BF16: Precision.BF16,
        OPENVINO_INT8: Precision.INT8,
    }
    figures = [Figure("multiply-accumulates of a patient", operations / 1e9, "G", f"{views} views")]
    figures += [
        Figure(f"measured peak, {precision}", peak / 1e9, "G multiply-accumulates a second", "large matrix products")
        for precision, peak in peaks.items()
    ]
    figures += [
        Figure(
            f"share of that peak, {name}",
            operations / min(timings[name].seconds) / peaks[precision] * 100,
            "%",
            "fastest run",
        )
        for name, precision in precisions.items()
    ]
    figures += [
        Figure(f"loading, {name}", found, "s", "conversion, and quantisation of one network, among it")
        for name, found in seconds.items()
    ]
    figures.append(Figure("making the random network", built_s, "s"))
    figures += [
        Figure(f"difference of probability, {name}", found, "", "random weights; int8 has one network nine times")
        for name, found in differences.items()
        if name not in (PEER, OPENVINO_INT8)
    ]
    noted = [
        replace(timing, note=f"{peer / timing.median:.2f} times as fast as the peer") for timing in timings.values()
    ]
    return BenchmarkResult(
        name="speed_prediction",
        title="Prediction, one patient, the paper's network",
        timings=[*noted, sampling],
        figures=figures,
        goals=[
            Goal("bf16, faster than eager float32", BF16_TIMES, peer / timings[OPENVINO_BF16].median, "times", True),
            Goal("int8, faster than eager float32", INT8_TIMES, peer / timings[OPENVINO_INT8].median, "times", True),
        ],
        packages=["torch", "openvino", "nncf", "onnx", "onnxruntime"],
    )


if __name__ == "__main__":
    run_benchmark(measure, __doc__)
