"""Everything a user decides about a training; saved in the model's manifest."""

from dataclasses import dataclass, field
from enum import StrEnum

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.ct.nine_views import VIEW_NAMES, ViewSampling
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.networks.backbones import INCEPTION_ATTENTION_RESNET
from radiogene.networks.gene_branch import ClinicalEntry
from radiogene.networks.presets import Preset, preset_named
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.stages.fusion_start import FusionStart
from radiogene.training.stages.schedule import TrainingSchedule, schedule_of


class KeptModel(StrEnum):
    """What a cross-validation leaves in the model folder."""

    ENSEMBLE = "ensemble"
    """The models of all folds, averaged."""
    REFIT = "refit"
    """A model trained in the same way on all patients; the folds' models only set its thresholds."""


@dataclass(frozen=True)
class TrainingSettings:
    """One training.

    Attributes:
        preset: sizes of the network.
        backbone: the network that looks at a view; the paper's own, or one that it is compared with.
        genes: columns to predict, in the network's order.
        clinical_columns: joined to every branch; none for an image-only model.
        schedule: the stages.
        seed: of weights, order, augmentation, dropout, folds and the validation split.
        attention: False switches the masks off.
        view_names: which views.
        view_sampling: how diagonals fill an image.
        fields_mm, window_hu: of `Preset`, in place of the preset's own; None for those.
        depth_shift_mm: largest move of a training view's plane along the line that it stands on.
        clinical_at: where clinical values join a branch.
        per_image_standardisation: standardise each view by itself (an option; loses absolute HU).
        class_weighting: let a gene's wild types and mutants count alike, by factors whose mean over patients is 1.
        nodule_rule: whose probability a patient with several nodules gets.
        fusion_start: see `FusionStart`.
        joint: train all layers and the fusion in one stage, by the sum of their losses, instead of one after the other.
        augmentation: flips, turns and shifts of training views.
        acquisition_augmentation: thickness, kernel, noise and HU of training cubes as of other scanners.
        dropout: of the features in training.
        freeze_normalisation: keep the running statistics of normalisation as the initial weights bring them.
        folds: 0 holds out one part for early stopping and thresholds; else a cross-validation of so many folds, by
            patient, stratified over the genes.
        seeds: repeats of the whole, with seeds that follow each other.
        keep: what of a cross-validation becomes the model.
    """

    preset: str = "small"
    backbone: str = INCEPTION_ATTENTION_RESNET
    genes: tuple[str, ...] = ("EGFR", "KRAS")
    clinical_columns: tuple[str, ...] = DEFAULT_COLUMNS
    schedule: TrainingSchedule = field(default_factory=lambda: schedule_of("small"))
    seed: int = 0
    attention: bool = True
    view_names: tuple[str, ...] = VIEW_NAMES
    view_sampling: ViewSampling = ViewSampling.STRETCHED
    fields_mm: tuple[float, ...] | None = None
    window_hu: tuple[float, float] | None = None
    depth_shift_mm: float = 0.0
    clinical_at: ClinicalEntry = ClinicalEntry.FC256_OUTPUT
    per_image_standardisation: bool = False
    class_weighting: bool = False
    nodule_rule: NoduleRule = NoduleRule.LARGEST
    fusion_start: FusionStart = FusionStart.STACKED
    joint: bool = False
    augmentation: bool = True
    acquisition_augmentation: bool = False
    dropout: bool = True
    freeze_normalisation: bool = False
    folds: int = 0
    seeds: int = 1
    keep: KeptModel = KeptModel.ENSEMBLE

    @property
    def sizes(self) -> Preset:
        """The preset with its backbone."""
        return preset_named(self.preset, self.backbone, self.fields_mm, self.window_hu)

    @property
    def has_masks(self) -> bool:
        """True where attention masks take part."""
        return self.attention and self.sizes.has_masks

    def to_json(self) -> JsonObject:
        """The settings as plain JSON values."""
        return to_json(self)
