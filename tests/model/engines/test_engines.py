"""Every engine equals PyTorch in float32: exactly so in its own precision, and an export only where it belongs."""

import json
import resource
import shutil
import signal
from dataclasses import replace

import numpy as np
import openvino
import pytest
import torch

from radiogene.cohort.identity.cube_fingerprint import cohort_fingerprint, cube_fingerprint
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.prepare import prepare_cohort
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.errors import CohortError, SettingsError, WeightsError
from radiogene.model.engines.calibration_images import calibration_images
from radiogene.model.engines.compiled_engine import CompiledEngine, ThreadPlan
from radiogene.model.engines.engine_choice import EngineChoice, EngineName, Precision, export_place
from radiogene.model.engines.export import export_model
from radiogene.model.engines.export_record import RECORD_FILE, ExportRecord
from radiogene.model.engines.feature_engine import EngineIdentity
from radiogene.model.engines.onnx_trunk import onnx_trunk
from radiogene.model.engines.trunk_graph import trunk_graphs
from radiogene.model.nine_view_model import NineViewNetworks, read_nine_view_model
from radiogene.networks.presets import TINY, build_mmdl
from radiogene.phantom import write_cohort
from radiogene.prediction.model_evaluation import evaluate_model
from radiogene.prediction.predictor import Predictor

FLOAT32, BF16, INT8 = Precision.FLOAT32, Precision.BF16, Precision.INT8
PYTORCH, OPENVINO, ONNX = EngineName.PYTORCH, EngineName.OPENVINO, EngineName.ONNX


@pytest.fixture(scope="module")
def model_folder(trained_model, tmp_path_factory):
    """A copy of the trained model that exports may be written into."""
    return shutil.copytree(trained_model, tmp_path_factory.mktemp("engines") / "model")


@pytest.fixture(scope="module")
def exported(model_folder, synthetic_store):
    """The folder with its exports, calibrated on its training cubes."""
    model = read_nine_view_model(model_folder)
    images = calibration_images(model, synthetic_store, most=6)
    for name, precision in ((OPENVINO, FLOAT32), (OPENVINO, INT8), (ONNX, FLOAT32)):
        calibration = images if precision is INT8 else None
        export_model(model, export_place(model_folder, name, precision), name, precision, calibration)
    return model_folder


@pytest.fixture(scope="module")
def cases(synthetic_store):
    chosen = range(6)
    rows = [synthetic_store.records[index].row for index in chosen]
    return np.stack([synthetic_store.cube(index) for index in chosen]), rows


NEEDS_BF16 = pytest.mark.skipif(
    "BF16" not in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"),
    reason="this processor has no instructions for bf16",
)


@pytest.fixture(scope="module")
def expected(exported, cases):
    model = read_nine_view_model(exported)
    return NineViewNetworks(model.facts, model.networks).member_probabilities(*cases)


def networks_of(folder, choice):
    """The networks that a predictor asks, with the engine of its choice."""
    return Predictor.from_folder(folder, choice).model.method.networks


@pytest.mark.parametrize(
    ("name", "precision", "tolerance"),
    [
        (PYTORCH, BF16, 5e-3),
        (OPENVINO, FLOAT32, 1e-5),
        pytest.param(OPENVINO, BF16, 5e-3, marks=NEEDS_BF16),
        (OPENVINO, INT8, 2e-2),
        (ONNX, FLOAT32, 1e-5),
    ],
)
def test_an_engine_says_what_pytorch_says(name, precision, tolerance, exported, cases, expected):
    networks = networks_of(exported, EngineChoice(name, precision))
    found = networks.member_probabilities(*cases)
    assert found == pytest.approx(expected, abs=tolerance)
    assert networks.engine.identity.to_json() | {"version": ""} == {
        "name": name,
        "precision": precision,
        "version": "",
    }
    # A looser precision that gave the very same numbers would not have been used.
    assert (np.abs(found - expected).max() > 1e-6) == (precision is not FLOAT32)


def test_pytorch_in_float32_is_what_a_predictor_without_an_engine_says(exported, cases, expected):
    assert np.array_equal(networks_of(exported, EngineChoice()).member_probabilities(*cases), expected)


def test_without_an_export_the_networks_are_converted_in_memory(trained_model, cases, expected):
    choice = EngineChoice(OPENVINO)
    assert not choice.export_folder(trained_model).exists()
    found = networks_of(trained_model, choice).member_probabilities(*cases)
    assert found == pytest.approx(expected, abs=1e-5)


def test_separate_networks_keep_their_own_weights():
    torch.manual_seed(1)
    preset = replace(TINY, shared_view_network=False)
    network = build_mmdl(preset, ("EGFR",), 0, views=3).eval().requires_grad_(False)
    for module in network.view_networks:
        torch.nn.init.normal_(module.stem.first_convolution.normalisation.running_mean)
    views = torch.randn(2, 3, 64, 64)
    plan = ThreadPlan.of(3, 2)
    trunks = [onnx_trunk(graph, n) for graph, n in zip(trunk_graphs(network, 64, "onnx"), plan.threads, strict=True)]
    engine = CompiledEngine([trunks], [plan], EngineIdentity(ONNX, FLOAT32, ""))
    wanted = network.view_features(views)
    torch.testing.assert_close(engine.view_features(0, views), wanted, rtol=1e-4, atol=1e-4 * float(wanted.abs().max()))
    assert not torch.allclose(wanted[:, 0], network.features_of_view(1, views[:, 0]), rtol=1e-2)


