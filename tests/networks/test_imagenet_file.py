"""Files of ImageNet parameters: every kind that is read, and every damage that is refused."""

import os
import pickle
import zipfile

import pytest
import torch
from safetensors.torch import save_file

from networks.inception_resnet_reference import parameter_shapes
from radiogene.errors import WeightsError
from radiogene.networks import imagenet_file
from radiogene.networks.imagenet_file import LARGEST_FILE_BYTES, read_imagenet_parameters

SOME_NAME = "repeat_1.7.branch1.2.conv.weight"


@pytest.fixture(scope="module")
def shapes():
    return parameter_shapes()


@pytest.fixture
def parameters(shapes):
    """Parameters of the right shapes that take no room: one number each, repeated without being stored again."""
    found = {
        name: torch.tensor((number % 64) / 64).expand(shape) for number, (name, shape) in enumerate(shapes.items())
    }
    counters = {name: torch.tensor(7) for name in shapes if name.endswith("num_batches_tracked")}
    return {**found, **counters}


def check(found, parameters):
    assert set(found) == set(parameters)
    assert all(torch.equal(found[name], value.to(found[name].dtype)) for name, value in parameters.items())
    assert {value.dtype for name, value in found.items() if not name.endswith("tracked")} == {torch.float32}


def test_safetensors_of_half_the_width_are_read_without_the_classifier(parameters, tmp_path):
    file = tmp_path / "inception_resnet_v2.safetensors"
    stored = {name: value.to(torch.bfloat16).contiguous() for name, value in parameters.items()}
    save_file({**stored, "classif.weight": torch.zeros(1000, 1536), "classif.bias": torch.zeros(1000)}, file)
    check(read_imagenet_parameters(file), parameters)


@pytest.mark.parametrize("suffix", ["pth", "pt", "bin"])
@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_checkpoints_of_both_formats_are_read(suffix, zipped, parameters, tmp_path):
    file = tmp_path / f"weights.{suffix}"
    torch.save({**parameters, "last_linear.bias": torch.zeros(3)}, file, _use_new_zipfile_serialization=zipped)
    assert file.stat().st_size < 2**20
    check(read_imagenet_parameters(file), parameters)


def test_wrappings_of_training_scripts_are_taken_off(parameters, tmp_path):
    file = tmp_path / "weights.pth"
    of_several_gpus = {f"module.{name}": torch.nn.Parameter(t, t.is_floating_point()) for name, t in parameters.items()}
    torch.save({"epoch": 3, "state_dict": of_several_gpus}, file)
    found = read_imagenet_parameters(file)
    check(found, parameters)
    assert not any(value.requires_grad for value in found.values())


class RunsCode:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


class TakesMemory:
    def __reduce__(self):
        return bytearray, (2**40,)


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_pickle_that_needs_code_is_refused_and_not_run(zipped, parameters, tmp_path):
    file, marker = tmp_path / "evil.pth", tmp_path / "it-ran"
    torch.save({**parameters, "more": RunsCode(marker)}, file, _use_new_zipfile_serialization=zipped)
    with pytest.raises(WeightsError, match=r"evil\.pth asks for \w+ mkdir, .* could run code, so it was not loaded"):
        read_imagenet_parameters(file)
    assert not marker.exists()


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_bare_pickle_is_refused_and_not_run(protocol, tmp_path):
    file, marker = tmp_path / "evil.bin", tmp_path / "it-ran"
    file.write_bytes(pickle.dumps(RunsCode(marker), protocol=protocol) * 5)
    with pytest.raises(WeightsError, match=r"evil\.bin asks for"):
        read_imagenet_parameters(file)
    assert not marker.exists()


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_small_file_cannot_ask_for_a_terabyte(zipped, parameters, tmp_path):
    file = tmp_path / "bomb.pth"
    torch.save({"more": TakesMemory()}, file, _use_new_zipfile_serialization=zipped)
    with pytest.raises(WeightsError, match="bytearray"):
        read_imagenet_parameters(file)
    torch.save({**parameters, SOME_NAME: torch.zeros(()).expand(10**6, 10**6)}, file)
    with pytest.raises(WeightsError, match=r"bomb\.pth claims more than"):
        read_imagenet_parameters(file)


