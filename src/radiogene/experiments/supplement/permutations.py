"""Shuffled labels: a way of training and measuring that does not leak finds an AUC of one half in them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import FitResult, PlannedFit
from radiogene.experiments.rows import mmdl, system
from radiogene.methods.registry import method_named
from radiogene.report.evidence.evidence_report import PermutationLine

NAME = "permutations"
TITLE = "Shuffled labels"

POINT_ONLY = BootstrapSettings(resamples=1)

CHEAP_FACTOR = 5
"""How many times as many permutations a system of seconds gets: chance alone then carries its mean less far."""

NETWORK_FOLDS, NETWORK_EPOCHS = 2, 3
"""Of MMDL here: what is checked, how patients are held out, a short training shares with a long one."""


def checked(settings: ExperimentSettings) -> dict[str, list[PlannedFit]]:
    """Title and fits of the systems that are checked.

    Of the radiomics systems the one with the lasso, which selects as the others do and costs a tenth; MMDL only at
    `tiny`, where its fits cost seconds.
    """
    count = settings.permutations
    names = {"clinical": CHEAP_FACTOR * count, "radiomics-selected": count}
    fits = {
        method_named(name).title: _shuffled(system(settings, name), settings, permutations)
        for name, permutations in names.items()
    }
    if settings.preset == "tiny":
        shorter = replace(settings, folds=NETWORK_FOLDS, all_layers=replace(settings.all_layers, epochs=NETWORK_EPOCHS))
        fits["MMDL"] = _shuffled(mmdl(shorter, pretrained=False), settings, count)
    return fits


def _shuffled(fit: PlannedFit, settings: ExperimentSettings, permutations: int) -> list[PlannedFit]:
    return [replace(fit, shuffled=settings.seed + number) for number in range(permutations)]


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """Every fit with shuffled labels."""
    return [fit for found in checked(settings).values() for fit in found]


def show(evidence: Evidence) -> Shown:
    """A line per system and gene."""
    lines = [
        _line(evidence, title, gene, found) for title, found in checked(evidence.settings).items() for gene in GENES
    ]
    return Shown(permutations=tuple(lines))


def _line(evidence: Evidence, title: str, gene: str, fits: Sequence[PlannedFit]) -> PermutationLine:
    results = [result for fit in fits if (result := evidence.result(fit)) is not None]
    areas = [area for result in results if (area := _area(result, gene)) is not None]
    if not areas:
        return PermutationLine(title, gene, 0, None, reason=evidence.why_not(fits[0]))
    return PermutationLine(title, gene, len(areas), float(np.mean(areas)))


def _area(result: FitResult, gene: str) -> float | None:
    """The fold-wise AUC against the shuffled labels, which the fit's predictions carry."""
    folds = result.held_out.folds
    if folds is None:
        return None
    known = result.held_out.predictions.gene(gene)
    return foldwise_auc(known.labels, known.probabilities, folds[known.known], POINT_ONLY).auc.value


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
