"""What a table or figure is: the fits that it needs, and what it shows of their outcomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.table_one.table_one import TableOne
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import FitResult, Outcome, PlannedFit
from radiogene.report.evidence.evidence_report import EvidenceFigure, PermutationLine, SupplementEntry
from radiogene.report.evidence.evidence_table import EvidenceTable


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that a table or figure is made from.

    Attributes:
        settings: of the experiment.
        training: patients that everything was fitted on.
        external: patients that everything was tested on.
        outcomes: of all fits.
        out: folder of the experiment, where fitted systems lie.
    """

    settings: ExperimentSettings
    training: PreparedCohort
    external: PreparedCohort
    outcomes: Mapping[PlannedFit, Outcome]
    out: Path

    def result(self, fit: PlannedFit) -> FitResult | None:
        """The fit's result; None where it failed."""
        outcome = self.outcomes.get(fit)
        return outcome if isinstance(outcome, FitResult) else None

    def why_not(self, fit: PlannedFit) -> str:
        """Why the fit has no result."""
        outcome = self.outcomes.get(fit)
        return "not computed" if outcome is None or isinstance(outcome, FitResult) else outcome.reason


@dataclass(frozen=True)
class Shown:
    """What an experiment shows.

    Attributes:
        tables: with measures.
        figures: drawn.
        table_one: of the cohorts.
        supplement: parts of the report that the paper lacks.
        permutations: what shuffled labels gave.
        missing: why a table or figure, or a part of it, is not there.
    """

    tables: tuple[EvidenceTable, ...] = ()
    figures: tuple[EvidenceFigure, ...] = ()
    table_one: TableOne | None = None
    supplement: tuple[SupplementEntry, ...] = ()
    permutations: tuple[PermutationLine, ...] = ()
    missing: tuple[str, ...] = ()


Done = Mapping[PlannedFit, Outcome]
FitsOf = Callable[[ExperimentSettings, Done], list[PlannedFit]]


@dataclass(frozen=True)
class Experiment:
    """One table or figure of the paper.

    Attributes:
        name: `table1` to `table8`, `figure1`, `figure6` to `figure12`, or of a part of the supplement.
        title: in our words.
        needs: what it needs beside both cohorts, in words; empty for nothing.
        fits: given what is done, all fits that it needs as far as they are known: Table 5 chooses the best views
            by what single views reached in the training folds.
        show: what it makes of the outcomes.
    """

    name: str
    title: str
    fits: FitsOf
    show: Callable[[Evidence], Shown]
    needs: str = ""
