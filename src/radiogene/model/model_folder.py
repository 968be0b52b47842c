"""Writing and reading a model folder; nothing in it can run code (safetensors and JSON only)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from radiogene.decision.decision import Decision
from radiogene.errors import WeightsError
from radiogene.model.card import model_card
from radiogene.model.settings import ModelSettings
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import build_mmdl
from radiogene.storage.atomic_files import atomic_folder, write_json, write_text
from radiogene.storage.checked_files import read_json, read_json_object, require_own_place, sha256_of
from radiogene.storage.library_versions import library_versions
from radiogene.storage.tensor_file import save_tensors

WEIGHTS_FILE = "model.safetensors"
SETTINGS_FILE = "settings.json"
DECISION_FILE = "decision.json"
CARD_FILE = "card.md"
CUBES_FILE = "training_cubes.json"
HISTORY_FILE = "history.json"
UNSEEN_FILE = "out_of_fold.csv"
MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A model read from its folder.

    Attributes:
        settings: network and input.
        networks: one per member, in evaluation mode on the CPU.
        decision: thresholds and calibration per gene.
        manifest: how it was made.
        training_cubes: fingerprints of the cubes it was trained on.
        weights_sha256: of `model.safetensors`; names the model in every result.
    """

    settings: ModelSettings
    networks: tuple[MMDL, ...]
    decision: Decision
    manifest: dict[str, Any]
    training_cubes: tuple[str, ...]
    weights_sha256: str

    def require_preparation(self, preparation_hash: str) -> None:
        """Refuses cubes that were prepared otherwise than the model's own.

        Raises:
            WeightsError: another fingerprint.
        """
        own = self.settings.preparation_hash
        if preparation_hash != own:
            raise WeightsError(
                f"These cubes were prepared otherwise ({preparation_hash[:12]}) than those of the model ({own[:12]}). "
                "Prepare them with the version of radiogene that trained the model (manifest.json), or train again."
            )


def require_model_place(path: Path) -> None:
    """Refuses a place where writing a model would destroy something else.

    Args:
        path: where the model folder is to be; absent, empty, or an older model folder.

    Raises:
        SettingsError: the place holds other files.
    """
    require_own_place(path, (MANIFEST_FILE, WEIGHTS_FILE), "the model")


def write_model(
    path: Path,
    settings: ModelSettings,
    member_states: Sequence[dict[str, Tensor]],
    decision: Decision,
    manifest: dict[str, Any],
    training_cubes: Sequence[str],
    history: Any,
    unseen_table: str | None = None,
) -> None:
    """Writes a model folder, whole or not at all.

    Args:
        path: the folder; an older one is replaced.
        settings: network and input.
        member_states: state dict of each member.
        decision: thresholds and calibration.
        manifest: seeds, schedule, reasons for stopping; versions and hashes are added here.
        training_cubes: fingerprints of the cubes it was trained on.
        history: losses per member, stage and epoch, plain JSON values.
        unseen_table: CSV of out-of-fold predictions without identifiers, or None.
    """
    require_model_place(path)
    with atomic_folder(path) as folder:
        tensors = {
            f"{member}.{name}": tensor for member, state in enumerate(member_states) for name, tensor in state.items()
        }
        save_tensors(folder / WEIGHTS_FILE, tensors)
        write_json(folder / SETTINGS_FILE, settings.to_json())
        write_json(folder / DECISION_FILE, decision.to_json())
        write_json(folder / CUBES_FILE, list(training_cubes))
        write_json(folder / HISTORY_FILE, history)
        if unseen_table is not None:
            write_text(folder / UNSEEN_FILE, unseen_table)
        write_text(folder / CARD_FILE, model_card(settings, decision, manifest))
        hashes = {file.name: sha256_of(file) for file in sorted(folder.iterdir())}
        write_json(folder / MANIFEST_FILE, {**manifest, "versions": library_versions(), "sha256": hashes})


def read_model(path: Path) -> TrainedModel:
    """The model in a folder, checked against its own hashes.

    Args:
        path: a folder that `radiogene train` wrote.

    Raises:
        WeightsError: a file is missing, damaged, changed, of another format or for another network.
    """
    manifest = checked_manifest(path, (WEIGHTS_FILE, SETTINGS_FILE, DECISION_FILE, CUBES_FILE))
    settings = ModelSettings.from_json(read_json_object(path / SETTINGS_FILE))
    decision = Decision.from_json(read_json_object(path / DECISION_FILE))
    networks = _networks(path / WEIGHTS_FILE, settings)
    cubes = tuple(str(fingerprint) for fingerprint in read_json(path / CUBES_FILE))
    return TrainedModel(settings, networks, decision, manifest, cubes, manifest["sha256"][WEIGHTS_FILE])


def checked_manifest(path: Path, names: Sequence[str]) -> dict[str, Any]:
    """The manifest of a model folder some of whose files were checked against its hashes.

    Args:
        path: a folder that `radiogene train` wrote.
        names: of the files to check.

    Raises:
        WeightsError: a file is missing, damaged or changed.
    """
    if not path.is_dir():
        raise WeightsError(f"{path} is no model folder. Give the folder that `radiogene train --out` wrote.")
    manifest = read_json_object(path / MANIFEST_FILE)
    hashes = manifest.get("sha256")
    if not isinstance(hashes, dict):
        raise WeightsError(f"{path / MANIFEST_FILE} names no hashes. Copy the whole model folder again.")
    for name in names:
        if not (path / name).is_file():
            raise WeightsError(f"{path} has no {name}. Copy the whole model folder again.")
        if sha256_of(path / name) != hashes.get(name):
            raise WeightsError(
                f"{path / name} is not the file that training wrote (its SHA-256 differs from manifest.json). "
                "Copy the whole model folder again."
            )
    return manifest


def _networks(weights: Path, settings: ModelSettings) -> tuple[MMDL, ...]:
    try:
        tensors = load_file(weights)
    except SafetensorError as error:
        raise WeightsError(f"{weights} is damaged: {error}. Copy the whole model folder again.") from error
    networks = []
    for member, fitted in enumerate(settings.members):
        # Without memory or fresh weights at first: those of the paper's network take seconds to draw.
        with torch.device("meta"):
            network = build_mmdl(
                settings.preset,
                settings.genes,
                clinical_count=fitted.clinical.width,
                views=len(settings.view_names),
                attention=settings.attention,
            )
        network.to_empty(device="cpu")
        prefix = f"{member}."
        state = {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
        try:
            network.load_state_dict(state, strict=True)
        except RuntimeError as error:
            reason = str(error).splitlines()[-1].strip()
            raise WeightsError(f"{weights} holds weights of another network than settings.json: {reason}") from error
        networks.append(network.eval())
    for network in networks:
        for parameter in network.parameters():
            parameter.requires_grad_(False)
            # By numpy: PyTorch's threads would wait for each other longer than they compute.
            if not np.isfinite(parameter.numpy()).all():
                raise WeightsError(f"{weights} holds values that are not finite. Train again.")
    return tuple(networks)
