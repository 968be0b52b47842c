"""The one model folder of every fitted system: whole or not at all, hashed, and without anything that can run code.

settings.json        what is needed to predict: facts of every model, then what the system itself adds
model.safetensors    weights of networks, or estimators.skops: estimators of scikit-learn
decision.json        thresholds and calibration per gene
training_cubes.json  fingerprints of the cubes it was trained on
history.json         losses per member, stage and epoch
out_of_fold.csv      predictions for training patients by models that had not seen them, where there were folds
card.md              what the model is and is not
manifest.json        how it came about, versions, and the SHA-256 of every other file
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radiogene.decision.decision import Decision
from radiogene.errors import WeightsError
from radiogene.evaluation.held_out import HeldOutPredictions
from radiogene.evaluation.held_out_table import CASE, held_out_table
from radiogene.model.card import model_card
from radiogene.model.facts import ModelFacts, common_facts
from radiogene.model.older_format import as_current_format, refuse_older_system
from radiogene.storage.atomic_files import atomic_folder, write_json, write_text
from radiogene.storage.checked_files import read_json, read_json_object, require_own_place, sha256_of
from radiogene.storage.library_versions import library_versions

WEIGHTS_FILE = "model.safetensors"
ESTIMATORS_FILE = "estimators.skops"
FITTED_FILES = (WEIGHTS_FILE, ESTIMATORS_FILE)
"""One of them holds what was fitted; its hash names the model in every result."""

SETTINGS_FILE = "settings.json"
DECISION_FILE = "decision.json"
CARD_FILE = "card.md"
CUBES_FILE = "training_cubes.json"
HISTORY_FILE = "history.json"
HELD_OUT_FILE = "out_of_fold.csv"
MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True, eq=False)
class ModelFolder:
    """A model folder whose files were checked against its hashes.

    Attributes:
        path: of the folder.
        common: the facts that every model has, by name.
        own: what the system itself adds to `settings.json`.
        decision: thresholds and calibration per gene.
        manifest: how the model was made.
        training_cubes: fingerprints of the cubes it was trained on.
        weights_sha256: of the file that holds what was fitted; names the model in every result.
    """

    path: Path
    common: dict[str, Any]
    own: dict[str, Any]
    decision: Decision
    manifest: dict[str, Any]
    training_cubes: tuple[str, ...]
    weights_sha256: str

    @property
    def method(self) -> str:
        """Name of the system."""
        return str(self.common["method"])


@dataclass(frozen=True, eq=False)
class WrittenModel:
    """What a model folder is written from.

    Attributes:
        facts: for `settings.json`.
        save: writes the file of what was fitted into a folder.
        decision: thresholds and calibration.
        manifest: how it came about; versions and hashes are added.
        training_cubes: fingerprints of the cubes it was trained on.
        history: losses per member, stage and epoch; none of a system without networks.
        held_out: predictions for training patients by models that had not seen them.
    """

    facts: ModelFacts
    save: Callable[[Path], None]
    decision: Decision
    manifest: dict[str, Any]
    training_cubes: Sequence[str]
    history: Sequence[dict[str, Any]]
    held_out: HeldOutPredictions


def require_model_place(path: Path) -> None:
    """Refuse a place where writing a model would destroy something else.

    Args:
        path: where the model folder is to be; absent, empty, or an older model folder.

    Raises:
        SettingsError: the place holds other files.
    """
    require_own_place(path, (MANIFEST_FILE, DECISION_FILE), "the model")


def write_model(path: Path, model: WrittenModel) -> None:
    """Write a model folder, whole or not at all.

    Args:
        path: the folder; an older model is replaced.
        model: what it holds.

    Raises:
        SettingsError: the place holds other files.
    """
    require_model_place(path)
    with atomic_folder(path) as folder:
        model.save(folder)
        write_json(folder / SETTINGS_FILE, model.facts.to_json())
        write_json(folder / DECISION_FILE, model.decision.to_json())
        write_json(folder / CUBES_FILE, list(model.training_cubes))
        write_json(folder / HISTORY_FILE, list(model.history))
        if model.held_out.runs:
            write_text(folder / HELD_OUT_FILE, held_out_table(model.held_out.nameless, CASE))
        write_text(folder / CARD_FILE, model_card(model.facts, model.decision, model.manifest))
        hashes = {file.name: sha256_of(file) for file in sorted(folder.iterdir())}
        write_json(folder / MANIFEST_FILE, {**model.manifest, "versions": library_versions(), "sha256": hashes})


def read_model_folder(path: Path) -> ModelFolder:
    """The content of a model folder, checked against its own hashes.

    Args:
        path: a folder that `radiogene train` wrote, of any system.

    Raises:
        WeightsError: a file is missing, damaged, changed, or of another format.
    """
    manifest = checked_manifest(path, (SETTINGS_FILE, DECISION_FILE, CUBES_FILE))
    fitted = next((name for name in FITTED_FILES if name in manifest["sha256"]), WEIGHTS_FILE)
    require_file(path, fitted, manifest)
    common, own = _facts(path)
    decision = Decision.from_json(read_json_object(path / DECISION_FILE))
    cubes = tuple(str(fingerprint) for fingerprint in read_json(path / CUBES_FILE))
    return ModelFolder(path, common, own, decision, manifest, cubes, manifest["sha256"][fitted])


def read_model_facts(path: Path) -> ModelFacts:
    """The facts that every model has, from a folder whose `settings.json` was checked already.

    Raises:
        WeightsError: another format, or a fact that is missing or of another type.
    """
    return ModelFacts(**_facts(path)[0])


def checked_manifest(path: Path, names: Sequence[str]) -> dict[str, Any]:
    """The manifest of a model folder some of whose files were checked against its hashes.

    Args:
        path: a folder that `radiogene train` wrote.
        names: of the files to check.

    Raises:
        WeightsError: no model folder, one of format 1 that is no longer read, or a file that is missing, damaged or
            changed.
    """
    if not path.is_dir():
        raise WeightsError(f"{path} is no model folder. Give the folder that `radiogene train --out` wrote.")
    refuse_older_system(path)
    manifest = read_json_object(path / MANIFEST_FILE)
    if not isinstance(manifest.get("sha256"), dict):
        raise WeightsError(f"{path / MANIFEST_FILE} names no hashes. Copy the whole model folder again.")
    for name in names:
        require_file(path, name, manifest)
    return manifest


def require_file(path: Path, name: str, manifest: dict[str, Any]) -> None:
    """Refuse a file of a model folder that is not the one that was written.

    Args:
        path: the folder.
        name: of the file.
        manifest: of the folder.

    Raises:
        WeightsError: it is missing or changed.
    """
    if not (path / name).is_file():
        raise WeightsError(f"{path} has no {name}. Copy the whole model folder again.")
    if sha256_of(path / name) != manifest["sha256"].get(name):
        raise WeightsError(
            f"{path / name} is not the file that training wrote (its SHA-256 differs from manifest.json). "
            "Copy the whole model folder again."
        )


def _facts(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    settings = path / SETTINGS_FILE
    return common_facts(as_current_format(read_json_object(settings)), settings)
