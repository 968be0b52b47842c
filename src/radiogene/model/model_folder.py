"""The one model folder of every fitted system: whole or not at all, hashed, and without anything that can run code.

settings.json        what is needed to predict: facts of every model, then what the system itself adds
model.safetensors    weights of networks, or estimators.skops: estimators of scikit-learn
decision.json        thresholds and calibration per gene
training_cubes.json  fingerprints of the cubes it was trained on
training_scans.json  their outlines, and keyed hashes of identifiers: one scan is known again under another name
history.json         losses per member, stage and epoch
out_of_fold.csv      predictions for training patients by models that had not seen them, where there were folds
clinical_only.json   companion on the clinical values alone and what the image adds to it, or why there is none
clinical_only.csv    predictions of the companion, as those in out_of_fold.csv
familiarity.json     of how many patients the typical features are, or why there are none; with familiarity.safetensors:
                     mean and covariance of the features of training patients, and distances of held-out ones
about.json           data, licence and limits of a model that is passed on; it has none of the CSV files
card.md              what the model is and is not
manifest.json        how it came about, versions, and the SHA-256 of every other file
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from radiogene.cohort.identity.known_scans import KnownScans, read_known_scans
from radiogene.decision.clinical_only import BEFORE_COMPANIONS, ClinicalOnly
from radiogene.decision.decision import Decision
from radiogene.decision.familiarity import BEFORE_FAMILIARITY, Familiarity
from radiogene.errors import WeightsError
from radiogene.evaluation.held_out import HeldOutPredictions
from radiogene.evaluation.held_out_table import CASE, held_out_table
from radiogene.model.about import About
from radiogene.model.box import boxed_models
from radiogene.model.card import model_card
from radiogene.model.facts import ModelFacts, common_facts, settings_of_format
from radiogene.model.familiarity_file import FAMILIARITY_FILE, TYPICAL_FILE, read_familiarity, write_familiarity
from radiogene.model.older_format import as_current_format, refuse_older_system
from radiogene.storage.atomic_files import atomic_folder, write_json, write_text
from radiogene.storage.checked_files import read_json_object, require_own_place, sha256_of
from radiogene.storage.library_versions import library_versions
from radiogene.storage.typed_json import JsonObject, from_json, read_typed_json, to_json

WEIGHTS_FILE = "model.safetensors"
ESTIMATORS_FILE = "estimators.skops"
FITTED_FILES = (WEIGHTS_FILE, ESTIMATORS_FILE)
"""One of them holds what was fitted; its hash names the model in every result."""

SETTINGS_FILE = "settings.json"
DECISION_FILE = "decision.json"
CARD_FILE = "card.md"
CUBES_FILE = "training_cubes.json"
SCANS_FILE = "training_scans.json"
"""Absent from folders of older versions."""

HISTORY_FILE = "history.json"
HELD_OUT_FILE = "out_of_fold.csv"
CLINICAL_ONLY_FILE = "clinical_only.json"
CLINICAL_ONLY_HELD_OUT_FILE = "clinical_only.csv"
ABOUT_FILE = "about.json"
MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True, eq=False)
class ModelFolder:
    """A model folder whose files were checked against its hashes.

    Attributes:
        path: of the folder.
        facts: those that every model has.
        settings: content of `settings.json` in the current format, without its number; a system reads its own from it.
        decision: thresholds and calibration per gene.
        manifest: how the model was made.
        training_cubes: fingerprints of the cubes it was trained on.
        weights_sha256: of the file that holds what was fitted; names the model in every result.
        clinical_only: companion on the clinical values alone, or why there is none.
        known_scans: what else tells a training case from another; empty in folders of older versions.
        about: data and limits of a released model; None for one's own.
        familiarity: what a new case's features are held against, or why there is nothing.
    """

    path: Path
    facts: ModelFacts
    settings: JsonObject
    decision: Decision
    manifest: JsonObject
    training_cubes: tuple[str, ...]
    weights_sha256: str
    clinical_only: ClinicalOnly
    known_scans: KnownScans = field(default_factory=KnownScans)
    about: About | None = None
    familiarity: Familiarity = BEFORE_FAMILIARITY

    @property
    def method(self) -> str:
        """Name of the system."""
        return self.facts.method

    @property
    def settings_file(self) -> Path:
        """Where `settings` come from."""
        return self.path / SETTINGS_FILE


@dataclass(frozen=True, eq=False)
class WrittenModel:
    """What a model folder is written from.

    Attributes:
        facts: for `settings.json`.
        save: writes the file of what was fitted into a folder.
        decision: thresholds and calibration.
        manifest: how it came about; versions and hashes are added.
        training_cubes: fingerprints of the cubes it was trained on.
        history: dataclasses of losses per member, stage and epoch; none of a system without networks.
        held_out: predictions for training patients by models that had not seen them.
        clinical_only: companion on the clinical values alone, or why there is none.
        clinical_only_held_out: predictions of the companion for the same patients; None where there is none.
        known_scans: what else tells a training case from another.
        familiarity: what a new case's features are held against, or why there is nothing.
    """

    facts: ModelFacts
    save: Callable[[Path], None]
    decision: Decision
    manifest: JsonObject
    training_cubes: Sequence[str]
    history: Sequence[object]
    held_out: HeldOutPredictions
    clinical_only: ClinicalOnly = BEFORE_COMPANIONS
    clinical_only_held_out: HeldOutPredictions | None = None
    known_scans: KnownScans = field(default_factory=KnownScans)
    familiarity: Familiarity = BEFORE_FAMILIARITY


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
        write_json(folder / SCANS_FILE, to_json(model.known_scans))
        write_json(folder / HISTORY_FILE, to_json(list(model.history)))
        if model.held_out.runs:
            write_text(folder / HELD_OUT_FILE, held_out_table(model.held_out.nameless, CASE))
        write_json(folder / CLINICAL_ONLY_FILE, to_json(model.clinical_only))
        if model.clinical_only_held_out is not None:
            alone = model.clinical_only_held_out.numbered(model.held_out.nameless_order)
            write_text(folder / CLINICAL_ONLY_HELD_OUT_FILE, held_out_table(alone, CASE))
        write_familiarity(folder, model.familiarity)
        write_text(folder / CARD_FILE, model_card(model.facts, model.decision, model.manifest, model.clinical_only))
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
    hashes = hashes_of(manifest, path)
    fitted = next((name for name in FITTED_FILES if name in hashes), WEIGHTS_FILE)
    require_file(path, fitted, hashes)
    settings = _settings(path)
    facts = common_facts(settings, path / SETTINGS_FILE)
    decision = Decision.from_json(read_json_object(path / DECISION_FILE))
    cubes = read_typed_json(tuple[str, ...], path / CUBES_FILE)
    clinical_only = read_clinical_only(path, hashes)
    if SCANS_FILE in hashes:
        require_file(path, SCANS_FILE, hashes)
    known = read_known_scans(path / SCANS_FILE) if SCANS_FILE in hashes else KnownScans()
    if ABOUT_FILE in hashes:
        require_file(path, ABOUT_FILE, hashes)
    about = read_typed_json(About, path / ABOUT_FILE) if ABOUT_FILE in hashes else None
    return ModelFolder(
        path,
        facts,
        settings,
        decision,
        manifest,
        cubes,
        hashes[fitted],
        clinical_only,
        known,
        about,
        _familiarity(path, hashes),
    )


def read_clinical_only(path: Path, hashes: Mapping[str, str]) -> ClinicalOnly:
    """The companion on the clinical values alone, or why there is none.

    Args:
        path: the model folder.
        hashes: SHA-256 by name, of its manifest.

    Raises:
        WeightsError: the file is missing, damaged or changed.
    """
    if CLINICAL_ONLY_FILE not in hashes:
        return BEFORE_COMPANIONS
    require_file(path, CLINICAL_ONLY_FILE, hashes)
    return read_typed_json(ClinicalOnly, path / CLINICAL_ONLY_FILE)


def _familiarity(path: Path, hashes: Mapping[str, str]) -> Familiarity:
    """What a new case's features are held against; of a folder of an older version, the reason why nothing is."""
    if FAMILIARITY_FILE not in hashes:
        return BEFORE_FAMILIARITY
    for name in (FAMILIARITY_FILE, TYPICAL_FILE):
        if name in hashes:
            require_file(path, name, hashes)
    return read_familiarity(path)


