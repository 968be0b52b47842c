"""MMDL's own training loop on single slices: one view network, a branch per gene, fusion of that one view.

Everything is the package's: network, stages, losses over known labels, draws, batches, stopping. Only the input is
another: a slice stands where the views of a cube are cut. One slice is one example; a patient's probability is the
mean over its slices, and every split is by patient.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from patients.ct_slices import SliceStack
from radiogene.cohort.splits import Labels, inner_validation_split
from radiogene.evaluation.patient_level import NodulePredictions, NoduleRule, patient_level
from radiogene.evaluation.predictions import UNKNOWN, Predictions
from radiogene.networks.mmdl import MMDL, MMDLOutput
from radiogene.networks.presets import TINY, build_mmdl
from radiogene.networks.standardisation import Standardisation, fit_standardisation, standardised
from radiogene.networks.view_sampling import ViewTransforms
from radiogene.training.batches.augmentation import LARGEST_SHIFT_MM, Augmentation
from radiogene.training.batches.dropout_draws import DropoutDraws
from radiogene.training.batches.training_patients import PatientBatch, TrainingPatients
from radiogene.training.fitting.fit import FitLength, FitOutcome, fit
from radiogene.training.fitting.process_plans import training_plan, validation_plan
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.fitting.stopping import patience
from radiogene.training.stages.schedule import StageSchedule, TrainingSchedule, schedule_of
from radiogene.training.stages.stage_input import Draws
from radiogene.training.stages.training_stage import StageName, TrainingStage

PRESET = TINY
ONE_VIEW = 1
OPTIONS = RunOptions(accelerator="cpu", progress=False)
NO_CLINICAL_VALUES = 0


def slice_schedule() -> TrainingSchedule:
    """The schedule of `tiny`, stopped after four epochs without a lower validation loss, in batches of 16 slices."""
    schedule = schedule_of(PRESET.name)
    return replace(schedule, all_layers=replace(schedule.all_layers, patience=4), batch_patients=16)


@dataclass(frozen=True, eq=False)
class SliceInput:
    """Turns, flips, shifts and standardises slices.

    Attributes:
        standardisation: fitted on the fitting patients' slices.
        draws: for training batches.
    """

    standardisation: Standardisation
    draws: Draws

    def output(self, network: MMDL, batch: PatientBatch, epoch: int | None) -> MMDLOutput:
        """The output of a batch of slices; see `StageInput`."""
        slices, kept = batch.inputs.to(torch.float32), None
        if epoch is not None:
            kept = self.draws.kept(network, batch, epoch)
            if self.draws.augmentation is not None:
                slices = transformed(slices, self.draws.augmentation.draw(epoch, batch.nodules.tolist()))
        return network(standardised(slices[:, None], self.standardisation), batch.clinical, kept)


def transformed(slices_hu: Tensor, transforms: ViewTransforms) -> Tensor:
    """Slices (B, S, S) turned, flipped and shifted, the edge repeated where nothing is known.

    Args:
        slices_hu: (B, S, S).
        transforms: of one view each; a shift in pixels, as the slices' spacing is not known.
    """
    size = slices_hu.shape[-1]
    axis = (torch.arange(size, dtype=torch.float32) + 0.5) / size - 0.5
    image = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), dim=-1)
    points = torch.einsum("bij,hwj->bhwi", transforms.turn_flip[:, 0], image)
    points = points - transforms.shift_mm[:, 0, None, None, :] / size
    # grid_sample wants (column, row), from -1 to 1.
    grid = 2 * points.flip(-1)
    return functional.grid_sample(slices_hu[:, None], grid, padding_mode="border", align_corners=False)[:, 0]


@dataclass(frozen=True, eq=False)
class SliceFold:
    """One fold's network, asked about the patients that it has not seen.

    Attributes:
        predictions: of the held-out patients.
        outcomes: how its stages went.
    """

    predictions: Predictions
    outcomes: tuple[FitOutcome, ...]


def train_fold(
    stack: SliceStack, labels: Labels, training_ids: Sequence[str], test_ids: Sequence[str], seed: int, place: Path
) -> SliceFold:
    """The predictions for the held-out patients of a network trained on the others.

    Args:
        stack: slices of all patients.
        labels: per patient and gene.
        training_ids: patients of the training part; a fifth of them stops the training.
        test_ids: held out.
        seed: of weights, split and draws.
        place: folder for checkpoints.
    """
    genes = tuple(next(iter(labels.values())))
    schedule = slice_schedule()
    split = inner_validation_split(training_ids, labels, schedule.validation_share, seed)
    fitting, validation, held_out = (
        _positions(stack, part) for part in (split.train_ids, split.test_ids, tuple(test_ids))
    )
    torch.manual_seed(seed)
    network = build_mmdl(PRESET, genes, NO_CLINICAL_VALUES, ONE_VIEW)
    draws = Draws(Augmentation(seed, ONE_VIEW, LARGEST_SHIFT_MM), DropoutDraws(seed, network.dropout.keep))
    stage_input = SliceInput(fit_standardisation(stack.hu[i] for i in fitting), draws)
    table = np.array(
        [[UNKNOWN if labels[p][g] is None else labels[p][g] for g in genes] for p in stack.patient_ids], np.int8
    )
    parts = [_examples(stack, table, chosen) for chosen in (fitting, validation)]
    outcomes: list[FitOutcome] = []
    for name, stage in ((StageName.ALL_LAYERS, schedule.all_layers), (StageName.FUSION, schedule.fusion)):
        first_epoch = sum(outcome.epochs for outcome in outcomes)
        outcomes.append(
            _run_stage(network, name, stage, stage_input, parts, seed, schedule.batch_patients, first_epoch, place)
        )
    probabilities = _probabilities(network, stage_input.standardisation, stack.hu[held_out])
    slices = NodulePredictions(
        tuple(stack.patient_ids[i] for i in held_out), genes, probabilities, table[held_out], np.ones(len(held_out))
    )
    return SliceFold(patient_level(slices, NoduleRule.MEAN), tuple(outcomes))


def _positions(stack: SliceStack, patients: Sequence[str]) -> NDArray[np.int_]:
    """The slices of these patients."""
    wanted = set(patients)
    return np.flatnonzero([patient in wanted for patient in stack.patient_ids])


def _examples(stack: SliceStack, table: NDArray[np.int8], chosen: NDArray[np.int_]) -> TrainingPatients:
    nothing = np.zeros((len(chosen), NO_CLINICAL_VALUES), dtype=np.float32)
    return TrainingPatients(stack.hu[chosen], nothing, table[chosen], chosen.tolist())


def _run_stage(
    network: MMDL,
    name: StageName,
    schedule: StageSchedule,
    stage_input: SliceInput,
    parts: Sequence[TrainingPatients],
    seed: int,
    batch: int,
    first_epoch: int,
    place: Path,
) -> FitOutcome:
    fitting, validation = parts
    stage = TrainingStage(network, name, schedule, stage_input, first_epoch=first_epoch)
    return fit(
        name.value,
        stage,
        fitting.loader(training_plan(fitting.known, batch, OPTIONS, seed=seed, first_epoch=first_epoch)),
        validation.loader(validation_plan(validation.known, batch, OPTIONS)),
        FitLength(schedule.epochs, patience(schedule.patience)),
        OPTIONS,
        place / name.value.replace(" ", "-"),
    )


@torch.inference_mode()
def _probabilities(
    network: MMDL, standardisation: Standardisation, slices_hu: NDArray[np.int16]
) -> NDArray[np.float64]:
    """P(mutant) (N, G) of slices (N, S, S) as they are."""
    network.eval()
    found = []
    for start in range(0, len(slices_hu), 64):
        slices = torch.from_numpy(slices_hu[start : start + 64]).to(torch.float32)[:, None]
        output = network(standardised(slices, standardisation), torch.zeros(len(slices), NO_CLINICAL_VALUES))
        found.append(torch.sigmoid(output.fused_logits.double()).numpy())
    return np.concatenate(found)
