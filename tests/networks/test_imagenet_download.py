"""The download, against a server on this machine that answers as the hub does, and as it should not."""

import hashlib
import importlib.util
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from safetensors.torch import save

from networks.inception_resnet_reference import parameter_shapes
from radiogene.errors import SettingsError, WeightsError
from radiogene.networks import imagenet_download
from radiogene.networks.imagenet_download import HUB, HUB_PATH, LICENCE, fetch_imagenet_parameters
from radiogene.networks.imagenet_file import read_imagenet_parameters

STORED = "/where/large/files/are"


class Hub(ThreadingHTTPServer):
    """Answers by path: (status, headers, body); `asked` holds the paths that were asked for."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.answers, self.asked = {}, []

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def gives(self, body, headers=None, status=200, path=f"/{HUB_PATH}"):
        self.answers[path] = (status, {"Content-Length": str(len(body))} if headers is None else headers, body)


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        status, headers, body = self.server.answers.get(self.path, (404, {}, b"not here"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keeps the test's output clean."""


@pytest.fixture
def hub():
    with Hub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def whole_file():
    """A file of the right names and shapes, in half the width: 109 MB."""
    parameters = {name: torch.full(shape, 0.5, dtype=torch.bfloat16) for name, shape in parameter_shapes().items()}
    return save({**parameters, "classif.bias": torch.zeros(1000)})


def test_the_file_is_fetched_checked_and_noted(hub, whole_file, tmp_path, radiogene, monkeypatch):
    """As the hub does: a redirect to where large files are."""
    hub.gives(b"", {"Location": STORED, "Content-Length": "0"}, 302)
    hub.gives(whole_file, path=STORED)
    out = tmp_path / "new" / "inception_resnet_v2.safetensors"
    monkeypatch.setenv("RADIOGENE_HUB", hub.address)
    done = radiogene("imagenet", "--out", out, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{out}\n", "")
    assert hub.asked == [f"/{HUB_PATH}", STORED]
    assert out.read_bytes() == whole_file
    assert (read_imagenet_parameters(out)["conv2d_7b.conv.weight"] == 0.5).all()
    note = (tmp_path / "new" / "inception_resnet_v2.safetensors.md").read_text()
    for words in (hashlib.sha256(whole_file).hexdigest(), f"{hub.address}/{HUB_PATH}", LICENCE, "Szegedy", "ImageNet"):
        assert words in note
    assert sorted(file.name for file in out.parent.iterdir()) == [out.name, f"{out.name}.md"]


def broken_off(hub):
    hub.gives(b"x" * 1000, {"Content-Length": "2000"})


def another_network(hub):
    hub.gives(save({"conv1.weight": torch.zeros(64, 3, 7, 7)}))


def a_page(hub):
    hub.gives(b"<html>Sign in</html>")


def nothing_at_all(hub):
    """Everything is 404."""


def nothing_inside(hub):
    hub.gives(b"")


def a_circle(hub):
    hub.gives(b"", {"Location": f"/{HUB_PATH}", "Content-Length": "0"}, 302)


def too_much_by_its_own_word(hub):
    hub.gives(b"x", {"Content-Length": str(2**40)})


def too_much_without_a_word(hub):
    hub.gives(bytes(2**21), {})


def not_http(hub):
    hub.gives(b"x", {"Content-Length": "1", "Transfer-Encoding": "chunked"})


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (broken_off, r"broke off after 1,000 of 2,000 bytes"),
        (another_network, r"what http.* gave is no Inception-ResNet-v2: .* is missing"),
        (a_page, r"what http.* gave is damaged or no safetensors"),
        (nothing_inside, r"what http.* gave is damaged or no safetensors"),
        (nothing_at_all, r"answers 404 Not Found\. Where this machine has no way to it, fetch that file on another"),
        (a_circle, r"answers 302"),
        (too_much_by_its_own_word, r"gives more than 1,048,576 bytes"),
        (too_much_without_a_word, r"gives more than 1,048,576 bytes"),
        (not_http, r"broke off"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_nothing(prepare, message, hub, monkeypatch, tmp_path):
    monkeypatch.setattr(imagenet_download, "LARGEST_FILE_BYTES", 2**20)
    prepare(hub)
    with pytest.raises(WeightsError, match=message):
        fetch_imagenet_parameters(tmp_path / "weights.safetensors", hub.address)
    assert list(tmp_path.iterdir()) == []


def test_the_command_has_one_message_and_an_exit_code(hub, tmp_path, radiogene):
    done = radiogene("imagenet", "--out", tmp_path / "weights.safetensors", "--hub", hub.address)
    assert done.returncode == 15
    assert "answers 404" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_hub_that_is_gone_is_said(hub, tmp_path):
    address = hub.address
    hub.server_close()
    with pytest.raises(WeightsError, match="cannot be reached"):
        fetch_imagenet_parameters(tmp_path / "weights.safetensors", address)


@pytest.mark.parametrize(
    "address", ["http://hub.example", "ftp://127.0.0.1", "file:///etc", "hub.example", "http://[", ""]
)
def test_addresses_without_encryption_are_refused(address, tmp_path):
    with pytest.raises(SettingsError, match=r"expected an address with https, .* \(`hub`\)"):
        fetch_imagenet_parameters(tmp_path / "weights.safetensors", address)


def test_a_redirect_away_from_encryption_is_refused(hub, tmp_path):
    hub.gives(b"", {"Location": "http://hub.example/weights", "Content-Length": "0"}, 302)
    with pytest.raises(WeightsError, match=r"302 leads to http://hub\.example, an address without encryption"):
        fetch_imagenet_parameters(tmp_path / "weights.safetensors", hub.address)


def test_a_file_that_is_there_is_kept_and_the_hub_not_asked(hub, tmp_path):
    mine = tmp_path / "mine.safetensors"
    mine.write_text("mine")
    with pytest.raises(SettingsError, match="is there already"):
        fetch_imagenet_parameters(mine, hub.address)
    with pytest.raises(SettingsError, match=r"does not end with \.safetensors"):
        fetch_imagenet_parameters(tmp_path / "mine.pth", hub.address)
    assert mine.read_text() == "mine"
    assert hub.asked == []


@pytest.mark.skipif(importlib.util.find_spec("timm") is None, reason="timm is not installed (extra `backbones`)")
def test_repository_file_and_licence_are_those_that_timm_names():
    from radiogene.networks.torchvision_operators import declare_torchvision_operators

    declare_torchvision_operators()
    from huggingface_hub.constants import HUGGINGFACE_CO_URL_TEMPLATE
    from timm.models import get_pretrained_cfg
    from timm.models._hub import HF_SAFE_WEIGHTS_NAME

    stated = get_pretrained_cfg("inception_resnet_v2.tf_in1k")
    url = HUGGINGFACE_CO_URL_TEMPLATE.format(repo_id=stated.hf_hub_id, revision="main", filename=HF_SAFE_WEIGHTS_NAME)
    assert url == f"{HUB}/{HUB_PATH}"
    assert stated.license == LICENCE.lower()
