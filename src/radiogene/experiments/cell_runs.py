"""All cells of an experiment: those that are finished are read, the others run in parallel, one by one onto the disk."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from joblib import Parallel, delayed, parallel_config

from radiogene.decision.calibration import CalibrationKind
from radiogene.experiments.cell import Cell, CellResult, Outcome
from radiogene.experiments.cell_file import read_outcome
from radiogene.experiments.cell_run import CELLS_FOLDER, run_cell
from radiogene.experiments.cohorts import ExperimentPlaces

Finished = Callable[[Outcome], None]


@dataclass(frozen=True)
class CellRuns:
    """Where and how the cells of an experiment run.

    Attributes:
        places: of the cohorts and the experiment.
        context: what decides every cell's result beside its settings.
        calibration: of every system.
        workers: processes; each computes with one thread where there are several.
    """

    places: ExperimentPlaces
    context: dict[str, Any]
    calibration: CalibrationKind = CalibrationKind.IDENTITY
    workers: int = 1

    def finished(self, cells: Iterable[Cell]) -> dict[Cell, CellResult]:
        """The results that stand on disk; failures are no results, they are tried again."""
        found = {cell: read_outcome(self.places.out / CELLS_FOLDER / cell.key(self.context)) for cell in cells}
        return {cell: outcome for cell, outcome in found.items() if isinstance(outcome, CellResult)}

    def run(self, cells: Sequence[Cell], when_finished: Finished) -> dict[Cell, Outcome]:
        """What each cell left; equal cells are computed once.

        Args:
            cells: in the order in which they should start.
            when_finished: told of each as it ends.
        """
        outcomes: dict[Cell, Outcome] = {}
        for outcome in self._outcomes(list(dict.fromkeys(cells))):
            outcomes[outcome.cell] = outcome
            when_finished(outcome)
        return outcomes

    def _outcomes(self, cells: Sequence[Cell]) -> Iterator[Outcome]:
        fingerprint = self.context["cohorts"]["external"]
        tasks = (
            delayed(run_cell)(cell, cell.key(self.context), self.places, self.calibration, fingerprint)
            for cell in cells
        )
        if self.workers == 1 or len(cells) <= 1:
            yield from Parallel(n_jobs=1, return_as="generator_unordered")(tasks)
            return
        with parallel_config(backend="loky", inner_max_num_threads=1):
            yield from Parallel(n_jobs=self.workers, return_as="generator_unordered")(tasks)