def test_a_zip_that_claims_more_than_a_file_may_hold_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(imagenet_file, "LARGEST_FILE_BYTES", 2**20)
    file = tmp_path / "bomb.pth"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}, protocol=2))
        archive.writestr("archive/data/0", bytes(2**20))
    assert file.stat().st_size < 2**12
    with pytest.raises(WeightsError, match="its parts claim more than"):
        read_imagenet_parameters(file)


@pytest.mark.parametrize(
    ("suffix", "keep"), [("safetensors", 0.5), ("safetensors", 0.001), ("pth", 0.5), ("pth", 0.99)]
)
@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_truncated_file_is_refused(suffix, keep, zipped, parameters, tmp_path):
    file = tmp_path / f"cut.{suffix}"
    if suffix == "pth":
        torch.save(parameters, file, _use_new_zipfile_serialization=zipped)
    else:
        save_file({f"conv{number}.weight": torch.zeros(100) for number in range(100)}, file)
    content = file.read_bytes()
    file.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(WeightsError, match=rf"cut\.{suffix} is damaged or no .*radiogene imagenet --out FILE"):
        read_imagenet_parameters(file)


@pytest.mark.parametrize("suffix", ["safetensors", "pth", "pt", "bin"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x02", b"<html>404</html>\n", bytes(4096)])
def test_what_is_no_file_of_weights_is_refused(suffix, content, tmp_path):
    file = tmp_path / f"page.{suffix}"
    file.write_bytes(content)
    with pytest.raises(WeightsError, match=rf"page\.{suffix} is damaged or no"):
        read_imagenet_parameters(file)


def test_a_file_of_another_architecture_is_refused(parameters, tmp_path):
    file = tmp_path / "resnet50.safetensors"
    save_file({"conv1.weight": torch.zeros(64, 3, 7, 7), "fc.weight": torch.zeros(1000, 2048)}, file)
    with pytest.raises(
        WeightsError, match=r"resnet50\.safetensors is no Inception-ResNet-v2: .* is missing; .* more\."
    ):
        read_imagenet_parameters(file)
    del parameters[SOME_NAME]
    torch.save(parameters, tmp_path / "part.pth")
    with pytest.raises(WeightsError, match=rf"is no Inception-ResNet-v2: {SOME_NAME} is missing\. Expected"):
        read_imagenet_parameters(tmp_path / "part.pth")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (SOME_NAME, float("nan"), "values that are not finite"),
        (SOME_NAME, float("inf"), "values that are not finite"),
        ("conv2d_7b.bn.running_var", -1.0, "a negative variance"),
        (SOME_NAME, 1, r"is torch\.int64"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(name, value, message, parameters, tmp_path):
    parameters[name] = torch.tensor(value).expand(parameters[name].shape)
    torch.save(parameters, tmp_path / "weights.pth")
    with pytest.raises(WeightsError, match=rf"weights\.pth: {name} .*{message}"):
        read_imagenet_parameters(tmp_path / "weights.pth")


def test_other_content_than_tensors_by_name_is_refused(tmp_path):
    for content in ([torch.zeros(2)], {"state_dict": 3}, {1: torch.zeros(2)}, torch.zeros(2)):
        torch.save(content, tmp_path / "weights.pth")
        with pytest.raises(WeightsError, match="something else than tensors by name"):
            read_imagenet_parameters(tmp_path / "weights.pth")


def test_places_that_are_no_such_file_are_refused(tmp_path):
    with pytest.raises(WeightsError, match="is no file"):
        read_imagenet_parameters(tmp_path)
    with pytest.raises(WeightsError, match=r"absent\.pth is no file"):
        read_imagenet_parameters(tmp_path / "absent.pth")
    (tmp_path / "weights.h5").touch()
    with pytest.raises(WeightsError, match=r"ends with \.h5.*\.safetensors, \.pth, \.pt or \.bin"):
        read_imagenet_parameters(tmp_path / "weights.h5")
    with (tmp_path / "large.pth").open("wb") as stream:
        stream.truncate(LARGEST_FILE_BYTES + 1)
    with pytest.raises(WeightsError, match=r"large\.pth is 1,073,741,825 bytes long"):
        read_imagenet_parameters(tmp_path / "large.pth")
