"""What a compared system's settings say of a training."""

from dataclasses import replace

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.errors import SettingsError
from radiogene.methods.method_settings import MethodSettings
from radiogene.training.settings import KeptModel, TrainingSettings
from radiogene.training.stages.schedule import TrainingSchedule, schedule_of


def training_settings(backbone: str, settings: MethodSettings) -> TrainingSettings:
    """The settings of the training that fits a nine-view network.

    With folds, a network refitted on all patients predicts and the folds' networks only set its thresholds: so a row is
    one network per seed with folds and without, as the paper's is, and is fitted on as many patients as the refitted
    forests that it is compared with.

    Args:
        backbone: the network that looks at a view.
        settings: of the fit.

    Raises:
        SettingsError: one fold, or a view that does not exist or is named twice.
    """
    if settings.folds == 1:
        raise SettingsError("1 fold leaves nobody to train on: expected 0, or 2 and more (--folds).")
    return TrainingSettings(
        preset=settings.preset,
        backbone=backbone,
        genes=settings.genes,
        clinical_columns=DEFAULT_COLUMNS if settings.clinical is None else settings.clinical,
        schedule=_schedule(settings),
        seed=settings.seed,
        attention=settings.attention,
        view_names=_views(settings.views),
        folds=settings.folds,
        seeds=settings.seeds,
        keep=KeptModel.REFIT if settings.folds else KeptModel.ENSEMBLE,
    )


def _schedule(settings: MethodSettings) -> TrainingSchedule:
    schedule = schedule_of(settings.preset)
    if settings.epochs is None:
        return schedule
    return replace(schedule, all_layers=replace(schedule.all_layers, epochs=settings.epochs))


def _views(names: tuple[str, ...]) -> tuple[str, ...]:
    """The views in their own order, whatever that of the names; all where none is named."""
    if not names:
        return VIEW_NAMES
    if len(set(names)) != len(names) or not set(names) <= set(VIEW_NAMES):
        raise SettingsError(f"Views {list(names)}: expected some of {', '.join(VIEW_NAMES)}, each once.")
    return tuple(name for name in VIEW_NAMES if name in names)
