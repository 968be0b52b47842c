"""Shuffled labels: a way of training and measuring that does not leak finds an AUC of one half in them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.experiments.cell import Cell, CellResult
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
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


def checked(settings: ExperimentSettings) -> dict[str, list[Cell]]:
    """Title and cells of the systems that are checked.

    Of the radiomics systems the one with the lasso, which selects as the others do and costs a tenth; MMDL only at
    `tiny`, where its fits cost seconds.
    """
    count = settings.permutations
    names = {"clinical": CHEAP_FACTOR * count, "radiomics-selected": count}
    cells = {
        method_named(name).title: _shuffled(system(settings, name), settings, permutations)
        for name, permutations in names.items()
    }
    if settings.preset == "tiny":
        short = _with(mmdl(settings, pretrained=False), folds=NETWORK_FOLDS, epochs=NETWORK_EPOCHS)
        cells["MMDL"] = _shuffled(short, settings, count)
    return cells


def _with(cell: Cell, **changes: Any) -> Cell:
    return replace(cell, settings=replace(cell.settings, **changes))


def _shuffled(cell: Cell, settings: ExperimentSettings, permutations: int) -> list[Cell]:
    return [replace(cell, shuffled=settings.seed + number) for number in range(permutations)]


def cells(settings: ExperimentSettings, done: Done) -> list[Cell]:
    """Every fit with shuffled labels."""
    return [cell for found in checked(settings).values() for cell in found]


def show(evidence: Evidence) -> Shown:
    """A line per system and gene."""
    lines = [
        _line(evidence, title, gene, found) for title, found in checked(evidence.settings).items() for gene in GENES
    ]
    return Shown(permutations=tuple(lines))


def _line(evidence: Evidence, title: str, gene: str, cells: Sequence[Cell]) -> PermutationLine:
    results = [result for cell in cells if (result := evidence.result(cell)) is not None]
    areas = [area for result in results if (area := _area(result, gene)) is not None]
    if not areas:
        return PermutationLine(title, gene, 0, None, reason=evidence.why_not(cells[0]))
    return PermutationLine(title, gene, len(areas), float(np.mean(areas)))


def _area(result: CellResult, gene: str) -> float | None:
    """The fold-wise AUC against the shuffled labels, which the cell's predictions carry."""
    if result.unseen_folds is None:
        return None
    known = result.unseen.gene(gene)
    return foldwise_auc(known.labels, known.probabilities, result.unseen_folds[known.known], POINT_ONLY).auc.value


EXPERIMENT = Experiment(NAME, TITLE, cells, show)
