"""torchvision, timm and lightning can be imported beside a torch that torchvision was not built for."""

import importlib.util
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torchvision") is None, reason="torchvision is not installed (extra `backbones`)"
)

FIRST_IMPORTS = {
    "a backbone": "from radiogene.networks.presets import *; build_feature_network(preset_named('tiny', 'resnet50'))",
    "training": "import radiogene.training.stages.training_stage",
}


@pytest.mark.long
@pytest.mark.parametrize("first", FIRST_IMPORTS.values(), ids=FIRST_IMPORTS)
def test_torchvision_and_lightning_can_be_imported_after(first):
    code = f"{first}\nimport torchvision, lightning, timm"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_operators_that_load_are_left_to_torchvision(monkeypatch):
    import torch

    from radiogene.networks import torchvision_operators

    class Untouched:
        def define(self, schema):
            raise AssertionError(f"declared {schema}")

    loaded = []
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    monkeypatch.setattr(torchvision_operators, "_DECLARATIONS", Untouched())
    monkeypatch.setattr(torch.ops, "torchvision", object(), raising=False)
    monkeypatch.setattr(torch.ops, "load_library", loaded.append)
    torchvision_operators.declare_torchvision_operators()
    assert [path.name.partition(".")[0] for path in loaded] == ["_C"]
