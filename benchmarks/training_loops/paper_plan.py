"""What fits into so many minutes of the paper's whole way: how many patients, and how many epochs of each stage."""

from dataclasses import dataclass
from functools import cache
from math import ceil

from radiogene.errors import SettingsError
from radiogene.networks.description import describe
from radiogene.networks.presets import VIEWS, Preset
from radiogene.networks.training_memory import OptimiserName
from radiogene.training.batches.augmentation import SYMMETRIES
from radiogene.training.pretraining.schedule import pretraining_schedule_of
from radiogene.training.stages.schedule import schedule_of

GENES = ("EGFR", "KRAS")
CLINICAL = 3
PATIENTS = (480, 400, 320, 240, 160, 120, 80)
"""Training patients; the most that leave time for the epochs below."""

FEWEST_EPOCHS = 6
"""Of all layers; half as many of the fusion."""

EXTERNAL_SHARE = 0.5
"""External patients for each training patient."""

PRETRAINING_PATIENTS = 24
PRETRAINING_SHARE = 0.12
"""Of the time, at most."""

PRETRAINING_EPOCHS = 20
BRANCH_EPOCHS = 30
VALIDATION_SHARE = 0.2
IMAGES_OF_A_PATIENT = 2 * VIEWS
"""In the pretraining: each view with the nodule, and without."""

START_S = 25.0
"""Importing, and measuring what the plan rests on."""

HEAD_EPOCH_S = 0.5
"""An epoch of the branches over features, beside what it writes."""

BUILT_BYTES_PER_S = 0.25e9
READ_BYTES_PER_S = 1.0e9
"""Of drawing fresh weights, and of reading and hashing them: rough, on a server's processor."""

FULL_PRECISION = 4.0
"""How much longer float32 takes than bf16: the trained network is asked in float32."""

SPARE = 0.9
"""Share of the time that is planned."""


@dataclass(frozen=True)
class MeasuredCosts:
    """What the machine was measured to need.

    Attributes:
        cube_s: seconds for a phantom patient's cube, all workers together.
        step_s: seconds of a training step of the view networks for each image, in the precision of the run.
        forward_s: seconds of their forward pass for each image.
        kept_bytes_per_s: of a checkpoint, from the device to the disk.
        matrix_peak: floating-point operations a second of a large bf16 product.
    """

    cube_s: float
    step_s: float
    forward_s: float
    kept_bytes_per_s: float
    matrix_peak: float


@dataclass(frozen=True)
class PaperPlan:
    """One run.

    Attributes:
        minutes: that it may take.
        preset: sizes of the network.
        patients: of the training, with those who stop it.
        external_patients: who measure the model.
        pretraining_patients: whose views are pretrained on.
        pretraining_epochs, branch_epochs, all_layers_epochs, fusion_epochs: at most.
        optimiser: of the three stages; None for the preset's.
        learning_rate: of the three stages; None for the preset's.
        costs: of the machine.
        seconds: expected of each part, in order.
    """

    minutes: float
    preset: str
    patients: int
    external_patients: int
    pretraining_patients: int
    pretraining_epochs: int
    branch_epochs: int
    all_layers_epochs: int
    fusion_epochs: int
    optimiser: OptimiserName | None
    learning_rate: float | None
    costs: MeasuredCosts
    seconds: dict[str, float]

    def seconds_after(self, part: str) -> float:
        """Seconds that all parts after this one are expected to take."""
        parts = list(self.seconds)
        return sum(self.seconds[later] for later in parts[parts.index(part) + 1 :])


PRETRAINING, FEATURES, BRANCHES, ALL_LAYERS, FUSION = (
    "pretraining",
    "frozen features",
    "branches",
    "all layers",
    "fusion",
)
STAGES = (BRANCHES, ALL_LAYERS, FUSION)
COHORT, MODEL, EVALUATION = "cohort", "model folder", "evaluation"


