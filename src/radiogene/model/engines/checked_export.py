"""Reading an export: only one that belongs to the model, is whole, and is no newer than the engine's library."""

from importlib.metadata import version
from pathlib import Path

from radiogene.errors import WeightsError
from radiogene.model.engines.engine_choice import LIBRARIES, EngineChoice
from radiogene.model.engines.export_record import AGAIN, RECORD_FILE, ExportRecord, exported_facts
from radiogene.model.nine_view_model import NineViewModel
from radiogene.storage.checked_files import read_json_object, sha256_of
from radiogene.storage.typed_json import to_json


def checked_export(folder: Path, choice: EngineChoice, model: NineViewModel) -> ExportRecord:
    """The record of an export whose files were checked.

    Args:
        folder: that `radiogene export` wrote.
        choice: engine and precision that are wanted of it.
        model: that it must be of.

    Raises:
        WeightsError: no export, one of other weights, of other settings, for another engine or precision, made by a
            newer library, or with a file that is missing or changed.
    """
    if not (folder / RECORD_FILE).is_file():
        raise WeightsError(f"{folder} holds no export. Give `export` the folder that `radiogene export` wrote.")
    record = ExportRecord.from_json(read_json_object(folder / RECORD_FILE))
    found, wanted = (record.engine, record.precision), (choice.name, choice.stored_precision)
    if found != wanted:
        raise WeightsError(
            f"{folder} is an export for {found[0]} in {found[1]}; `engine` {choice.name} `precision` "
            f"{choice.precision} reads one for {wanted[0]} in {wanted[1]}. {AGAIN}"
        )
    if record.weights_sha256 != model.weights_sha256:
        raise WeightsError(
            f"{folder} was exported from other weights ({record.weights_sha256[:12]}) than those of the model "
            f"({model.weights_sha256[:12]}). {AGAIN}"
        )
    _require_facts(folder, record, model)
    _require_library(folder, record)
    _require_files(folder, record, model)
    return record


def _require_facts(folder: Path, record: ExportRecord, model: NineViewModel) -> None:
    exported, own = to_json(record.model), to_json(exported_facts(model.facts))
    for name in sorted(own):
        if exported[name] != own[name]:
            raise WeightsError(
                f"{folder} was exported for other settings: {name} is {exported[name]!r} there and "
                f"{own[name]!r} in the model. {AGAIN}"
            )


def _require_library(folder: Path, record: ExportRecord) -> None:
    """Refuses an export that a newer library wrote than the one that is to read it."""
    name = LIBRARIES[record.engine]
    wrote, reads = record.versions.get(name, ""), version(name)
    if _release(wrote) > _release(reads):
        raise WeightsError(
            f"{folder} was written with {name} {wrote}, and {reads} is installed, which is older. Install "
            f"{name} {wrote} or newer, or export the model again with {reads}."
        )


def _release(text: str) -> tuple[int, ...]:
    """Year and month, or major and minor, of a version."""
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())


def _require_files(folder: Path, record: ExportRecord, model: NineViewModel) -> None:
    trunks = [len(network.view_networks) for network in model.networks]
    named = {file for files in record.files for file in files}
    if [len(files) for files in record.files] != trunks or not named <= set(record.sha256):
        raise WeightsError(f"{folder / RECORD_FILE} does not name a file for every view network. {AGAIN}")
    for name, expected in record.sha256.items():
        file = folder / name
        if file.parent != folder or not file.is_file():
            raise WeightsError(f"{folder} has no {name}. Copy the whole export again, or export the model again.")
        if sha256_of(file) != expected:
            raise WeightsError(
                f"{file} is not the file that the export wrote (its SHA-256 differs from {RECORD_FILE}). Copy the "
                "whole export again, or export the model again."
            )
