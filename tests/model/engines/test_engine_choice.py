"""Which engine can do what."""

from pathlib import Path

import pytest

from radiogene.errors import SettingsError
from radiogene.model.engines.engine_choice import PRECISIONS, EngineChoice, EngineName, Precision


def test_the_default_is_the_network_as_it_was_trained():
    assert EngineChoice() == EngineChoice(EngineName.PYTORCH, Precision.FLOAT32, None)


@pytest.mark.parametrize(
    ("name", "precision", "others"),
    [
        (EngineName.PYTORCH, Precision.INT8, "openvino and onnx"),
        (EngineName.ONNX, Precision.BF16, "pytorch and openvino"),
    ],
)
def test_a_precision_that_an_engine_lacks_is_refused(name, precision, others):
    with pytest.raises(SettingsError, match=rf"{name} does not run in {precision}: it has .*{others} can do"):
        EngineChoice(name, precision)


def test_pytorch_reads_no_export():
    with pytest.raises(SettingsError, match="PyTorch reads the model folder itself"):
        EngineChoice(export=Path("somewhere"))


def test_bf16_reads_the_float32_export():
    places = {
        (name, precision): EngineChoice(name, precision).export_folder(Path("model")).name
        for name, able in PRECISIONS.items()
        if name is not EngineName.PYTORCH
        for precision in able
    }
    assert places == {
        (EngineName.OPENVINO, Precision.FLOAT32): "openvino-float32",
        (EngineName.OPENVINO, Precision.BF16): "openvino-float32",
        (EngineName.OPENVINO, Precision.INT8): "openvino-int8",
        (EngineName.ONNX, Precision.FLOAT32): "onnx-float32",
        (EngineName.ONNX, Precision.INT8): "onnx-int8",
    }
    assert EngineChoice(EngineName.ONNX, export=Path("x")).export_folder(Path("model")) == Path("x")
