"""The download of Inception-ResNet-v2's ImageNet parameters: the only thing in radiogene that reaches for a network.

It runs on an explicit command only, and only for this one file.
"""

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from radiogene import __version__
from radiogene.errors import SettingsError, WeightsError
from radiogene.networks.imagenet_file import LARGEST_FILE_BYTES, SAFETENSORS_SUFFIX, read_imagenet_parameters
from radiogene.storage.atomic_files import atomic_path, write_text
from radiogene.storage.guarded_redirects import GuardedRedirects, is_this_machine

HUB = "https://huggingface.co"
"""The hub on which timm keeps its weights."""

HUB_PATH = "timm/inception_resnet_v2.tf_in1k/resolve/main/model.safetensors"
"""Repository, revision and file there, as timm's own configuration of the network names them."""

LICENCE = "Apache-2.0"
"""As timm's own configuration states it."""

CHUNK_BYTES = 2**20

SILENCE_SECONDS = 60.0
"""Without a byte for this long, the hub counts as gone."""

NOTE_SUFFIX = ".md"

BY_HAND = "Where this machine has no way to it, fetch that file on another one and copy it here."

NOTE = """\
# Inception-ResNet-v2, trained on ImageNet

* File: `{file}`, {size:,} bytes, SHA-256 {sha256}
* From: {url}
* Licence: {licence}, as stated by timm. Trained by Google (TensorFlow-Slim, 2016), converted for timm by R. Wightman.
  ImageNet itself has terms of its own (non-commercial research).
* It is no part of radiogene and was not changed by it.

Cite:

* Szegedy C, Ioffe S, Vanhoucke V, Alemi A. Inception-v4, Inception-ResNet and the impact of residual connections on
  learning. AAAI 2017.
* Wightman R. PyTorch image models. doi 10.5281/zenodo.4414861.
* Russakovsky O, et al. ImageNet large scale visual recognition challenge. Int J Comput Vis 115:211 (2015).
"""

Progress = Callable[[int, int], None]
"""Told (bytes so far, bytes in all); the second is 0 where the hub does not say."""


def fetch_imagenet_parameters(out: Path, hub: str = HUB, progress: Progress | None = None) -> None:
    """Write the parameters, read and checked, to `out`, and a note of origin and licence beside it.

    Args:
        out: a new file, ending with .safetensors.
        hub: address of the hub or of a mirror with the same paths; https, or http on this machine itself.
        progress: told how far it is.

    Raises:
        SettingsError: `out` is there already or has another ending, or the hub's address cannot be meant.
        WeightsError: the hub cannot be reached, has no such file, breaks off, or gives something else.
    """
    if out.suffix != SAFETENSORS_SUFFIX:
        raise SettingsError(f"{out} does not end with {SAFETENSORS_SUFFIX}; name a file that does (`out`).")
    if out.exists():
        raise SettingsError(f"{out} is there already; remove it or name another file (`out`).")
    url = f"{hub.rstrip('/')}/{HUB_PATH}"
    _require_guarded(url)
    with atomic_path(out) as temporary:
        sha256 = _download(url, temporary, progress or (lambda so_far, in_all: None))
        read_imagenet_parameters(temporary, called=f"what {url} gave")
        note = NOTE.format(file=out.name, size=temporary.stat().st_size, sha256=sha256, url=url, licence=LICENCE)
        write_text(out.with_name(out.name + NOTE_SUFFIX), note)


def _download(url: str, file: Path, progress: Progress) -> str:
    """SHA-256 (hex) of what the address gave, once it is whole in the file."""
    request = urllib.request.Request(url, headers={"User-Agent": f"radiogene/{__version__}"})
    digest, so_far = hashlib.sha256(), 0
    with _answer(request) as answer, file.open("wb") as stream:
        stated = answer.headers.get("Content-Length", "")
        in_all = int(stated) if stated.isdigit() else 0
        while chunk := _next_chunk(answer, url):
            so_far += len(chunk)
            if max(so_far, in_all) > LARGEST_FILE_BYTES:
                raise WeightsError(f"{url} gives more than {LARGEST_FILE_BYTES:,} bytes; the parameters take 224 MB.")
            digest.update(chunk)
            stream.write(chunk)
            progress(so_far, in_all)
    if so_far < in_all:
        raise WeightsError(f"{url} broke off after {so_far:,} of {in_all:,} bytes. Try again.")
    return digest.hexdigest()


def _answer(request: urllib.request.Request) -> Any:
    """The open answer to a request, redirects followed."""
    # A proxy of the surroundings cannot reach this machine's own addresses.
    direct = [urllib.request.ProxyHandler({})] if is_this_machine(request.full_url) else []
    opener = urllib.request.build_opener(GuardedRedirects, *direct)
    try:
        return opener.open(request, timeout=SILENCE_SECONDS)
    except urllib.error.HTTPError as error:
        error.close()
        raise WeightsError(f"{request.full_url} answers {error.code} {error.reason}. {BY_HAND}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise WeightsError(f"{request.full_url} cannot be reached: {reason}. {BY_HAND}") from error


def _next_chunk(answer: Any, url: str) -> bytes:
    """The next bytes of an answer; none at its end."""
    try:
        chunk: bytes = answer.read(CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise WeightsError(f"{url} broke off: {error}. Try again.") from error
    return chunk


def _require_guarded(url: str) -> None:
    """Refuse an address at which someone in between could exchange the file."""
    try:
        guarded = urlsplit(url).scheme == "https" or is_this_machine(url)
    except ValueError:
        guarded = False
    if not guarded:
        raise SettingsError(f"{url}: expected an address with https, or http on this machine itself (`hub`).")
