"""What the settings of a nine-view network mean for its training: nothing is left to a preset any more."""

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.ct.nine_views import ViewSampling, view_names_of
from radiogene.errors import SettingsError
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.methods.method_settings import NineViewSettings
from radiogene.methods.stage_schedules import stage_schedule
from radiogene.networks.gene_branch import ClinicalEntry
from radiogene.networks.presets import preset_named
from radiogene.training.settings import KeptModel, TrainingSettings
from radiogene.training.stages.fusion_start import FusionStart
from radiogene.training.stages.schedule import TrainingSchedule, schedule_of


def training_settings(backbone: str, settings: NineViewSettings) -> TrainingSettings:
    """The settings of the training that fits a nine-view network.

    Args:
        backbone: the network that looks at a view.
        settings: of the fit.

    Raises:
        SettingsError: one fold, a refit without folds, or a view that does not exist or is named twice.
    """
    if settings.folds == 1:
        raise SettingsError("1 fold leaves nobody to train on: expected 0, or 2 and more (`folds`).")
    if settings.keep == "refit" and not settings.folds:
        raise SettingsError("A refit (`keep`) is what a cross-validation leaves: give 2 `folds` or more.")
    sizes = preset_named(settings.preset, backbone, settings.fields_mm, settings.window_hu)
    return TrainingSettings(
        preset=settings.preset,
        backbone=backbone,
        genes=settings.genes,
        clinical_columns=DEFAULT_COLUMNS if settings.clinical is None else settings.clinical,
        schedule=_schedule(settings),
        seed=settings.seed,
        attention=settings.attention,
        view_names=view_names_of(settings.views, sizes.fields_mm),
        view_sampling=ViewSampling(settings.view_sampling),
        fields_mm=settings.fields_mm,
        window_hu=settings.window_hu,
        depth_shift_mm=settings.depth_shift_mm,
        clinical_at=ClinicalEntry(settings.clinical_at),
        per_image_standardisation=settings.per_image_standardisation,
        class_weighting=settings.class_weighting,
        nodule_rule=NoduleRule(settings.nodule_rule),
        fusion_start=FusionStart(settings.fusion_start),
        joint=settings.joint,
        augmentation=settings.augmentation,
        acquisition_augmentation=settings.acquisition_augmentation,
        dropout=settings.dropout,
        freeze_normalisation=settings.freeze_normalisation,
        folds=settings.folds,
        seeds=settings.seeds,
        keep=KeptModel(settings.keep),
    )


def _schedule(settings: NineViewSettings) -> TrainingSchedule:
    of_preset = schedule_of(settings.preset)
    share, trunk = settings.validation_share, settings.trunk_share
    return TrainingSchedule(
        branches=stage_schedule(of_preset.branches, settings.branches),
        branch_shifts_mm=of_preset.branch_shifts_mm,
        all_layers=stage_schedule(of_preset.all_layers, settings.all_layers),
        fusion=stage_schedule(of_preset.fusion, settings.fusion),
        batch_patients=settings.batch or of_preset.batch_patients,
        trunk_share=of_preset.trunk_share if trunk is None else trunk,
        validation_share=of_preset.validation_share if share is None else share,
    )
