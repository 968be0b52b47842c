"""The manifest of an experiment: what was done, from the settings and stores that did it."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from radiogene.cohort.store.joined_stores import Stores
from radiogene.experiments.experiment_settings import GENES
from radiogene.experiments.network_facts import network_facts, network_split
from radiogene.experiments.planned_fit import FitResult, PlannedFit
from radiogene.experiments.row_measures import BOOTSTRAP
from radiogene.experiments.run import ExperimentRun
from radiogene.methods.method_settings import EliminationSettings, NetworkSettings
from radiogene.methods.registry import method_named
from radiogene.methods.tabular.learner import INNER_FOLDS
from radiogene.report.evidence.evidence_table import CONDITIONAL
from radiogene.storage.library_versions import library_versions
from radiogene.storage.typed_json import JsonObject, to_json


def run_manifest(run: ExperimentRun) -> JsonObject:
    """Settings, splits, decision, systems, versions, fingerprints; `report/evidence/manifest_facts.py` names the keys.

    What the methods text says of fits is taken from the fits that have a result, not from what was asked for: where no
    network was fitted, nothing is said of networks.

    Args:
        run: finished.
    """
    settings, evidence = run.evidence.settings, run.evidence
    results = [outcome for outcome in evidence.outcomes.values() if isinstance(outcome, FitResult)]
    fitted = [result for result in results if result.fit.shuffled is None]
    asked = [result for result in fitted if result.fit.asks_external]
    content: JsonObject = {
        "synthetic": evidence.training.synthetic or evidence.external.synthetic,
        "genes": list(GENES),
        "experiments": list(run.shown),
        "settings": {**settings.to_json(), "pretrained": sorted(settings.pretrained)},
        "preparation": _preparation(evidence.training.source),
        "systems": _systems(results),
        "versions": library_versions(),
        "device": settings.accelerator,
        "cores": os.cpu_count(),
        "fingerprints": {**run.fingerprints},
        **({} if run.protocol is None else {"protocol": {**to_json(run.protocol), "sentence": run.protocol.sentence}}),
        "duplicates": {**to_json(run.duplicates), "sentence": run.duplicates.sentence},
    }
    networks = any(isinstance(fit.settings, NetworkSettings) for fit in _fits(fitted))
    if fitted:
        content |= {
            "splits": {"by": "patient", "stratified_by": list(GENES), **_splits(fitted)},
            "seeds": _seeds(_fits(asked)),
            "repeats": _seeds(
                fit
                for result in fitted
                if result.fit.held_out_only
                for fit in (result.fit, replace(result.fit, settings=replace(result.fit.settings, seed=settings.seed)))
            ),
            "bootstrap": {"resamples": BOOTSTRAP.resamples, "seed": BOOTSTRAP.seed},
            **network_facts(_fits(fitted)),
            **({"precision": settings.precision} if networks else {}),
        }
    steps = {fit.settings.elimination_step for fit in _fits(fitted) if isinstance(fit.settings, EliminationSettings)}
    if len(steps) == 1:
        content["elimination_step"] = steps.pop()
    if asked:
        content |= {
            "frozen_before_external": True,
            "seeds_averaged": max(result.fit.settings.seeds for result in asked),
            "decision": {
                "threshold_rule": "Youden",
                "calibration": settings.calibration.value,
                "set_on": sorted({result.held_out.set_on for result in asked}),
                "cross_fitted": _cross_fitted(run, asked),
            },
        }
    return content


def _fits(results: Sequence[FitResult]) -> list[PlannedFit]:
    return [result.fit for result in results]


def _splits(results: Sequence[FitResult]) -> JsonObject:
    """How systems of either kind were trained and validated, as far as any was."""
    splits = network_split(_fits(results))
    others = {fit.settings.folds for fit in _fits(results) if not isinstance(fit.settings, NetworkSettings)}
    if len(others) == 1:
        splits["classical"] = {"kind": "nested", "outer_folds": others.pop(), "inner_folds": INNER_FOLDS}
    return splits


def _cross_fitted(run: ExperimentRun, asked: Sequence[FitResult]) -> bool:
    """True where a table of the training cohort calls patients by what the other folds set."""
    of_training = any(CONDITIONAL in table.columns for shown in run.shown.values() for table in shown.tables)
    return of_training and any(result.held_out.folds is not None for result in asked)


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
