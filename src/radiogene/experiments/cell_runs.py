"""All cells of an experiment: finished ones are read, the others run in parallel, each onto the disk as it ends."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from radiogene.decision.calibration import CalibrationKind
from radiogene.experiments.cell import Cell, CellResult, Outcome
from radiogene.experiments.cell_file import read_outcome
from radiogene.experiments.cell_run import CELLS_FOLDER, run_cell
from radiogene.experiments.cohorts import ExperimentPlaces
from radiogene.parallel.workers import Workers, in_parallel


@dataclass(frozen=True)
class CellRuns:
    """Where and how the cells of an experiment run.

    Attributes:
        places: of the cohorts and the experiment.
        context: what decides every cell's result beside its settings.
        external_cubes: fingerprint of the external cohort's cubes, by which ledgers know it.
        calibration: of every system.
        workers: who runs them; each computes with one thread where there are several.
    """

    places: ExperimentPlaces
    context: dict[str, Any]
    external_cubes: str
    calibration: CalibrationKind = CalibrationKind.IDENTITY
    workers: Workers = 1

    def finished(self, cells: Iterable[Cell]) -> dict[Cell, CellResult]:
        """The results that stand on disk; failures are no results, they are tried again."""
        found = {cell: read_outcome(self.places.out / CELLS_FOLDER / cell.key(self.context)) for cell in cells}
        return {cell: outcome for cell, outcome in found.items() if isinstance(outcome, CellResult)}

    def run(self, cells: Sequence[Cell]) -> Generator[Outcome, None, None]:
        """What each cell left, in the order in which they end.

        Args:
            cells: different ones, in the order in which they should start.
        """
        tasks = ((cell, cell.key(self.context), self.places, self.calibration, self.external_cubes) for cell in cells)
        return in_parallel(run_cell, tasks, self.workers, ordered=False)