@NEEDS_BF16
def test_an_evaluation_takes_an_engine_and_says_so(exported, synthetic_patients):
    plain, fast = (
        evaluate_model(Predictor.from_folder(exported, choice), synthetic_patients, include_training_cases=True)
        for choice in (EngineChoice(), EngineChoice(OPENVINO, BF16))
    )
    assert fast.predictions.probabilities == pytest.approx(plain.predictions.probabilities, abs=5e-3)
    assert fast.to_json()["engine"]["name"] == "openvino"
    assert "engine" not in plain.model.choices
    assert fast.model.choices == plain.model.choices | {"engine": "openvino", "precision": "bf16"}


def test_an_int8_export_says_which_training_cubes_set_its_scales(exported, synthetic_store):
    record = ExportRecord.from_json(json.loads((export_place(exported, OPENVINO, INT8) / RECORD_FILE).read_text()))
    cubes = sorted((synthetic_store.cube(n) for n in range(len(synthetic_store))), key=cube_fingerprint)[:6]
    assert (record.calibration.cubes, record.calibration.fingerprint) == (6, cohort_fingerprint(cubes))
    assert record.weights_sha256 == read_nine_view_model(exported).weights_sha256
    assert set(record.versions) == {"radiogene", "torch", "onnx", "openvino", "nncf"}
    # In int8 most weights take a byte.
    sizes = [(export_place(exported, OPENVINO, p) / "member-0.network-0.bin").stat().st_size for p in (FLOAT32, INT8)]
    assert sizes[1] < 0.4 * sizes[0]


def test_scales_are_not_set_on_patients_that_the_model_was_not_trained_on(exported, tmp_path):
    table = write_cohort(tmp_path / "b", patients=2, site="B", seed=8, workers=1)
    prepare_cohort(read_cohort(table), tmp_path / "store")
    store = CubeStore.open(tmp_path / "store")
    with pytest.raises(CohortError, match=r"2 of 2 cubes .* were not among the model's training cubes"):
        calibration_images(read_nine_view_model(exported), store)


def changed(exported, tmp_path, **values):
    """A copy of the float32 export whose record says something else."""
    folder = shutil.copytree(export_place(exported, OPENVINO, FLOAT32), tmp_path / "export")
    content = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    for key, value in values.items():
        content[key] = {**content[key], **value} if isinstance(value, dict) else value
    (folder / RECORD_FILE).write_text(json.dumps(content), encoding="utf-8")
    return EngineChoice(OPENVINO, export=folder)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"weights_sha256": "0" * 64}, r"exported from other weights \(000000000000\) than those of the model"),
        ({"model": {"preparation_hash": "x"}}, r"for other settings: preparation_hash is 'x' there and"),
        ({"model": {"view_names": ["axial"]}}, r"for other settings: view_names"),
        (
            {"versions": {"openvino": "2999.1.0"}},
            r"written with openvino 2999\.1\.0, and .* is installed, which is older",
        ),
        ({"engine": "onnx"}, r"an export for onnx in float32; `engine` openvino `precision` float32 reads one"),
        ({"format": 7}, r"export\.json: format 7"),
        ({"precision": "int4"}, r"export\.json, precision: found .int4., wanted .float32."),
        ({"files": [[]]}, r"does not name a file for every view network"),
        ({"sha256": {"../escape": "0"}}, r"has no \.\./escape"),
    ],
)
def test_an_export_of_something_else_is_refused(values, message, exported, tmp_path):
    choice = changed(exported, tmp_path, **values)
    with pytest.raises(WeightsError, match=message):
        Predictor.from_folder(exported, choice=choice)


def test_a_damaged_or_missing_file_is_refused(exported, tmp_path):
    choice = changed(exported, tmp_path)
    weights = choice.export / "member-0.network-0.bin"
    content = bytearray(weights.read_bytes())
    content[100] ^= 1
    weights.write_bytes(content)
    with pytest.raises(WeightsError, match=r"network-0\.bin is not the file that the export wrote"):
        Predictor.from_folder(exported, choice=choice)
    weights.unlink()
    with pytest.raises(WeightsError, match=r"has no member-0\.network-0\.bin"):
        Predictor.from_folder(exported, choice=choice)
    with pytest.raises(WeightsError, match="holds no export"):
        Predictor.from_folder(exported, choice=EngineChoice(OPENVINO, export=tmp_path))


def test_int8_needs_an_export_and_an_export_in_int8_needs_patients(trained_model, tmp_path):
    with pytest.raises(WeightsError, match=r"radiogene export .* --format onnx --precision int8 --calibration STORE"):
        Predictor.from_folder(trained_model, choice=EngineChoice(ONNX, INT8))
    with pytest.raises(SettingsError, match="give `calibration` STORE"):
        export_model(read_nine_view_model(trained_model), tmp_path / "out", OPENVINO, INT8)


@pytest.mark.parametrize(
    ("module", "name", "extra"), [("openvino", OPENVINO, "openvino"), ("onnxruntime", ONNX, "onnx")]
)
def test_an_engine_that_is_not_installed_names_its_extra(module, name, extra, trained_model, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(SettingsError, match=rf'{module} is not installed.*pip install "radiogene\[{extra}\]"'):
        Predictor.from_folder(trained_model, choice=EngineChoice(name))


@pytest.mark.parametrize("name", [OPENVINO, ONNX])
def test_a_full_disk_leaves_nothing_half_written(name, trained_model, tmp_path):
    model = read_nine_view_model(trained_model)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, limit[1]))
    try:
        with pytest.raises(OSError, match=r"cannot be written|File too large"):
            export_model(model, tmp_path / "exports" / "here", name, FLOAT32)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert not (tmp_path / "exports").exists()


def test_an_export_does_not_replace_other_files(trained_model, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match="holds other files"):
        export_model(read_nine_view_model(trained_model), tmp_path, ONNX, FLOAT32)
