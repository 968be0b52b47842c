"""The folder of a pretrained view network: all its layers but the classifier, to start a training from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import torch
from safetensors import SafetensorError
from torch import Tensor

from radiogene.errors import WeightsError
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.presets import Preset
from radiogene.networks.standardisation import Standardisation
from radiogene.storage.atomic_files import atomic_folder, write_json, write_text
from radiogene.storage.checked_files import read_json_object, require_own_place, sha256_of
from radiogene.storage.library_versions import library_versions
from radiogene.storage.tensor_file import load_tensors, save_tensors
from radiogene.storage.typed_json import MAY_BE_ABSENT, JsonObject, from_json, read_typed_json, to_json

FORMAT = 1
WEIGHTS_FILE = "network.safetensors"
SETTINGS_FILE = "settings.json"
HISTORY_FILE = "history.json"
CARD_FILE = "card.md"
MANIFEST_FILE = "manifest.json"
CUBES_FILE = "training_cubes.json"

MASK_PART = ".mask."

PretrainingKind = Literal["photographs", "ratings", "self-supervised"]
"""What a network was pretrained on: classes of photographs, columns that rate nodules, or nodules without labels."""


@dataclass(frozen=True)
class ImageScaling:
    """How images of 0 to 1 became network input: mean and SD of each channel over the training images."""

    mean: tuple[float, float, float]
    sd: tuple[float, float, float]


@dataclass(frozen=True)
class PretrainedSettings:
    """What a pretrained network is.

    Attributes:
        preset: sizes of the network.
        attention: False where it has no masks.
        classes: names of the classes of photographs that it told apart; none where it saw nodules.
        scaling: of photographs; None where it saw nodules.
        kind: what it was pretrained on.
        columns: that it learnt to tell of a nodule, of the kind `ratings`.
        view_names: views of nodules that it saw; none where it saw photographs.
        standardisation: of views; None where it saw photographs.
        counts: how many images, or how many patients and nodules, fitted it or chose its epoch.
    """

    preset: Preset
    attention: bool
    classes: tuple[str, ...]
    scaling: ImageScaling | None
    kind: PretrainingKind = field(default="photographs", metadata=MAY_BE_ABSENT)
    columns: tuple[str, ...] = field(default=(), metadata=MAY_BE_ABSENT)
    view_names: tuple[str, ...] = field(default=(), metadata=MAY_BE_ABSENT)
    standardisation: Standardisation | None = field(default=None, metadata=MAY_BE_ABSENT)
    counts: dict[str, int] = field(default_factory=dict, metadata=MAY_BE_ABSENT)

    def to_json(self) -> JsonObject:
        """The settings as plain JSON values."""
        return {"format": FORMAT, **to_json(self)}

    @classmethod
    def from_json(cls, content: JsonObject) -> "PretrainedSettings":
        """The settings that `to_json` wrote.

        Raises:
            WeightsError: another format or other keys.
        """
        if content.get("format") != FORMAT:
            raise WeightsError(
                f"{SETTINGS_FILE} has format {content.get('format')!r}; expected what `radiogene pretrain` of this "
                "version writes."
            )
        settings = {name: value for name, value in content.items() if name != "format"}
        return from_json(cls, settings, where=SETTINGS_FILE, error=WeightsError)


@dataclass(frozen=True, eq=False)
class PretrainedNetwork:
    """A pretrained network read from its folder.

    Attributes:
        settings: what it is.
        state: its parameters and running statistics by name.
        weights_sha256: of the weights file.
        training_cubes: fingerprints of the nodules' cubes that fitted it or chose its epoch; none of photographs.
    """

    settings: PretrainedSettings
    state: dict[str, Tensor]
    weights_sha256: str
    training_cubes: frozenset[str] = frozenset()

    def load_into(self, network: FeatureNetwork, preset: Preset) -> None:
        """Load these weights into a network as its start.

        Masks that the network lacks are left out; masks that the pretrained one lacks keep their start.

        Args:
            network: of a training.
            preset: of that network.

        Raises:
            WeightsError: another preset, or parameters that do not fit.
        """
        # No weight depends on the field, and crops of nodules may have a small one only.
        own_preset = replace(self.settings.preset, fields_mm=preset.fields_mm)
        if self.settings.kind == "photographs":
            own_preset = replace(own_preset, window_hu=preset.window_hu)
        if own_preset != preset:
            raise WeightsError(
                f"The pretrained network has the preset {own_preset.name!r}, the training {preset.name!r}, or its "
                "sizes differ. Pretrain with the same `preset` and `window_hu`."
            )
        own = network.state_dict()
        state = {name: tensor for name, tensor in self.state.items() if name in own or MASK_PART not in name}
        missing = [name for name in own if name not in state and MASK_PART not in name]
        if missing or set(state) - set(own):
            name = (missing or sorted(set(state) - set(own)))[0]
            raise WeightsError(f"The pretrained weights are those of another network: {name} has no counterpart.")
        try:
            network.load_state_dict({**own, **state}, strict=True)
        except RuntimeError as error:
            reason = str(error).splitlines()[-1].strip()
            raise WeightsError(f"The pretrained weights are those of another network: {reason}") from error


def write_pretrained(
    path: Path,
    settings: PretrainedSettings,
    state: Mapping[str, Tensor],
    manifest: JsonObject,
    history: JsonObject,
    card: str,
    training_cubes: Sequence[str] = (),
) -> None:
    """Writes the folder, whole or not at all.

    Args:
        path: the folder; an older one of a pretrained network is replaced.
        settings: what it is.
        state: of the feature network alone, without its classifier.
        manifest: how it was made; versions and hashes are added here.
        history: losses per epoch, plain JSON values.
        card: in words, what it rests on.
        training_cubes: fingerprints of the nodules' cubes that it saw.
    """
    require_pretrained_place(path)
    with atomic_folder(path) as folder:
        save_tensors(folder / WEIGHTS_FILE, state)
        write_json(folder / SETTINGS_FILE, settings.to_json())
        write_json(folder / HISTORY_FILE, history)
        write_text(folder / CARD_FILE, card)
        if training_cubes:
            write_json(folder / CUBES_FILE, sorted(training_cubes))
        hashes = {file.name: sha256_of(file) for file in sorted(folder.iterdir())}
        write_json(folder / MANIFEST_FILE, {**manifest, "versions": library_versions(), "sha256": hashes})


def require_pretrained_place(path: Path) -> None:
    """Refuses a place where writing would destroy something else.

    Raises:
        SettingsError: the place holds other files.
    """
    require_own_place(path, (MANIFEST_FILE, WEIGHTS_FILE), "the pretrained network")


def read_pretrained(path: Path) -> PretrainedNetwork:
    """The pretrained network in a folder, checked against its own hashes.

    Args:
        path: a folder that `radiogene pretrain` wrote.

    Raises:
        WeightsError: a file is missing, damaged, changed, of another format, or holds values that are not finite.
    """
    if not path.is_dir():
        raise WeightsError(f"{path} is no folder of a pretrained network. Give what `radiogene pretrain --out` wrote.")
    named = read_json_object(path / MANIFEST_FILE).get("sha256")
    hashes = from_json(dict[str, str], named if isinstance(named, dict) else {}, where=path / MANIFEST_FILE)
    of_cubes = (CUBES_FILE,) if CUBES_FILE in hashes else ()
    for name in (WEIGHTS_FILE, SETTINGS_FILE, *of_cubes):
        file = path / name
        if not file.is_file() or sha256_of(file) != hashes.get(name):
            raise WeightsError(
                f"{file} is missing or is not the file that pretraining wrote (its SHA-256 differs from "
                f"{MANIFEST_FILE}). Copy the whole folder again."
            )
    settings = PretrainedSettings.from_json(read_json_object(path / SETTINGS_FILE))
    try:
        state = load_tensors(path / WEIGHTS_FILE)
    except SafetensorError as error:
        raise WeightsError(f"{path / WEIGHTS_FILE} is damaged: {error}. Copy the whole folder again.") from error
    if not all(bool(torch.isfinite(tensor).all()) for tensor in state.values()):
        raise WeightsError(f"{path / WEIGHTS_FILE} holds values that are not finite. Pretrain again.")
    if settings.kind != "photographs" and not of_cubes:
        raise WeightsError(f"{path} lacks {CUBES_FILE}, the list of the nodules it saw. Copy the whole folder again.")
    cubes = read_typed_json(tuple[str, ...], path / CUBES_FILE) if of_cubes else ()
    return PretrainedNetwork(settings, state, hashes[WEIGHTS_FILE], frozenset(cubes))
