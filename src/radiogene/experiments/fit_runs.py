"""All fits of an experiment: finished ones are read, the others run in parallel, each onto the disk as it ends."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

from radiogene.decision.calibration import CalibrationKind
from radiogene.experiments.cohorts import ExperimentPlaces
from radiogene.experiments.fit_file import read_outcome
from radiogene.experiments.fit_run import FITS_FOLDER, run_fit
from radiogene.experiments.planned_fit import FitResult, Outcome, PlannedFit
from radiogene.parallel.workers import Workers, in_parallel
from radiogene.storage.typed_json import JsonObject
from radiogene.training.fitting.run_options import RunOptions


@dataclass(frozen=True)
class FitRuns:
    """Where and how the fits of an experiment run.

    Attributes:
        places: of the cohorts and the experiment.
        context: what decides every fit's result beside its settings.
        external_cubes: fingerprint of the external cohort's cubes, by which ledgers know it.
        run_options: how networks are trained.
        calibration: of every system.
        workers: who runs them; each computes with one thread where there are several.
    """

    places: ExperimentPlaces
    context: JsonObject
    external_cubes: str
    run_options: RunOptions
    calibration: CalibrationKind = CalibrationKind.IDENTITY
    workers: Workers = 1

    def finished(self, fits: Iterable[PlannedFit]) -> dict[PlannedFit, FitResult]:
        """The results that stand on disk; failures are no results, they are tried again."""
        outcomes = {fit: read_outcome(self.places.out / FITS_FOLDER / fit.key(self.context)) for fit in fits}
        return {fit: outcome for fit, outcome in outcomes.items() if isinstance(outcome, FitResult)}

    def run(self, fits: Sequence[PlannedFit]) -> Generator[Outcome, None, None]:
        """What each fit left, in the order in which they end.

        Args:
            fits: different ones, in the order in which they should start.
        """
        tasks = (
            (fit, fit.key(self.context), self.places, self.calibration, self.run_options, self.external_cubes)
            for fit in fits
        )
        return in_parallel(run_fit, tasks, self.workers, ordered=False)