def paper_plan(
    minutes: float,
    preset: Preset,
    costs: MeasuredCosts,
    optimiser: OptimiserName | None = None,
    learning_rate: float | None = None,
) -> PaperPlan:
    """The plan with the most training patients that leave time for enough epochs.

    Args:
        minutes: that the run may take.
        preset: sizes of the network.
        costs: of this machine.
        optimiser: of the three stages; None for the preset's.
        learning_rate: of the three stages; None for the preset's.

    Raises:
        SettingsError: too few minutes for the fewest patients and epochs.
    """
    weights = weight_bytes(preset)
    budget_s = SPARE * 60 * minutes
    for patients in PATIENTS:
        seconds, pretraining_epochs = _fixed_seconds(patients, preset, costs, weights, budget_s)
        epoch_s = _epoch_s(patients, preset, costs, weights)
        epochs = int((budget_s - sum(seconds.values())) / epoch_s)
        fusion = epochs // 3
        if epochs - fusion >= FEWEST_EPOCHS and fusion >= FEWEST_EPOCHS // 2:
            seconds[ALL_LAYERS], seconds[FUSION] = (epochs - fusion) * epoch_s, fusion * epoch_s
            return PaperPlan(
                minutes=minutes,
                preset=preset.name,
                patients=patients,
                external_patients=round(EXTERNAL_SHARE * patients),
                pretraining_patients=PRETRAINING_PATIENTS,
                pretraining_epochs=pretraining_epochs,
                branch_epochs=BRANCH_EPOCHS,
                all_layers_epochs=epochs - fusion,
                fusion_epochs=fusion,
                optimiser=optimiser,
                learning_rate=learning_rate,
                costs=costs,
                seconds={name: round(seconds[name], 1) for name in seconds},
            )
    needed = (sum(seconds.values()) + 1.5 * FEWEST_EPOCHS * epoch_s) / SPARE / 60
    raise SettingsError(
        f"{minutes:g} minutes are too few for {PATIENTS[-1]} patients and {FEWEST_EPOCHS} epochs on this machine. "
        f"Give `--minutes {ceil(needed)}`."
    )


def quick_plan(minutes: float, preset: Preset, costs: MeasuredCosts) -> PaperPlan:
    """The smallest run that goes the whole way, to try the code; nothing of it is derived.

    Args:
        minutes: that are asked for.
        preset: sizes of the network.
        costs: of this machine.
    """
    return PaperPlan(
        minutes=minutes,
        preset=preset.name,
        patients=24,
        external_patients=16,
        pretraining_patients=3,
        pretraining_epochs=1,
        branch_epochs=2,
        all_layers_epochs=2,
        fusion_epochs=1,
        optimiser=None,
        learning_rate=None,
        costs=costs,
        seconds=dict.fromkeys((COHORT, PRETRAINING, FEATURES, *STAGES, MODEL, EVALUATION), 0.0),
    )


@cache
def weight_bytes(preset: Preset) -> int:
    """Bytes of a network's weights and running statistics.

    Args:
        preset: sizes of the network.
    """
    return describe(preset, GENES, CLINICAL).training.weight_bytes


def _fixed_seconds(
    patients: int, preset: Preset, costs: MeasuredCosts, weights: int, budget_s: float
) -> tuple[dict[str, float], int]:
    """Seconds of all parts but the two long stages, which get none, and the epochs of the pretraining."""
    external = round(EXTERNAL_SHARE * patients)
    variants = SYMMETRIES * len(schedule_of(preset.name).branch_shifts_mm)
    cubes = patients + external + 2 * PRETRAINING_PATIENTS
    images = (1 - pretraining_schedule_of(preset.name).validation_share) * IMAGES_OF_A_PATIENT * PRETRAINING_PATIENTS
    networks = 1 if preset.shared_view_network else preset.view_count
    pretraining_epoch_s = images * costs.step_s + 3 * weights / networks / costs.kept_bytes_per_s
    pretraining_epochs = max(1, min(PRETRAINING_EPOCHS, int(PRETRAINING_SHARE * budget_s / pretraining_epoch_s)))
    seconds = {
        COHORT: START_S + cubes * costs.cube_s,
        PRETRAINING: pretraining_epochs * pretraining_epoch_s,
        FEATURES: weights / BUILT_BYTES_PER_S + patients * variants * preset.view_count * costs.forward_s,
        BRANCHES: BRANCH_EPOCHS * HEAD_EPOCH_S,
        ALL_LAYERS: 0.0,
        FUSION: 0.0,
        MODEL: patients * preset.view_count * FULL_PRECISION * costs.forward_s
        + 3 * weights / costs.kept_bytes_per_s
        + 6 * weights / READ_BYTES_PER_S,
        EVALUATION: external * preset.view_count * FULL_PRECISION * costs.forward_s + 2 * weights / READ_BYTES_PER_S,
    }
    return seconds, pretraining_epochs


def _epoch_s(patients: int, preset: Preset, costs: MeasuredCosts, weights: int) -> float:
    """Seconds of an epoch of every layer: steps, validation, and a checkpoint with momentum beside the best weights."""
    validation = VALIDATION_SHARE * patients
    views = preset.view_count
    steps_s = (patients - validation) * views * costs.step_s + validation * views * costs.forward_s
    return steps_s + 3 * weights / costs.kept_bytes_per_s
