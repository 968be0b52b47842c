"""The manifest of an experiment: what was done, from the settings and stores that did it."""

import os
from collections.abc import Iterable
from dataclasses import replace

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.store.joined_stores import Stores
from radiogene.ct.nine_views import view_names_of
from radiogene.experiments.experiment_settings import GENES
from radiogene.experiments.planned_fit import FitResult, PlannedFit
from radiogene.experiments.row_measures import BOOTSTRAP
from radiogene.experiments.rows import PAPERS_OWN
from radiogene.experiments.run import ExperimentRun
from radiogene.methods.registry import method_named
from radiogene.methods.tabular.learner import INNER_FOLDS
from radiogene.networks.presets import preset_named
from radiogene.storage.library_versions import library_versions
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.stages.schedule import schedule_of


def run_manifest(run: ExperimentRun) -> JsonObject:
    """Settings, splits, decision, systems, versions, fingerprints; `report/evidence/manifest_facts.py` names the keys.

    Args:
        run: finished.
    """
    settings, evidence = run.evidence.settings, run.evidence
    schedule, sizes = schedule_of(settings.preset), preset_named(settings.preset)
    results = [outcome for outcome in evidence.outcomes.values() if isinstance(outcome, FitResult)]
    networks: JsonObject = (
        {"kind": "folds", "folds": settings.network_folds}
        if settings.network_folds
        else {"kind": "single", "validation_share": settings.validation_share or schedule.validation_share}
    )
    return {
        "synthetic": evidence.training.synthetic or evidence.external.synthetic,
        "genes": list(GENES),
        "experiments": list(run.shown),
        "settings": {**settings.to_json(), "pretrained": sorted(settings.pretrained)},
        "preset": settings.preset,
        "image_size_px": sizes.image_size,
        "init": "a pretrained network" if PAPERS_OWN in settings.pretrained else "random",
        "epochs": settings.all_layers.epochs or schedule.all_layers.epochs,
        "class_weighting": settings.class_weighting,
        "augmentation": ["quarter turns", "flips", "translations by at most 4 mm"],
        "preparation": _preparation(evidence.training.source),
        "views": list(view_names_of(fields_mm=sizes.fields_mm)),
        "nodule_rule": "largest",
        "systems": _systems(results),
        "clinical_columns": list(DEFAULT_COLUMNS),
        "elimination_step": settings.elimination_step,
        "splits": {
            "by": "patient",
            "stratified_by": list(GENES),
            "networks": networks,
            "classical": {"kind": "nested", "outer_folds": settings.nested_folds, "inner_folds": INNER_FOLDS},
        },
        "seeds": _seeds(result.fit for result in results if result.fit.asks_external),
        "repeats": _seeds(
            fit
            for result in results
            if result.fit.held_out_only
            for fit in (result.fit, replace(result.fit, settings=replace(result.fit.settings, seed=settings.seed)))
        ),
        "decision": {
            "threshold_rule": "Youden",
            "calibration": settings.calibration.value,
            "set_on": sorted({result.held_out.set_on for result in results}),
            "cross_fitted": bool(settings.network_folds),
        },
        "bootstrap": {"resamples": BOOTSTRAP.resamples, "seed": BOOTSTRAP.seed},
        "frozen_before_external": True,
        "versions": library_versions(),
        "device": settings.accelerator,
        "precision": settings.precision,
        "cores": os.cpu_count(),
        "fingerprints": {**run.fingerprints},
        **({} if run.protocol is None else {"protocol": {**to_json(run.protocol), "sentence": run.protocol.sentence}}),
        "duplicates": {**to_json(run.duplicates), "sentence": run.duplicates.sentence},
    }


def _seeds(fits: Iterable[PlannedFit]) -> JsonObject:
    """The seeds that each system was fitted with, by its title."""
    seeds: dict[str, set[int]] = {}
    for fit in fits:
        first = fit.settings.seed
        seeds.setdefault(method_named(fit.method).title, set()).update(range(first, first + fit.settings.seeds))
    return {title: sorted(numbers) for title, numbers in seeds.items()}


def _preparation(source: object) -> JsonObject:
    if not isinstance(source, Stores):
        return {}
    made = source.preparation
    return {
        "spacing_mm": made.sample_mm,
        "cube_mm": made.cube_samples * made.sample_mm,
        "interpolation": made.interpolation,
        "standardisation": "mean and SD of the fitting patients' cubes",
    }


def _systems(results: list[FitResult]) -> list[JsonObject]:
    """Every system that has a result, once, with what its readers must know."""
    notes: dict[str, dict[str, None]] = {}
    for result in results:
        notes.setdefault(result.fit.method, {}).update(dict.fromkeys(result.notes))
    entries = (method_named(name) for name in notes)
    return [
        {
            "name": entry.name,
            "title": entry.title,
            "learner": entry.learner,
            "needs": [need.value for need in entry.needs],
            "notes": list(notes[entry.name]),
        }
        for entry in entries
    ]
