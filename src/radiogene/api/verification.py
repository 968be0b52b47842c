"""Whether a store, a model, an experiment or a report is as it was written, and what is not."""

from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.layout import is_store
from radiogene.errors import RadiogeneError, SettingsError
from radiogene.experiments.experiment_folder import EXPERIMENT_FILE
from radiogene.model.model_folder import DECISION_FILE, MANIFEST_FILE, hashes_of
from radiogene.report.case_page import RESULT_FILE
from radiogene.storage.checked_files import read_json_object
from radiogene.storage.hashed_folder import HASHES_FILE, Change, changes_since
from radiogene.storage.place import Place, place_of
from radiogene.storage.plain_words import counted
from radiogene.storage.typed_json import JsonObject, from_json, to_json


@dataclass(frozen=True)
class Verification:
    """What was looked at, and what is not as it was written.

    Attributes:
        kind: store, model, pretrained network, experiment or report.
        place: where it lies.
        checked: what was compared, in words.
        made_by: version of radiogene that wrote it; None where it does not say.
        problems: a sentence each; none where all is as it was.
    """

    kind: str
    place: str
    checked: str
    made_by: str | None
    problems: tuple[str, ...]

    def to_json(self) -> JsonObject:
        """The same as plain JSON values."""
        return to_json(self)


def verify(path: str | Path) -> Verification:
    """What became of a store, a model, a pretrained network, an experiment or a report since it was written.

    Args:
        path: its folder; a store may lie on object storage.

    Raises:
        SettingsError: nothing of that kind is there, or it is of a version that kept no hashes.
    """
    place = place_of(path)
    if is_store(place):
        return _store(place)
    if not isinstance(place, Path) or not place.is_dir():
        raise SettingsError(f"{place} is no folder of a store, a model, an experiment or a report.")
    if (place / MANIFEST_FILE).is_file():
        return _by_manifest(place)
    if (place / RESULT_FILE).is_file():
        return _report(place)
    raise SettingsError(
        f"{place} holds no store, model, experiment or report: no store.json, {MANIFEST_FILE} or {RESULT_FILE}."
    )


def _store(place: Place) -> Verification:
    """The records, cubes and segments of a store against the checksums of its index."""
    problems: list[str] = []
    count = segments = 0
    try:
        store = CubeStore.open(place)
        count = len(store)
    except RadiogeneError as error:
        return Verification("store", str(place), "its description", None, (str(error),))
    for number in range(count):
        try:
            store.record(number)
            store.cube(number)
            segments += store.segment(number) is not None
        except (RadiogeneError, OSError) as error:
            problems.append(f"cube {number + 1} of {count}: {error}")
    checked = f"{counted(count, 'record')}, {counted(count, 'cube')} and {counted(segments, 'segment')} by checksum"
    return Verification("store", str(place), checked, None, tuple(problems))


def _by_manifest(folder: Path) -> Verification:
    """A folder whose manifest has the hashes of its files."""
    manifest = read_json_object(folder / MANIFEST_FILE)
    if (folder / EXPERIMENT_FILE).is_file():
        kind = "experiment"
    else:
        kind = "model" if (folder / DECISION_FILE).is_file() else "pretrained network"
    hashes = hashes_of(manifest, folder)
    changes = changes_since(folder, hashes, (MANIFEST_FILE,))
    if kind == "experiment":
        # Its fits are work that goes on and is hashed by itself; the report is what was finished.
        parts = {name.partition("/")[0] for name in hashes}
        changes = tuple(change for change in changes if change.name.partition("/")[0] in parts)
    else:
        # What `radiogene export` put into it has a record of its own.
        changes = tuple(change for change in changes if change.change is not Change.ADDED or "/" not in change.name)
    versions = manifest.get("versions")
    made_by = versions.get("radiogene") if isinstance(versions, dict) else None
    return Verification(
        kind,
        str(folder),
        f"{counted(len(hashes), 'file')} by SHA-256",
        made_by if isinstance(made_by, str) else None,
        tuple(map(str, changes)),
    )


def _report(folder: Path) -> Verification:
    """The report of one nodule."""
    if not (folder / HASHES_FILE).is_file():
        raise SettingsError(f"{folder} is a report of a version that kept no hashes; make it again.")
    hashes = from_json(dict[str, str], read_json_object(folder / HASHES_FILE), where=folder / HASHES_FILE)
    changes = tuple(str(c) for c in changes_since(folder, hashes, (HASHES_FILE,)) if c.name in hashes)
    return Verification("report", str(folder), f"{counted(len(hashes), 'file')} by SHA-256", None, changes)
