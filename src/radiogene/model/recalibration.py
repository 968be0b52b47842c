"""Calibrating a trained model: maps and thresholds fitted on what its folder keeps of the cross-validation."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from radiogene import __version__
from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.calibration_figures import CalibrationFigures, calibration_figures
from radiogene.decision.clinical_only import ClinicalOnly, recalibrated_companion
from radiogene.decision.decision import Decision, ModelKind, fit_decision
from radiogene.errors import WeightsError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.held_out import HeldOutPredictions
from radiogene.evaluation.held_out_table import read_held_out_table
from radiogene.model.card import model_card
from radiogene.model.facts import ModelFacts
from radiogene.model.model_folder import (
    CARD_FILE,
    CLINICAL_ONLY_FILE,
    CLINICAL_ONLY_HELD_OUT_FILE,
    DECISION_FILE,
    HELD_OUT_FILE,
    MANIFEST_FILE,
    SETTINGS_FILE,
    checked_manifest,
    hashes_of,
    read_clinical_only,
    read_model_facts,
)
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
        held_out: the predictions that set it.
        clinical_only: the companion on the clinical values alone, calibrated in the same way, or why there is none.
    """

    kind: CalibrationKind
    before: Decision
    decision: Decision
    figures: dict[str, CalibrationFigures]
    held_out: HeldOutPredictions
    clinical_only: ClinicalOnly

    @property
    def rests_on(self) -> str:
        """Which predictions set it, in words."""
        return RESTS_ON[self.decision.model_kind]

    @property
    def cross_fitted_over(self) -> str:
        """Which folds the figures after it are cross-fitted over, in words."""
        return f"folds of seed {self.held_out.runs[0].seed}"

    def to_json(self) -> JsonObject:
        """The content of `calibration.json`."""
        return {
            "kind": self.kind.value,
            "model_kind": self.decision.model_kind.value,
            "rests_on": self.rests_on,
            "cases": len(self.held_out.predictions.patient_ids),
            "seeds": [run.seed for run in self.held_out.runs],
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
    manifest = checked_manifest(path, (DECISION_FILE, SETTINGS_FILE))
    if HELD_OUT_FILE not in hashes_of(manifest, path):
        raise WeightsError(
            f"{path.name} keeps no out-of-fold predictions: it was trained without folds, and a calibration must not "
            "be fitted on cases that its network was fitted on or stopped by. Train it with folds: "
            "`radiogene train --store STORE --out MODEL --folds 5`."
        )
    checked_manifest(path, (HELD_OUT_FILE,))
    facts = read_model_facts(path)
    before = Decision.from_json(read_json_object(path / DECISION_FILE))
    held_out = read_held_out_table(path / HELD_OUT_FILE, tuple(before.genes))
    folds = held_out.runs[0].folds
    changed = Recalibration(
        kind,
        before,
        fit_decision(held_out.predictions, held_out.set_on, before.model_kind, kind, held_out.folds),
        calibration_figures(held_out.predictions, folds, kind, settings),
        held_out,
        _recalibrated_companion(path, manifest, held_out, kind),
    )
    _write(path, changed, facts, manifest)
    return changed


def _recalibrated_companion(
    path: Path, manifest: JsonObject, held_out: HeldOutPredictions, kind: CalibrationKind
) -> ClinicalOnly:
    """The folder's companion with the same kind of calibration; as it is where there is none."""
    found = read_clinical_only(path, hashes_of(manifest, path))
    if found.companion is None:
        return found
    checked_manifest(path, (CLINICAL_ONLY_HELD_OUT_FILE,))
    alone = read_held_out_table(path / CLINICAL_ONLY_HELD_OUT_FILE, held_out.predictions.genes)
    return ClinicalOnly("", recalibrated_companion(found.companion, held_out, alone, kind))


def _write(path: Path, changed: Recalibration, facts: ModelFacts, manifest: JsonObject) -> None:
    """Puts a folder with the new decision in the place of the old one."""
    rests_on = RESTS_ON[changed.decision.model_kind]
    hashes_before = hashes_of(manifest, path)
    manifest = {
        **manifest,
        "calibration": {"kind": changed.kind.value, "rests_on": rests_on, "version": __version__},
    }
    with atomic_folder(path) as folder:
        shutil.copytree(path, folder, symlinks=True, copy_function=_linked_or_copied, dirs_exist_ok=True)
        write_json(folder / DECISION_FILE, changed.decision.to_json())
        write_json(folder / CALIBRATION_FILE, changed.to_json())
        written = [DECISION_FILE, CALIBRATION_FILE, CARD_FILE]
        if changed.clinical_only.companion is not None:
            write_json(folder / CLINICAL_ONLY_FILE, to_json(changed.clinical_only))
            written.append(CLINICAL_ONLY_FILE)
        write_text(folder / CARD_FILE, model_card(facts, changed.decision, manifest, changed.clinical_only))
        hashes = {name: sha256_of(folder / name) for name in written}
        write_json(folder / MANIFEST_FILE, manifest | {"sha256": dict(sorted((hashes_before | hashes).items()))})


def _linked_or_copied(source: str, target: str) -> str:
    """The target, as another name of the same file where the file system gives one: weights can be gigabytes."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
