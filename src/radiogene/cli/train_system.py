"""`radiogene train --method`: a compared system, with the options that concern it."""

from dataclasses import dataclass
from pathlib import Path

import typer

from radiogene.cli.options import words
from radiogene.cli.places import require_folder_place
from radiogene.errors import SettingsError

DEFAULT_FOLDS = 5
"""Of a system without a network: its unseen predictions cost seconds."""


@dataclass(frozen=True)
class SystemOptions:
    """What the user gave; see `radiogene train --help`."""

    store: str
    out: Path
    files: Path | None
    preset: str
    genes: str
    clinical: str | None
    folds: int
    seeds: int
    init: str
    epochs: int | None
    seed: int
    accelerator: str
    precision: str


def train_system(name: str, options: SystemOptions, *, quiet: bool) -> None:
    """Trains a compared system and prints its folder.

    Args:
        name: of the system.
        options: what the user gave.
        quiet: no progress bars.

    Raises:
        SettingsError: no system of that name, or one fold.
    """
    import shutil

    from radiogene.cohort.prepared_cohort import PreparedCohort
    from radiogene.cohort.store.cube_store import CubeStore
    from radiogene.methods.method import FitFolders
    from radiogene.methods.method_settings import MethodSettings
    from radiogene.methods.registry import method_named
    from radiogene.methods.system_folder import require_system_place, write_system
    from radiogene.methods.trained_system import train_system as fit
    from radiogene.training.fitting.precision import chosen_precision

    entry = method_named(name)
    if options.folds == 1:
        raise SettingsError("--folds wants 2 or more.")
    require_folder_place(options.out.parent)
    require_system_place(options.out)
    settings = MethodSettings(
        genes=words(options.genes),
        clinical=None if options.clinical is None else words(options.clinical),
        seed=options.seed,
        seeds=options.seeds,
        folds=options.folds if entry.network else options.folds or DEFAULT_FOLDS,
        preset=options.preset,
        epochs=options.epochs,
        init=options.init,
        accelerator="cpu" if options.accelerator == "auto" else options.accelerator,
        precision=chosen_precision(options.precision, options.accelerator),
    )
    store = CubeStore.open(options.store)
    cohort = PreparedCohort.of(store, options.files)
    unfinished = options.out.with_name(f"{options.out.name}.unfinished")
    folders = FitFolders(unfinished / "state", unfinished / "features", progress=not quiet)
    folders.state.mkdir(parents=True, exist_ok=True)
    system, unseen = fit(entry, settings, cohort, folders)
    write_system(options.out, system, unseen, cohort, store.preparation_hash)
    shutil.rmtree(unfinished)
    for reason, count in system.left_out.items():
        typer.echo(f"{count} patients were left out: {reason}", err=True)
    typer.echo(str(options.out))
