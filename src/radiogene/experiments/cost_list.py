"""What each table and figure needs and would cost, before anything runs."""

from dataclasses import dataclass

from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.experiments.cost import expected_seconds, pace_of
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.registry import all_experiments
from radiogene.experiments.view_choice import BEST_VIEWS, combination_fits
from radiogene.storage.typed_json import JsonObject, to_json

PAPER_PATIENTS = 363
"""The paper's training cohort, for an estimate without a store."""

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class ExperimentCost:
    """One line of the list.

    Attributes:
        name: of the experiment.
        title: in our words.
        needs: beside both cohorts.
        fits: fits, those that other experiments share included.
        hours: of one process, if no network stops early.
    """

    name: str
    title: str
    needs: str
    fits: int
    hours: float


@dataclass(frozen=True)
class CostList:
    """All lines, and what they rest on."""

    lines: tuple[ExperimentCost, ...]
    all_fits: int
    all_hours: float
    rests_on: str

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        return to_json(self)

    def text(self) -> str:
        """The list for the terminal."""
        lines = [f"{'name':9} {'fits':>5} {'hours':>8}  shows; needs"]
        for cost in self.lines:
            needs = f"; needs {cost.needs}" if cost.needs else ""
            lines.append(f"{cost.name:9} {cost.fits:>5} {cost.hours:>8.2f}  {cost.title}{needs}")
        lines.append(f"{'all':9} {self.all_fits:>5} {self.all_hours:>8.2f}  every fit once")
        return "\n".join([*lines, self.rests_on])


def cost_list(settings: ExperimentSettings, patients: int | None) -> CostList:
    """Every experiment's fits and hours.

    Args:
        settings: of the experiments.
        patients: in the training cohort; the paper's 363 where None.
    """
    counted = PAPER_PATIENTS if patients is None else patients
    every: dict[PlannedFit, float] = {}
    costs = []
    for experiment in all_experiments().values():
        fits = dict.fromkeys(experiment.fits(settings, {}))
        if experiment.name == "table5":
            # Which views are combined is known only after the single views; how many combinations is known now.
            fits |= dict.fromkeys(combination_fits(settings, VIEW_NAMES[:BEST_VIEWS]).values())
        seconds = {fit: expected_seconds(fit, counted, settings.accelerator) for fit in fits}
        every |= seconds
        hours = sum(seconds.values()) / SECONDS_PER_HOUR
        costs.append(ExperimentCost(experiment.name, experiment.title, experiment.needs, len(fits), round(hours, 2)))
    rests_on = (
        f"Hours of one process for {counted} training patients, preset {settings.preset}, {settings.network_folds} "
        f"folds, if no network stops early: an upper estimate at {pace_of(settings.accelerator).words}."
    )
    return CostList(tuple(costs), len(every), round(sum(every.values()) / SECONDS_PER_HOUR, 2), rests_on)
