"""Our training step as `radiogene train` runs it: store, batch plan, view sampler, stage, and `fit`."""

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS, ClinicalEncoder
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.nine_views import View, view_names_of, views_named
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import Preset, build_mmdl
from radiogene.networks.standardisation import Standardisation, fit_standardisation
from radiogene.networks.view_sampling import ViewSampler
from radiogene.training.batches.augmentation import Augmentation
from radiogene.training.batches.dropout_draws import DropoutDraws
from radiogene.training.batches.training_patients import TrainingPatients
from radiogene.training.fitting.fit import FitLength, fit
from radiogene.training.fitting.process_plans import training_plan, validation_plan
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.fitting.stopping import patience
from radiogene.training.stages.schedule import StageSchedule, schedule_of
from radiogene.training.stages.stage_input import CubeInput, Draws, FeatureInput, StageInput
from radiogene.training.stages.training_stage import StageName, TrainingStage
from radiogene.training.training_cohort import TrainingCohort, training_cohort
from training_loops.made_store import GENES
from training_loops.step_clock import ClockedLoader, StepClock

SEED = 0
VALIDATION = 2
"""Nodules of the validation that ends every epoch; a step's time does not hold it."""

LEARNING_RATE = 1e-3


@dataclass(frozen=True, eq=False)
class TrainingData:
    """What a training has before its first step.

    Attributes:
        cohort: nodules of a store.
        clinical: (N, K) float32 coded values.
        standardisation: of HU.
    """

    cohort: TrainingCohort
    clinical: NDArray[np.float32]
    standardisation: Standardisation

    @classmethod
    def of(cls, store: CubeStore, patients: int | None = None) -> "TrainingData":
        """The data of the first patients of a store, or of all."""
        prepared = PreparedCohort.of(store)
        cohort = training_cohort(prepared if patients is None else prepared.at(range(patients)), GENES)
        encoder = ClinicalEncoder.fit(cohort.rows, DEFAULT_COLUMNS)
        return cls(cohort, encoder.encode(cohort.rows), fit_standardisation(cohort.cubes_zyx))


def views_of(preset: Preset) -> tuple[View, ...]:
    """Every plane in every field of a preset."""
    return views_named(view_names_of(fields_mm=preset.fields_mm))


def network_of(preset: Preset, data: TrainingData, views: int | None = None) -> MMDL:
    """A network with the same weights at every call; with all views of the preset where no number is given."""
    torch.manual_seed(SEED)
    return build_mmdl(preset, GENES, data.clinical.shape[1], views)


class ClockedStage(TrainingStage):
    """A stage whose steps and epochs are timed.

    Attributes:
        clock: of the steps.
        epochs_begun: when each epoch began, and when the fit ended.
    """

    clock: StepClock
    epochs_begun: list[float]

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        """The optimiser has made its step."""
        self.clock.step_is_done()

    def on_train_epoch_start(self) -> None:
        """Between two of these lie all steps, the validation and the checkpoint of an epoch."""
        self.epochs_begun.append(time.perf_counter())
        super().on_train_epoch_start()


@dataclass(frozen=True, eq=False)
class OurLoop:
    """A fit of our own; a call runs it from the same weights.

    Attributes:
        data: what it trains on.
        preset: sizes of the network.
        precision: Lightning's name.
        steps: that count; one more warms up.
        batch: patients of a step; the preset's where None.
        view_names: which views; all of the preset where None.
        clocks: of all calls so far.
    """

    data: TrainingData
    preset: Preset
    precision: str
    steps: int
    batch: int | None = None
    view_names: tuple[str, ...] | None = None
    clocks: list[StepClock] = field(default_factory=list)

    def __call__(self) -> None:
        """Trains all layers for so many steps."""
        views = views_named(self.view_names) if self.view_names else views_of(self.preset)
        sampler = ViewSampler(self.preset.image_size, views=views)
        network = network_of(self.preset, self.data, len(views))
        stage_input = CubeInput(sampler, self.data.standardisation, _draws(len(views), network.dropout.keep))
        batch = self.batch or schedule_of(self.preset.name).batch_patients
        chosen = np.arange((self.steps + 1) * batch) % len(self.data.cohort.index)
        stage = run_stage(
            self.data,
            network,
            StageName.ALL_LAYERS,
            stage_input,
            chosen,
            batch=batch,
            epochs=1,
            precision=self.precision,
        )
        self.clocks.append(stage.clock)


def run_stage(
    data: TrainingData,
    network: MMDL,
    name: StageName,
    stage_input: StageInput,
    chosen: NDArray[np.int_],
    *,
    batch: int,
    epochs: int,
    precision: str,
    inputs: Any = None,
) -> ClockedStage:
    """The stage after it ran, with its times.

    Args:
        data: cohort and values.
        network: trained in place.
        name: of the stage.
        stage_input: from batches to the network's output.
        chosen: positions in the cohort of the nodules of an epoch.
        batch: nodules of a step.
        epochs: to run.
        precision: Lightning's name.
        inputs: of all nodules; their cubes where None.
    """
    options = RunOptions(accelerator="cpu", precision=precision, progress=False)
    cohort = data.cohort
    read = cohort.cubes_zyx if inputs is None else inputs
    fitting, validation = (
        TrainingPatients(read, data.clinical, cohort.labels, cohort.index, positions)
        for positions in (chosen, np.arange(VALIDATION))
    )
    stage = ClockedStage(network, name, StageSchedule(epochs, LEARNING_RATE, epochs, "adamw"), stage_input)
    stage.clock, stage.epochs_begun = StepClock(), []
    loader = ClockedLoader(
        stage.clock, fitting, batch_size=None, sampler=training_plan(fitting.known, batch, options, seed=SEED)
    )
    checking = validation.loader(validation_plan(validation.known, batch, options))
    with tempfile.TemporaryDirectory() as place:
        fit(name.value, stage, loader, checking, FitLength(epochs, patience(epochs)), options, Path(place))
    stage.epochs_begun.append(time.perf_counter())
    return stage


def head_epochs(
    data: TrainingData, preset: Preset, features: NDArray[np.float32] | None, *, epochs: int, batch: int, precision: str
) -> list[float]:
    """Seconds of each epoch of the head stage but the first and the last, validation and checkpoint included.

    Args:
        data: cohort and values.
        preset: sizes of the network.
        features: (N, T, V, C) computed once; None runs the frozen network in every step.
        epochs: to run, at least 3.
        batch: nodules of a step.
        precision: Lightning's name.
    """
    network = network_of(preset, data)
    draws = _draws(network.views, network.dropout.keep)
    stage_input: StageInput = FeatureInput(draws)
    if features is None:
        sampler = ViewSampler(preset.image_size, views=views_of(preset))
        stage_input = CubeInput(sampler, data.standardisation, draws)
    chosen = np.arange(len(data.cohort.index))
    stage = run_stage(
        data,
        network,
        StageName.BRANCHES,
        stage_input,
        chosen,
        batch=batch,
        epochs=epochs,
        precision=precision,
        inputs=features,
    )
    return np.diff(stage.epochs_begun[1:-1]).tolist()


def _draws(views: int, keep: float) -> Draws:
    return Draws(Augmentation(SEED, views), DropoutDraws(SEED, keep))