def read_model_facts(path: Path) -> ModelFacts:
    """The facts that every model has, from a folder whose `settings.json` was checked already.

    Raises:
        WeightsError: another format, or a fact that is missing or of another type.
    """
    return common_facts(_settings(path), path / SETTINGS_FILE)


def checked_manifest(path: Path, names: Sequence[str]) -> JsonObject:
    """The manifest of a model folder some of whose files were checked against its hashes.

    Args:
        path: a folder that `radiogene train` wrote.
        names: of the files to check.

    Raises:
        WeightsError: no model folder, one of format 1 that is no longer read, or a file that is missing, damaged or
            changed.
    """
    if not path.is_dir():
        raise WeightsError(
            f"{path} is no model folder. Give the folder that `radiogene train --out` wrote, or the name of a model "
            f"that travels with the package: {', '.join(boxed_models())}."
        )
    refuse_older_system(path)
    manifest = read_json_object(path / MANIFEST_FILE)
    hashes = hashes_of(manifest, path)
    for name in names:
        require_file(path, name, hashes)
    return manifest


def hashes_of(manifest: JsonObject, path: Path) -> dict[str, str]:
    """The SHA-256 of every other file of a model folder, by name.

    Args:
        manifest: of the folder.
        path: of the folder, for messages.

    Raises:
        WeightsError: it names none.
    """
    if not isinstance(manifest.get("sha256"), dict):
        raise WeightsError(f"{path / MANIFEST_FILE} names no hashes. Copy the whole model folder again.")
    return from_json(dict[str, str], manifest["sha256"], where=path / MANIFEST_FILE)


def require_file(path: Path, name: str, hashes: Mapping[str, str]) -> None:
    """Refuse a file of a model folder that is not the one that was written.

    Args:
        path: the folder.
        name: of the file.
        hashes: SHA-256 by name, of the folder's manifest.

    Raises:
        WeightsError: it is missing or changed.
    """
    if not (path / name).is_file():
        raise WeightsError(f"{path} has no {name}. Copy the whole model folder again.")
    if sha256_of(path / name) != hashes.get(name):
        raise WeightsError(
            f"{path / name} is not the file that training wrote (its SHA-256 differs from manifest.json). "
            "Copy the whole model folder again."
        )


def _settings(path: Path) -> JsonObject:
    file = path / SETTINGS_FILE
    return settings_of_format(as_current_format(read_json_object(file)), file)
