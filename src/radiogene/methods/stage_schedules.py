"""The schedule of a stage: the preset's, but for what the settings say."""

from dataclasses import asdict, replace

from radiogene.methods.method_settings import StageSettings
from radiogene.training.stages.schedule import StageSchedule


def stage_schedule(of_preset: StageSchedule, settings: StageSettings) -> StageSchedule:
    """The schedule of a stage.

    Args:
        of_preset: what holds where nothing is set.
        settings: what is set.
    """
    return replace(of_preset, **{name: value for name, value in asdict(settings).items() if value is not None})
