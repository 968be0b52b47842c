"""Every table, figure and part of the supplement by name: the files of three folders that hold an experiment."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from radiogene.errors import SettingsError
from radiogene.experiments import figures, supplement, tables
from radiogene.experiments.experiment import Experiment

ALL = "all"


@cache
def all_experiments() -> dict[str, Experiment]:
    """The experiments by name: tables, then figures, each by number, then the supplement."""
    placed = []
    for place, package in enumerate((tables, figures, supplement)):
        for module in iter_modules(package.__path__):
            experiment = getattr(import_module(f"{package.__name__}.{module.name}"), "EXPERIMENT", None)
            if isinstance(experiment, Experiment):
                placed.append((place, _number(experiment.name), experiment))
    return {experiment.name: experiment for *_, experiment in sorted(placed, key=lambda entry: entry[:2])}


def experiments_named(name: str) -> tuple[Experiment, ...]:
    """The experiment of that name, or all of them for `all`.

    Raises:
        SettingsError: no experiment has that name.
    """
    if name == ALL:
        return tuple(all_experiments().values())
    if name not in all_experiments():
        raise SettingsError(f"No experiment {name!r}: expected {ALL} or one of {', '.join(all_experiments())}.")
    return (all_experiments()[name],)


def with_earlier(asked: Sequence[Experiment], names: Sequence[str]) -> tuple[Experiment, ...]:
    """What is asked now and what a folder shows already, in the registry's order: its report holds both.

    Args:
        asked: now.
        names: of the experiments that the folder shows; a name that no experiment has any more is passed over.
    """
    wanted = {experiment.name for experiment in asked} | set(names)
    return tuple(experiment for name, experiment in all_experiments().items() if name in wanted)


def _number(name: str) -> int:
    """The number at the end of a table's or figure's name; 0 for a part of the supplement."""
    return int("".join(character for character in name if character.isdigit()) or 0)
