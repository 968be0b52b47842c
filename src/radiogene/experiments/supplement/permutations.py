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
from radiogene.report.evidence.evidence_report import PermutationLine

NAME = "permutations"
TITLE = "Shuffled labels"

POINT_ONLY = BootstrapSettings(resamples=1)

NETWORK_FOLDS = 5
"""Of MMDL under shuffled labels where the experiment itself holds out one part: eight patients would show nothing."""

LARGEST_COARSE_ELIMINATION = 0.5
"""Share of the features that elimination drops in a round here: the check is of leaks, not of the last features."""


def checked(settings: ExperimentSettings) -> dict[str, list[Cell]]:
    """Title and cells of the systems that are checked: MMDL only where its fits cost seconds."""
    named = {"Clinical model": system(settings, "clinical"), "Radiomics model": system(settings, "radiomics")}
    coarse = max(settings.elimination_step, LARGEST_COARSE_ELIMINATION)
    cells = {title: _shuffled(_with(cell, elimination_step=coarse), settings) for title, cell in named.items()}
    if settings.preset == "tiny":
        cells["MMDL"] = _shuffled(_with(mmdl(settings), folds=settings.folds or NETWORK_FOLDS), settings)
    return cells


def _with(cell: Cell, **changes: Any) -> Cell:
    return replace(cell, settings=replace(cell.settings, **changes))


def _shuffled(cell: Cell, settings: ExperimentSettings) -> list[Cell]:
    return [replace(cell, shuffled=settings.seed + number) for number in range(settings.permutations)]


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
