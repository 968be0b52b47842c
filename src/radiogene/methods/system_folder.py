"""The folder of a trained system: what was fitted, its decision, and how it came about; hashed, and without pickles.

system.json          name of the system, settings, what it rests on
decision.json        thresholds and calibration per gene
out_of_fold.csv      unseen predictions without identifiers, where there are folds
training_cubes.json  fingerprints of the cubes it was trained on
fitted/              what the system itself saved
manifest.json        versions and the SHA-256 of every file
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.decision.decision import Decision
from radiogene.errors import WeightsError
from radiogene.evaluation.predictions import UNKNOWN
from radiogene.methods.method import FITTED_FOLDER, Unseen
from radiogene.methods.registry import all_methods
from radiogene.methods.trained_system import TrainedSystem
from radiogene.model.known_cubes import fingerprints
from radiogene.model.model_folder import CUBES_FILE, DECISION_FILE, MANIFEST_FILE, UNSEEN_FILE
from radiogene.storage.atomic_files import atomic_folder, write_json, write_text
from radiogene.storage.checked_files import read_json, read_json_object, require_own_place, sha256_of
from radiogene.storage.library_versions import library_versions

FORMAT = 1
SYSTEM_FILE = "system.json"


@dataclass(frozen=True, eq=False)
class SavedSystem:
    """A system read from its folder.

    Attributes:
        system: ready to answer.
        preparation_hash: of the cubes it was trained on; others are refused.
        training_cubes: fingerprints of these cubes.
        synthetic: True where any training patient was synthetic.
        sha256: of the manifest, which names the system in every result.
    """

    system: TrainedSystem
    preparation_hash: str
    training_cubes: tuple[str, ...]
    synthetic: bool
    sha256: str


def is_system_folder(path: Path) -> bool:
    """True where a folder holds a trained system, not a model of `radiogene train` without `--method`."""
    return (path / SYSTEM_FILE).is_file()


def require_system_place(path: Path) -> None:
    """Refuses a place where writing a system would destroy something else.

    Raises:
        SettingsError: the place holds other files.
    """
    require_own_place(path, (MANIFEST_FILE, SYSTEM_FILE), "the system")


def write_system(
    path: Path, system: TrainedSystem, unseen: Unseen, cohort: PreparedCohort, preparation_hash: str
) -> None:
    """Writes the folder, whole or not at all.

    Args:
        path: the folder; an older one of a system is replaced.
        system: fitted.
        unseen: what set its decision.
        cohort: its training patients.
        preparation_hash: of their cubes.
    """
    require_system_place(path)
    cubes = [cohort.source.cube(index) for found in cohort.nodules for index in found]
    with atomic_folder(path) as folder:
        (folder / FITTED_FOLDER).mkdir()
        system.method.save(folder / FITTED_FOLDER)
        write_json(
            folder / SYSTEM_FILE,
            {
                "format": FORMAT,
                "method": system.entry.name,
                "settings": system.method.settings.to_json(),
                "preparation_hash": preparation_hash,
                "training_patients": len(cohort),
                "left_out": system.left_out,
                "notes": list(system.method.notes),
                "synthetic": cohort.synthetic,
            },
        )
        write_json(folder / DECISION_FILE, system.decision.to_json())
        write_json(folder / CUBES_FILE, fingerprints(cubes))
        if unseen.folds is not None:
            write_text(folder / UNSEEN_FILE, _nameless_table(unseen, system.method.settings.seed))
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        hashes = {file.relative_to(folder).as_posix(): sha256_of(file) for file in files}
        write_json(folder / MANIFEST_FILE, {"versions": library_versions(), "sha256": hashes})


def read_system(path: Path) -> SavedSystem:
    """The system in a folder, checked against its own hashes.

    Raises:
        WeightsError: a file is missing, damaged or changed, or another version wrote it.
    """
    hashes = read_json_object(path / MANIFEST_FILE).get("sha256")
    if not isinstance(hashes, dict):
        raise WeightsError(f"{path / MANIFEST_FILE} names no hashes. Copy the whole folder again.")
    for name, expected in hashes.items():
        file = path / name
        if not file.resolve().is_relative_to(path.resolve()) or not file.is_file() or sha256_of(file) != expected:
            raise WeightsError(f"{file} is missing or is not the file that was written. Copy the whole folder again.")
    content = read_json_object(path / SYSTEM_FILE)
    if content.get("format") != FORMAT or content.get("method") not in all_methods():
        raise WeightsError(
            f"{path / SYSTEM_FILE}: format {content.get('format')!r}, method {content.get('method')!r}; this version "
            f"reads format {FORMAT} and the methods of `radiogene methods`. Train again."
        )
    entry = all_methods()[content["method"]]
    decision = Decision.from_json(read_json_object(path / DECISION_FILE))
    system = TrainedSystem(entry, entry.load(path / FITTED_FOLDER), decision, content["left_out"])
    cubes = tuple(str(fingerprint) for fingerprint in read_json(path / CUBES_FILE))
    return SavedSystem(
        system, content["preparation_hash"], cubes, bool(content["synthetic"]), sha256_of(path / MANIFEST_FILE)
    )


def _nameless_table(unseen: Unseen, seed: int) -> str:
    """Unseen predictions as CSV, in an order that tells nothing of the cohort's table."""
    predictions, folds = unseen.predictions, unseen.folds
    if folds is None:
        return ""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["case", "seed", "fold", *(f"{g}_{w}" for g in predictions.genes for w in ("label", "probability"))]
    )
    for number, n in enumerate(np.lexsort((predictions.probabilities[:, 0], folds)), start=1):
        cells: list[Any] = [number, seed, int(folds[n])]
        for label, probability in zip(predictions.labels[n], predictions.probabilities[n], strict=True):
            cells += ["" if label == UNKNOWN else int(label), float(probability)]
        writer.writerow(cells)
    return text.getvalue()
