"""Calibrating a trained model: maps and thresholds fitted on what its folder keeps of the cross-validation."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radiogene import __version__
from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.calibration_figures import CalibrationFigures, calibration_figures
from radiogene.decision.decision import OUT_OF_FOLD, Decision, ModelKind, fit_decision
from radiogene.errors import WeightsError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.model.card import model_card
from radiogene.model.model_folder import (
    CARD_FILE,
    DECISION_FILE,
    MANIFEST_FILE,
    SETTINGS_FILE,
    UNSEEN_FILE,
    checked_manifest,
)
from radiogene.model.settings import ModelSettings
from radiogene.model.unseen_table import UnseenTable, read_unseen_table
from radiogene.storage.atomic_files import atomic_folder, write_json, write_text
from radiogene.storage.checked_files import read_json_object, sha256_of
from radiogene.storage.typed_json import JsonObject, to_json

CALIBRATION_FILE = "calibration.json"

RESTS_ON = {
    ModelKind.ENSEMBLE: "the members' predictions for cases that they had not seen, one member for each case and seed; "
    "the mean of all members, which it is applied to, is usually less extreme",
    ModelKind.REFIT: "the predictions of the folds' models, and not of the refit, which has seen every case",
    ModelKind.SINGLE: "the predictions of the folds' models",
}
"""Which predictions set a calibration, and how they differ from those that it is applied to."""


@dataclass(frozen=True, eq=False)
class Recalibration:
    """What a calibration changed.

    Attributes:
        kind: which calibration.
        before: the decision that was replaced.
        decision: the new one.
        figures: per gene, cross-fitted.
        unseen: the predictions that set it.
    """

    kind: CalibrationKind
    before: Decision
    decision: Decision
    figures: dict[str, CalibrationFigures]
    unseen: UnseenTable

    @property
    def rests_on(self) -> str:
        """Which predictions set it, in words."""
        return RESTS_ON[self.decision.model_kind]

    @property
    def cross_fitted_over(self) -> str:
        """Which folds the figures after it are cross-fitted over, in words."""
        return f"folds of seed {self.unseen.seeds[0]}"

    def to_json(self) -> JsonObject:
        """The content of `calibration.json`."""
        return {
            "kind": self.kind.value,
            "model_kind": self.decision.model_kind.value,
            "rests_on": self.rests_on,
            "cases": len(self.unseen.predictions.patient_ids),
            "seeds": self.unseen.seeds,
            "cross_fitted_over": self.cross_fitted_over,
            "genes": {
                name: {
                    "calibration": to_json(self.decision.gene(name).calibration),
                    "threshold": self.decision.gene(name).threshold,
                    "threshold_before": self.before.gene(name).threshold,
                    **figures.to_json(),
                }
                for name, figures in self.figures.items()
            },
        }


def calibrate_model(
    path: Path, kind: CalibrationKind, settings: BootstrapSettings = BootstrapSettings()
) -> Recalibration:
    """What was changed in a model folder: `decision.json` and `calibration.json`, whole or not at all.

    The weights stay as they are. Calibration and thresholds are fitted on the case's mean over seeds, as the training
    fits its thresholds; the identity therefore gives back the thresholds of the training.

    Args:
        path: a folder that `radiogene train --folds` wrote, of MMDL or of a compared system.
        kind: which calibration; one that is there already is replaced.
        settings: resamples and seed of the figures' intervals.

    Raises:
        WeightsError: no out-of-fold predictions, or a file that is missing, damaged or changed.
        TrainingError: predictions that cannot fit the calibration.
    """
    path = path.resolve()
    manifest = checked_manifest(path, (DECISION_FILE,))
    if UNSEEN_FILE not in manifest["sha256"]:
        raise WeightsError(
            f"{path.name} keeps no out-of-fold predictions: it was trained without folds, and a calibration must not "
            "be fitted on cases that its network was fitted on or stopped by. Train it with folds: "
            "`radiogene train --store STORE --out MODEL --folds 5`."
        )
    checked_manifest(path, (UNSEEN_FILE, *(name for name in (SETTINGS_FILE,) if name in manifest["sha256"])))
    before = Decision.from_json(read_json_object(path / DECISION_FILE))
    unseen = read_unseen_table(path / UNSEEN_FILE, tuple(before.genes))
    found = Recalibration(
        kind,
        before,
        fit_decision(unseen.predictions, OUT_OF_FOLD, before.model_kind, kind),
        calibration_figures(unseen.predictions, unseen.folds, kind, settings),
        unseen,
    )
    _write(path, found, manifest)
    return found


def _write(path: Path, found: Recalibration, manifest: dict[str, Any]) -> None:
    """Puts a folder with the new decision in the place of the old one."""
    calibration = {"kind": found.kind.value, "rests_on": RESTS_ON[found.decision.model_kind], "version": __version__}
    manifest = {**manifest, "calibration": calibration}
    with atomic_folder(path) as folder:
        shutil.copytree(path, folder, symlinks=True, copy_function=_linked_or_copied, dirs_exist_ok=True)
        write_json(folder / DECISION_FILE, found.decision.to_json())
        write_json(folder / CALIBRATION_FILE, found.to_json())
        changed_files = [DECISION_FILE, CALIBRATION_FILE]
        if SETTINGS_FILE in manifest["sha256"]:
            # A compared system has neither settings of a network nor a card.
            model = ModelSettings.from_json(read_json_object(folder / SETTINGS_FILE))
            write_text(folder / CARD_FILE, model_card(model, found.decision, manifest))
            changed_files.append(CARD_FILE)
        changed = {name: sha256_of(folder / name) for name in changed_files}
        hashes = dict(sorted((manifest["sha256"] | changed).items()))
        write_json(folder / MANIFEST_FILE, manifest | {"sha256": hashes})


def _linked_or_copied(source: str, target: str) -> str:
    """The target, as another name of the same file where the file system gives one: weights can be gigabytes."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
