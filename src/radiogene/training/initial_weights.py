"""Where a training starts: random weights, a network pretrained here, or ImageNet parameters from a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor

from radiogene.errors import SettingsError, TrainingError
from radiogene.model.pretrained_folder import PretrainedNetwork, read_pretrained
from radiogene.networks.imagenet_file import read_imagenet_parameters
from radiogene.networks.imagenet_start import start_from_imagenet
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import Preset
from radiogene.storage.checked_files import sha256_of
from radiogene.storage.typed_json import JsonObject

RANDOM = "random"
IMAGENET = "imagenet:"


class InitialWeights(Protocol):
    """A start of a training."""

    @property
    def is_trained(self) -> bool:
        """False for random weights, over which training the branches alone makes no sense."""

    @property
    def of_trunk_only(self) -> bool:
        """True where trained trunks meet masks that nobody has trained."""

    def load_into(self, network: MMDL) -> None:
        """Load these weights into every view network as its start."""

    @property
    def seen_cubes(self) -> frozenset[str]:
        """Fingerprints of the nodules' cubes that made these weights."""

    def of_training_on(self, fingerprints: Sequence[str]) -> JsonObject:
        """What the manifest says of the start of a training on some cubes; it names no path.

        Args:
            fingerprints: of the cubes.

        Raises:
            TrainingError: the start was fitted to labels of one of them.
        """


@dataclass(frozen=True)
class RandomWeights:
    """The weights that the seed gives."""

    is_trained: bool = False
    of_trunk_only: bool = False
    seen_cubes: frozenset[str] = frozenset()

    def load_into(self, network: MMDL) -> None:
        """Leave the network the weights that it was built with."""

    def of_training_on(self, fingerprints: Sequence[str]) -> JsonObject:
        """What the manifest says of the start; see `InitialWeights`."""
        return {"kind": RANDOM}


@dataclass(frozen=True, eq=False)
class PretrainedWeights:
    """A network that `radiogene pretrain` wrote.

    Attributes:
        pretrained: its settings and weights.
        preset: of the training, which must be the same.
        folder: that another process reads them from, rather than be sent them.
    """

    pretrained: PretrainedNetwork
    preset: Preset
    folder: Path | None = None
    is_trained: bool = True

    @property
    def of_trunk_only(self) -> bool:
        """True where it was trained without masks."""
        return not self.pretrained.settings.attention

    def __reduce__(self) -> tuple[Any, ...]:
        if self.folder is None:
            return type(self), (self.pretrained, self.preset)
        return initial_weights, (str(self.folder), self.preset)

    def load_into(self, network: MMDL) -> None:
        """Load the weights; see `InitialWeights`."""
        for view_network in network.view_networks:
            self.pretrained.load_into(view_network, self.preset)  # type: ignore[arg-type]

    @property
    def seen_cubes(self) -> frozenset[str]:
        """See `InitialWeights`."""
        return self.pretrained.training_cubes

    def of_training_on(self, fingerprints: Sequence[str]) -> JsonObject:
        """What the manifest says of the start; see `InitialWeights`.

        A network that saw labels of a nodule remembers it, and what is held out is held out from no such network. One
        that saw the cube alone knows nothing that a label could tell; how many those are is stated.
        """
        found = self.pretrained.settings
        shared = len(self.seen_cubes.intersection(fingerprints))
        if shared and found.kind == "ratings":
            raise TrainingError(
                f"The pretrained network was fitted to {', '.join(found.columns)} of {shared} of the "
                f"{len(set(fingerprints))} cubes of this training: no figure on them would be of nodules that it had "
                "not seen. Pretrain on other patients, or without labels (`self_supervised`)."
            )
        said: JsonObject = {"kind": found.kind, "weights_sha256": self.pretrained.weights_sha256, **found.counts}
        if found.kind == "photographs":
            return {**said, "classes": list(found.classes)}
        if found.kind == "ratings":
            said["columns"] = list(found.columns)
        return {**said, "views": list(found.view_names), "cubes_of_this_training": shared}


@dataclass(frozen=True, eq=False)
class ImagenetWeights:
    """Parameters of an Inception-ResNet-v2 trained on ImageNet.

    Attributes:
        parameters: by their names in the file.
        sha256: of the file.
        file: that another process reads them from, rather than be sent them.
    """

    parameters: dict[str, Tensor]
    sha256: str
    file: Path | None = None
    is_trained: bool = True
    of_trunk_only: bool = True
    seen_cubes: frozenset[str] = frozenset()

    def __reduce__(self) -> tuple[Any, ...]:
        if self.file is None:
            return type(self), (self.parameters, self.sha256)
        return _imagenet_weights, (self.file,)

    def load_into(self, network: MMDL) -> None:
        """Load the weights; see `InitialWeights`."""
        start_from_imagenet(network, self.parameters)

    def of_training_on(self, fingerprints: Sequence[str]) -> JsonObject:
        """What the manifest says of the start; see `InitialWeights`."""
        return {"kind": "imagenet", "file_sha256": self.sha256}


def initial_weights(words: str, preset: Preset) -> InitialWeights:
    """The start that the words of `init` name.

    Args:
        words: `random`, the folder of a pretrained network, or `imagenet:FILE`.
        preset: of the training.

    Raises:
        SettingsError: words that name nothing.
        WeightsError: a folder or file that cannot be read, or holds another network.
    """
    if words == RANDOM:
        return RandomWeights()
    if words.startswith(IMAGENET):
        return _imagenet_weights(Path(words.removeprefix(IMAGENET)))
    path = Path(words)
    if not path.is_dir():
        raise SettingsError(
            f"`init` {words!r}: expected `random`, the folder that `radiogene pretrain` wrote, or `imagenet:FILE`."
        )
    return PretrainedWeights(read_pretrained(path), preset, path.absolute())


def _imagenet_weights(path: Path) -> ImagenetWeights:
    return ImagenetWeights(read_imagenet_parameters(path), sha256_of(path), path.absolute())
