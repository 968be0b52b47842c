"""What fits, tables and figures should cost before they run: operations times patients and epochs, over a pace."""

from dataclasses import dataclass

from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.ct.resampling import CUBE_SAMPLES
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.registry import ALL, experiments_named
from radiogene.experiments.rows import mmdl
from radiogene.experiments.view_choice import BEST_VIEWS, combination_fits
from radiogene.methods.method_settings import NetworkSettings, NineViewSettings, StageSettings
from radiogene.methods.registry import method_named
from radiogene.methods.stage_schedules import stage_schedule
from radiogene.storage.plain_words import counted
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.batches.stored_cubes import HELD_IN_MEMORY
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

CORE_PACES = {"paper": 6e9, "small": 29e9, "tiny": 10e9}
"""Multiply-accumulates a second that one core of a server's CPU kept up in training, by preset.

Small: 80 patients, two epochs, 150 s of processor time (`benchmarks/small_training.py --epochs 2`). Tiny: 80 patients,
2.1 s an epoch on two cores (`benchmarks/speed_training_costs.py`). Paper: a step of 16 patients with recomputed maps,
740 s on two cores (`benchmarks/full_size_step.py`). See docs/performance.md.
"""

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


CPUS = {
    preset: Pace(pace, f"one CPU core at {pace / 1e9:.0f} billion multiply-accumulates a second")
    for preset, pace in CORE_PACES.items()
}
GPU = Pace(GPU_PACE, f"one GPU at {GPU_PACE / 1e12:.0f} trillion multiply-accumulates a second")


def pace_of(accelerator: str, preset: str) -> Pace:
    """The pace that estimates for a device and a preset rest on."""
    return GPU if accelerator == "gpu" else CPUS[preset]


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
    return float(operations / pace_of(accelerator, settings.preset).operations_per_second)


GIGA = 1e9
CUBE_BYTES = 2 * CUBE_SAMPLES**3
LIBRARIES_GB = 0.7
"""Of a process that has loaded PyTorch and trains nothing."""

MEMORY_WORDS = (
    "Memory is the libraries', the cubes' and what `radiogene describe` counts of a training step, in float32 and with "
    "nothing computed again."
)


def expected_gigabytes(fit: PlannedFit, training_patients: int) -> float:
    """Gigabytes (10^9 bytes) that a process that runs the fit should need at most.

    Args:
        fit: what is fitted; a network that is none on nine views counts as the libraries and the cubes alone.
        training_patients: in the training cohort.
    """
    settings, entry = fit.settings, method_named(fit.method)
    cubes = min(training_patients, HELD_IN_MEMORY) * CUBE_BYTES / GIGA if entry.network else 0.0
    if not isinstance(settings, NineViewSettings):
        return round(LIBRARIES_GB + cubes, 1)
    from radiogene.methods.nine_view.training_settings import training_settings
    from radiogene.networks.presets import preset_named
    from radiogene.networks.training_memory import training_memory

    wanted = training_settings(entry.backbone, settings)
    step = training_memory(
        preset_named(wanted.preset, wanted.backbone, wanted.fields_mm, wanted.window_hu),
        wanted.genes,
        len(wanted.clinical_columns),
        len(wanted.view_names),
        wanted.attention,
        wanted.schedule.batch_patients,
        wanted.schedule.all_layers.optimiser,
    )
    return round(LIBRARIES_GB + cubes + step.total_bytes / GIGA, 1)


@dataclass(frozen=True)
class TrainingCost:
    """What one training should cost.

    Attributes:
        minutes: of one process, if no network stops early.
        gigabytes: of memory.
        rests_on: in words.
    """

    minutes: float
    gigabytes: float
    rests_on: str

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        return to_json(self)

    def text(self) -> str:
        """The cost for the terminal."""
        time = "less than a minute" if self.minutes < 1 else f"about {self.minutes:.0f} minutes"
        return f"This training should take {time} and {self.gigabytes:.1f} GB of memory. {self.rests_on}"


def training_cost(fit: PlannedFit, training_patients: int, accelerator: str) -> TrainingCost:
    """What a training should cost.

    Args:
        fit: system and settings.
        training_patients: in the training cohort.
        accelerator: Lightning's name of the device.
    """
    minutes = expected_seconds(fit, training_patients, accelerator) / 60
    settings = fit.settings
    rests_on = f"For {counted(training_patients, 'training patient')}"
    if isinstance(settings, NetworkSettings):
        pace = pace_of(accelerator, settings.preset).words
        rests_on += (
            f", preset {settings.preset}, if no network stops early: an upper estimate at {pace}. {MEMORY_WORDS}"
        )
    else:
        rests_on += "."
    return TrainingCost(round(minutes, 1), expected_gigabytes(fit, training_patients), rests_on)


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
    gigabytes: float
    rests_on: str

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        return to_json(self)

    @property
    def summary(self) -> str:
        """All of it in a sentence."""
        return (
            f"{counted(self.all_fits, 'fit')} should take {self.all_hours:.1f} hours of one process. A process that "
            f"trains MMDL needs about {self.gigabytes:.1f} GB of memory."
        )

    def text(self) -> str:
        """The list for the terminal."""
        lines = [f"{'name':9} {'fits':>5} {'hours':>8}  shows; needs"]
        for cost in self.lines:
            needs = f"; needs {cost.needs}" if cost.needs else ""
            lines.append(f"{cost.name:9} {cost.fits:>5} {cost.hours:>8.2f}  {cost.title}{needs}")
        lines.append(f"{'all':9} {self.all_fits:>5} {self.all_hours:>8.2f}  every fit once")
        lines.append(self.summary)
        return "\n".join([*lines, self.rests_on])


def cost_list(settings: ExperimentSettings, patients: int | None, name: str = ALL) -> CostList:
    """The fits and hours of every experiment, or of one.

    Args:
        settings: of the experiments.
        patients: in the training cohort; the paper's 363 where None.
        name: of the one, or `all`.

    Raises:
        SettingsError: no experiment of that name.
    """
    known = PAPER_PATIENTS if patients is None else patients
    every: dict[PlannedFit, float] = {}
    costs = []
    for experiment in experiments_named(name):
        fits = dict.fromkeys(experiment.fits(settings, {}))
        if experiment.name == "table5":
            # Which views are combined is known only after the single views; how many combinations is known now.
            fits |= dict.fromkeys(combination_fits(settings, VIEW_NAMES[:BEST_VIEWS]).values())
        seconds = {fit: expected_seconds(fit, known, settings.accelerator) for fit in fits}
        every |= seconds
        hours = sum(seconds.values()) / SECONDS_PER_HOUR
        costs.append(ExperimentCost(experiment.name, experiment.title, experiment.needs, len(fits), round(hours, 2)))
    pace = pace_of(settings.accelerator, settings.preset).words
    rests_on = (
        f"Hours of one process for {known} training patients, preset {settings.preset}, {settings.network_folds} "
        f"folds, if no network stops early: an upper estimate at {pace}. {MEMORY_WORDS}"
    )
    hours = round(sum(every.values()) / SECONDS_PER_HOUR, 2)
    return CostList(tuple(costs), len(every), hours, expected_gigabytes(mmdl(settings), known), rests_on)
