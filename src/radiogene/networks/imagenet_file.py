"""Reading a file of Inception-ResNet-v2 parameters: safetensors, or a PyTorch checkpoint that can run no code."""

import pickletools
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from pickle import UnpicklingError
from typing import BinaryIO

import torch
from safetensors import SafetensorError
from torch import Tensor

from radiogene.errors import WeightsError
from radiogene.networks.imagenet_parameters import (
    CLASSIFIER_NAME,
    COUNTER_NAME,
    MISFITS_SHOWN,
    imagenet_misfits,
)
from radiogene.networks.presets import PAPER, build_view_network
from radiogene.networks.view_network import ViewNetwork
from radiogene.storage.regular_file import open_file
from radiogene.storage.tensor_file import load_tensors

SAFETENSORS_SUFFIX = ".safetensors"

CHECKPOINT_SUFFIXES = (".pth", ".pt", ".bin")

LARGEST_FILE_BYTES = 2**30
"""The parameters in float32 take 224 MB; a file beyond this holds something else."""

LARGEST_VALUES = 2**27
"""All numbers in a file; Inception-ResNet-v2 has 56 million. A checkpoint can claim more than its bytes hold."""

LARGEST_PICKLE_BYTES = 2**24
"""Of names, shapes and strides in a checkpoint; those of Inception-ResNet-v2 take 0.1 MB."""

LEGACY_PICKLES = 5
"""Pickles at the beginning of a checkpoint from before PyTorch 1.6: magic number, version, system, tensors, keys."""

ZIP_START = b"PK\x03\x04"

CHECKPOINT_GLOBALS = frozenset(
    {
        "collections OrderedDict",
        "torch._utils _rebuild_tensor",
        "torch._utils _rebuild_tensor_v2",
        "torch._utils _rebuild_parameter",
        "torch FloatStorage",
        "torch DoubleStorage",
        "torch HalfStorage",
        "torch BFloat16Storage",
        "torch LongStorage",
        "torch IntStorage",
    }
)
"""All that a state dict of numbers needs; torch's own list is longer and holds calls that take any amount of memory."""

GLOBAL_OPERATIONS = frozenset({"GLOBAL", "INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4"})

NUMBER_TYPES = frozenset({torch.float32, torch.float64, torch.float16, torch.bfloat16})

WRAPPERS = ("state_dict", "model")
"""Keys under which training scripts keep a state dict."""

PARALLEL_PREFIX = "module."
"""Beginning of all names in a state dict that was saved from several GPUs."""

OTHER_CLASSIFIER_NAMES = (CLASSIFIER_NAME, "last_linear.")
"""timm's, and that of the collection from which timm took the network."""

REMEDY = (
    "Expected the parameters of timm's inception_resnet_v2 as .safetensors, .pth, .pt or .bin; "
    "`radiogene imagenet --out FILE` fetches them."
)


def read_imagenet_parameters(path: Path, called: str | None = None) -> dict[str, Tensor]:
    """The parameters (float32) of an Inception-ResNet-v2 by timm's names, without its classifier, checked.

    Nothing in the file is run: safetensors holds no code, and of a checkpoint only tensors are read.

    Args:
        path: a file of timm's `inception_resnet_v2`, as safetensors or as a PyTorch checkpoint.
        called: what messages call the file; its path where None.

    Raises:
        WeightsError: no such file, or one that is too large, damaged, in need of code, of another network, or with
            values that are not finite.
    """
    name = called or str(path)
    if not path.is_file():
        raise WeightsError(f"{name} is no file. {REMEDY}")
    size = path.stat().st_size
    if size > LARGEST_FILE_BYTES:
        raise WeightsError(f"{name} is {size:,} bytes long, more than {LARGEST_FILE_BYTES:,}. {REMEDY}")
    if path.suffix == SAFETENSORS_SUFFIX:
        content = _read_safetensors(path, name)
    elif path.suffix in CHECKPOINT_SUFFIXES:
        content = _state_dict(_read_checkpoint(path, name), name)
    else:
        raise WeightsError(f"{name} ends with {path.suffix or 'no suffix'}. {REMEDY}")
    return _checked(content, name)


def _read_safetensors(path: Path, name: str) -> dict[str, Tensor]:
    """All tensors of a safetensors file."""
    try:
        return load_tensors(path)
    except SafetensorError as error:
        raise WeightsError(f"{name} is damaged or no safetensors file: {error}. {REMEDY}") from error


