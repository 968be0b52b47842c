"""Settings as a file to edit: what `train`, `pretrain` and `experiment` take by `--settings`."""

from dataclasses import fields

from radiogene.methods.registry import method_named
from radiogene.methods.run_settings import RunSettings, taken_run_names
from radiogene.methods.settings_file import settings_text, taken_names

PRETRAIN, EXPERIMENT = "pretrain", "experiment"


def settings_template(name: str) -> str:
    """Every setting with its default and what it means, as TOML that changes nothing.

    Args:
        name: of a system, or `pretrain`, or `experiment`.

    Raises:
        SettingsError: no system of that name.
    """
    if name == PRETRAIN:
        from radiogene.api.pretraining import NOT_TAKEN
        from radiogene.training.pretraining.requested import RequestedPretraining

        return settings_text(RequestedPretraining) + _run_table(
            tuple(part.name for part in fields(RunSettings) if part.name not in NOT_TAKEN)
        )
    if name == EXPERIMENT:
        from radiogene.experiments.experiment_settings import ExperimentSettings

        return settings_text(ExperimentSettings)
    entry = method_named(name)
    taken = taken_names(entry)
    left_out = tuple(part.name for part in fields(entry.settings) if part.name not in taken)
    return settings_text(entry.settings, leave_out=left_out) + _run_table(taken_run_names(entry))


def _run_table(names: tuple[str, ...]) -> str:
    """The table `run`, or nothing where no name is taken."""
    if not names:
        return ""
    left_out = tuple(part.name for part in fields(RunSettings) if part.name not in names)
    return "\n# How a network is trained here; nothing of it changes what is learnt beyond rounding.\n[run]\n" + (
        settings_text(RunSettings, leave_out=left_out)
    )
