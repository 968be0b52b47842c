"""What fits, tables and figures should cost before they run: operations times patients and epochs, over a pace."""

from dataclasses import dataclass

from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.registry import all_experiments
from radiogene.experiments.view_choice import BEST_VIEWS, combination_fits
from radiogene.methods.method_settings import NetworkSettings, NineViewSettings, StageSettings
from radiogene.methods.registry import method_named
from radiogene.methods.stage_schedules import stage_schedule
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.stages.schedule import schedule_of

OPERATIONS = {
    "paper": {
        "mmdl": 135.5e9,
        "vgg16": 241.3e9,
        "resnet50": 68.7e9,
        "densenet121": 44.5e9,
        "inception-v3": 51.4e9,
        "inception-resnet-v2": 118.4e9,
    },
    "small": {"mmdl": 9.14e9},
    "tiny": {"mmdl": 0.165e9},
}
"""Multiply-accumulates of one patient's views, forward (`radiogene describe`); other networks count as MMDL."""

BACKWARD_FACTOR = 3.0
"""A training step costs about three forward passes."""

CORE_PACE = 10e9
"""Multiply-accumulates a second that one core of a current CPU keeps up in training: an assumption, for the order."""

GPU_PACE = 5e12
"""The same of a data-centre GPU in float32 with TF32 convolutions: an assumption; nothing was measured on one."""

CLASSICAL_SECONDS = 3.0
ELIMINATION_SECONDS = 60.0
"""Of a nested recursive elimination with forests on about 40 patients and 1,130 features, on one core."""


@dataclass(frozen=True)
class Pace:
    """How fast a machine trains.

    Attributes:
        operations_per_second: multiply-accumulates.
        words: for the list of experiments.
    """

    operations_per_second: float
    words: str


CPU = Pace(CORE_PACE, f"one CPU core at {CORE_PACE / 1e9:.0f} billion multiply-accumulates a second")
GPU = Pace(GPU_PACE, f"one GPU at {GPU_PACE / 1e12:.0f} trillion multiply-accumulates a second")


def pace_of(accelerator: str) -> Pace:
    """The pace that estimates for a device rest on."""
    return GPU if accelerator == "gpu" else CPU


def expected_seconds(fit: PlannedFit, training_patients: int, accelerator: str) -> float:
    """Seconds that the fit should take, if no network stops before its last epoch: an upper estimate.

    Args:
        fit: what is fitted.
        training_patients: in the training cohort.
        accelerator: Lightning's name of the device.
    """
    settings, entry = fit.settings, method_named(fit.method)
    if not isinstance(settings, NetworkSettings):
        radiomics = "segment of the nodule" in {need.value for need in entry.needs}
        return CLASSICAL_SECONDS + (ELIMINATION_SECONDS if radiomics and fit.shuffled is None else 0.0)
    table = OPERATIONS[settings.preset]
    views = len((settings.views if isinstance(settings, NineViewSettings) else ()) or VIEW_NAMES) / len(VIEW_NAMES)
    schedule = schedule_of(settings.preset)
    own_fusion = settings.fusion if isinstance(settings, NineViewSettings) else StageSettings()
    stages = ((schedule.all_layers, settings.all_layers), (schedule.fusion, own_fusion))
    epochs = sum(stage_schedule(of_preset, own).epochs for of_preset, own in stages)
    ensemble = isinstance(settings, NineViewSettings) and settings.keep == "ensemble"
    fits = settings.seeds * (settings.folds + (0 if ensemble else 1) if settings.folds else 1)
    fitted_on = training_patients * (1 - schedule.validation_share)
    operations = BACKWARD_FACTOR * table.get(fit.method, table["mmdl"]) * views * fitted_on * epochs * fits
    return float(operations / pace_of(accelerator).operations_per_second)


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