def _read_checkpoint(path: Path, name: str) -> object:
    """What a PyTorch checkpoint holds, if it holds tensors and containers only."""
    try:
        with open_file(path) as stream:
            zipped = stream.read(len(ZIP_START)) == ZIP_START
            stream.seek(0)
            wanted = _globals_of_zip(path) if zipped else _globals_of_legacy(stream)
            needless = sorted(set(wanted) - CHECKPOINT_GLOBALS)
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, NotImplementedError) as error:
        raise WeightsError(f"{name} is damaged or no PyTorch checkpoint: {_one_line(error)}. {REMEDY}") from error
    if needless:
        raise WeightsError(
            f"{name} asks for {', '.join(needless[:MISFITS_SHOWN])}, which is more than tensors; loading it could run "
            f"code, so it was not loaded. {REMEDY}"
        )
    try:
        return torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except (
        UnpicklingError,
        RuntimeError,
        EOFError,
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        MemoryError,
        OverflowError,
    ) as error:
        raise WeightsError(f"{name} is damaged or no PyTorch checkpoint: {_one_line(error)}. {REMEDY}") from error


def _globals_of_zip(path: Path) -> Iterator[str]:
    """Everything that the pickle inside a checkpoint names, without running it."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > LARGEST_FILE_BYTES:
            raise ValueError(f"its parts claim more than {LARGEST_FILE_BYTES:,} bytes")
        pickles = [entry for entry in entries if entry.filename.endswith(".pkl")]
        if [entry.filename.rpartition("/")[2] for entry in pickles] != ["data.pkl"]:
            raise ValueError("it does not hold one data.pkl")
        if pickles[0].file_size > LARGEST_PICKLE_BYTES:
            raise ValueError(f"its list of names is {pickles[0].file_size:,} bytes long")
        with archive.open(pickles[0]) as stream:
            yield from _globals_of_pickle(stream)


def _globals_of_legacy(stream: BinaryIO) -> Iterator[str]:
    """Everything that the pickles at the beginning of an older checkpoint name, without running them."""
    for _ in range(LEGACY_PICKLES):
        yield from _globals_of_pickle(stream)


def _globals_of_pickle(stream: object) -> Iterator[str]:
    """Every name that one pickle looks up; an operation whose name cannot be told gives its own."""
    for operation, argument, _ in pickletools.genops(stream):  # type: ignore[arg-type]
        if operation.name in GLOBAL_OPERATIONS:
            yield str(argument) if operation.name in ("GLOBAL", "INST") else operation.name


def _state_dict(content: object, name: str) -> dict[str, Tensor]:
    """The tensors by name, out of the wrappings in which training scripts keep them."""
    for wrapper in WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    if not isinstance(content, Mapping) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items()
    ):
        raise WeightsError(f"{name} holds something else than tensors by name. {REMEDY}")
    if content and all(key.startswith(PARALLEL_PREFIX) for key in content):
        return {key.removeprefix(PARALLEL_PREFIX): value for key, value in content.items()}
    return dict(content)


def _checked(content: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """The trunk's parameters as plain float32, refused unless each is there, of its shape and finite."""
    trunk = {key: value for key, value in content.items() if not key.startswith(OTHER_CLASSIFIER_NAMES)}
    # Before any value is touched: shapes that no file of this size can hold are a trap.
    if sum(value.numel() for value in trunk.values()) > LARGEST_VALUES:
        raise WeightsError(f"{name} claims more than {LARGEST_VALUES:,} values. {REMEDY}")
    misfits = imagenet_misfits(_inception_resnet_v2(), trunk)
    if misfits:
        raise WeightsError(
            f"{name} is no Inception-ResNet-v2: {'; '.join(misfits[:MISFITS_SHOWN])}"
            f"{f'; and {len(misfits) - MISFITS_SHOWN} more' if len(misfits) > MISFITS_SHOWN else ''}. {REMEDY}"
        )
    return {key: value if key.endswith(COUNTER_NAME) else _numbers(key, value, name) for key, value in trunk.items()}


@cache
def _inception_resnet_v2() -> ViewNetwork:
    """The network that the parameters must fit, without any of its own."""
    with torch.device("meta"):
        return build_view_network(PAPER, attention=False)


def _numbers(key: str, value: Tensor, name: str) -> Tensor:
    """One parameter as float32."""
    if value.dtype not in NUMBER_TYPES or value.layout != torch.strided or value.device.type != "cpu":
        raise WeightsError(f"{name}: {key} is {value.dtype}, {value.layout}; expected plain numbers. {REMEDY}")
    numbers = value.detach().to(torch.float32)
    if not bool(torch.isfinite(numbers).all()):
        raise WeightsError(f"{name}: {key} holds values that are not finite. {REMEDY}")
    if key.endswith("running_var") and bool((numbers < 0).any()):
        raise WeightsError(f"{name}: {key} holds a negative variance. {REMEDY}")
    return numbers


def _one_line(error: BaseException) -> str:
    """The first line of an error."""
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
