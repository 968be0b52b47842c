"""A fitted system with its thresholds: how it is trained, written into a model folder, and read from one."""

from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.identity.duplicates import (
    IN_SPLITS,
    DuplicateCount,
    cohort_scans,
    duplicates_within,
    refuse_duplicates,
)
from radiogene.cohort.identity.known_scans import KnownScans
from radiogene.cohort.identity.site_key import site_key
from radiogene.cohort.label_copies import refuse_label_copies
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.clinical_only import BEFORE_COMPANIONS, ClinicalOnly
from radiogene.decision.decision import Decision, fit_decision
from radiogene.errors import SettingsError, TrainingError, WeightsError
from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.evaluation.held_out import HeldOutPredictions
from radiogene.evaluation.predictions import UNKNOWN
from radiogene.methods.companion_fit import FittedCompanion, fitted_companion
from radiogene.methods.inputs import available, columns_given, refuse_without_images
from radiogene.methods.method import FitContext, Method, MethodEntry
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.registry import method_named
from radiogene.model.about import About
from radiogene.model.engines.engine_choice import EngineChoice
from radiogene.model.facts import ModelFacts
from radiogene.model.model_folder import ModelFolder, WrittenModel, read_model_folder, write_model
from radiogene.storage.typed_json import JsonObject, to_json


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A system that answers for patients.

    Attributes:
        entry: which system.
        method: fitted.
        decision: thresholds and calibration, set on patients that the predicting models had not seen.
        training_cubes: fingerprints of the cubes it was trained on, or its start pretrained on.
        weights_sha256: of the file of what was fitted; empty before it is written.
        clinical_only: companion on the clinical values alone, or why there is none.
        known_scans: what else tells a training case from another.
        about: data and limits of a released model; None for one's own.
    """

    entry: MethodEntry
    method: Method
    decision: Decision
    training_cubes: tuple[str, ...]
    weights_sha256: str
    clinical_only: ClinicalOnly = BEFORE_COMPANIONS
    known_scans: KnownScans = field(default_factory=KnownScans)
    about: About | None = None

    @property
    def facts(self) -> ModelFacts:
        """What its folder states."""
        return self.method.facts


@dataclass(frozen=True, eq=False)
class FinishedFit:
    """What a fit leaves, before it is written.

    Attributes:
        model: ready to answer.
        held_out: predictions for its own training patients, with their identifiers, which no model folder holds.
        left_out: training patients that lack what the system needs, and why, in words.
        manifest: how it came about, plain JSON values.
        companion: on the clinical values alone, with its predictions for the same patients.
    """

    model: TrainedModel
    held_out: HeldOutPredictions
    left_out: dict[str, int]
    manifest: JsonObject
    companion: FittedCompanion

    def write(self, path: Path) -> None:
        """Write the model folder, whole or not at all.

        Args:
            path: the folder; an older model is replaced.

        Raises:
            SettingsError: the place holds other files.
        """
        method = self.model.method
        content = WrittenModel(
            method.facts,
            method.save,
            self.model.decision,
            self.manifest,
            self.model.training_cubes,
            method.history,
            self.held_out,
            self.companion.clinical_only,
            self.companion.held_out,
            self.model.known_scans,
        )
        write_model(path, content)


def fit_model(
    entry: MethodEntry,
    settings: MethodSettings,
    cohort: PreparedCohort,
    context: FitContext,
    calibration: CalibrationKind = CalibrationKind.IDENTITY,
    *,
    allow_duplicates: bool = False,
) -> FinishedFit | None:
    """The system fitted on the patients that have what it needs, with what it says of patients it had not seen.

    Args:
        entry: which system.
        settings: of the fit, of the class that the entry names.
        cohort: the training patients.
        context: where an interrupted fit goes on, and how it runs.
        calibration: fitted, like the thresholds, on the held-out predictions.
        allow_duplicates: fit although two patients are one; the model's card then says so.

    Returns:
        None in all processes of a distributed training but the first.

    Raises:
        TrainingError: nobody has what it needs, or a gene has too few mutants or wild types among those who do.
        CohortError: a table without images for a system that reads CT, a column that is missing, unusable or a copy of
            a label, or two patients who are one.
        SettingsError: settings that do not fit, an unfinished fit with others, or a site's key that cannot be used.
    """
    started = monotonic()
    refuse_without_images(entry, cohort)
    columns = columns_given(entry, settings.clinical)
    presence = available(entry, cohort, columns)
    chosen = presence.present.nonzero()[0]
    if not chosen.size:
        raise TrainingError(f"{entry.title}: no training patient has what it needs: {'; '.join(presence.reasons)}.")
    trained_on = cohort.at(chosen)
    labels = patient_label_table(trained_on, settings.genes)
    if not (labels != UNKNOWN).any():
        raise TrainingError(
            f"No patient has a known status of {' or '.join(settings.genes)}. Fill these columns of the cohort table"
            + (" and run `radiogene prepare` again." if cohort.has_images else ".")
        )
    known = trained_on.at(np.flatnonzero((labels != UNKNOWN).any(axis=1)))
    scans = cohort_scans(known, site_key())
    duplicates = refuse_duplicates(duplicates_within(scans), IN_SPLITS, allowed=allow_duplicates)
    refuse_label_copies(trained_on.rows, columns, settings.genes)
    method = entry.make(settings, context).fit(trained_on, labels)
    if not method.is_fitted:
        return None
    held_out = method.held_out
    decision = fit_decision(held_out.predictions, held_out.set_on, method.model_kind, calibration, held_out.folds)
    cubes = tuple(sorted(method.seen_cubes.union(scans.fingerprints) - {""}))
    manifest: JsonObject = {
        "method": entry.name,
        "settings": to_json(settings),
        **method.record,
        "description": list(method.description),
        "notes": list(method.notes),
        "training": _training(known, labels, settings.genes, presence.reasons, scans.without_scan),
        "duplicates": to_json(DuplicateCount(allow_duplicates, inside=duplicates)),
        "members_differ_in": method.members_differ_in,
    }
    if held_out.runs:
        manifest["cross_validation"] = [run.to_json() for run in held_out.runs]
    manifest["seconds"] = round(monotonic() - started, 1)
    companion = fitted_companion(entry, columns, trained_on, held_out, calibration)
    model = TrainedModel(entry, method, decision, cubes, "", companion.clinical_only, scans.known)
    return FinishedFit(model, held_out, presence.reasons, manifest, companion)


def load_trained_model(path: Path, choice: EngineChoice = EngineChoice()) -> TrainedModel:
    """The model in a folder, checked against its own hashes.

    Args:
        path: a folder that `radiogene train` or an experiment wrote, of any system.
        choice: what computes the features of a nine-view network.

    Raises:
        WeightsError: a file is missing, damaged, changed, of another format or for another network.
        SettingsError: an engine for a system without views, or one that is not installed.
    """
    return trained_model(read_model_folder(path), choice)


def trained_model(folder: ModelFolder, choice: EngineChoice = EngineChoice()) -> TrainedModel:
    """The model in a folder whose files were checked; arguments and errors as `load_trained_model`."""
    try:
        entry = method_named(folder.method)
    except SettingsError as error:
        raise WeightsError(
            f"{folder.path} holds the system {folder.method!r}, which this version does not know (`radiogene methods` "
            "lists those it does). Use the version of radiogene that its manifest.json names, or train again."
        ) from error
    if not entry.backbone and choice != EngineChoice():
        raise SettingsError(
            f"`engine`, `precision` and `export` are for networks on nine views; {entry.title} is run by what it was "
            "fitted with. Leave them out."
        )
    return TrainedModel(
        entry,
        entry.load(folder, choice),
        folder.decision,
        folder.training_cubes,
        folder.weights_sha256,
        folder.clinical_only,
        folder.known_scans,
        folder.about,
    )


def _training(
    known: PreparedCohort, labels: NDArray[np.int8], genes: tuple[str, ...], left_out: dict[str, int], without_scan: int
) -> JsonObject:
    """Counts of those who took part, for the manifest."""
    from radiogene.cohort.store.joined_stores import Stores

    taking_part = labels[(labels != UNKNOWN).any(axis=1)]
    counts = {
        gene: {
            "mutant": int((column == 1).sum()),
            "wild type": int((column == 0).sum()),
            "unknown": int((column == UNKNOWN).sum()),
        }
        for gene, column in zip(genes, taking_part.T, strict=True)
    }
    source = known.source
    return {
        "patients": len(known),
        "nodules": len(known.nodule_indexes) if known.has_images else 0,
        "patients_without_scan": without_scan,
        "rows_that_failed_in_preparation": len(source.failures) if isinstance(source, Stores) else 0,
        "left_out": left_out,
        "labels": counts,
    }
