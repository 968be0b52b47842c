"""`radiogene pretrain`: from photographs or nodules to weights that a training starts from."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.options import Quiet, SettingsFile, words
from radiogene.cli.progress import progress_bar
from radiogene.cli.run_arguments import Accelerator, Accumulate, Devices, Log, Nodes, Precision, given


def pretrain(
    source: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGES|STORE...",
            help="A folder with one subfolder of images per class; with --columns or --self-supervised a store that "
            "`radiogene prepare` filled, or several.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder of the pretrained network.")],
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns", help="Learn what these columns say of a store's nodules (1 or 0), separated by commas."
        ),
    ] = None,
    self_supervised: Annotated[
        bool | None, typer.Option("--self-supervised", help="Learn from a store's nodules without labels.")
    ] = None,
    views: Annotated[
        str | None,
        typer.Option("--views", help="Of nodules: some of the nine planes, separated by semicolons (else all)."),
    ] = None,
    test: Annotated[
        Path | None,
        typer.Option("--test", help="A folder of the same classes of images that only measures the network."),
    ] = None,
    settings: SettingsFile = None,
    preset: Annotated[
        Literal["paper", "small", "tiny"] | None,
        typer.Option("--preset", help="Sizes and schedule of the network (else small)."),
    ] = None,
    backbone: Annotated[
        str | None,
        typer.Option("--backbone", help="Network that looks at a view; a word that is no name lists all names."),
    ] = None,
    attention: Annotated[
        bool | None, typer.Option("--attention/--no-attention", help="With masks (default) or without.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="At most this many epochs (else the preset's).")
    ] = None,
    learning_rate: Annotated[float | None, typer.Option("--learning-rate", min=1e-9, help="Else the preset's.")] = None,
    optimiser: Annotated[Literal["sgd", "adamw"] | None, typer.Option("--optimiser", help="Else the preset's.")] = None,
    batch: Annotated[int | None, typer.Option("--batch", min=2, help="Images per step (else the preset's).")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Same seed, same result (else 0).")] = None,
    quiet: Quiet = False,
    accelerator: Accelerator = None,
    precision: Precision = None,
    accumulate: Accumulate = None,
    devices: Devices = None,
    nodes: Nodes = None,
    log: Log = None,
) -> None:
    """Pretrain on classes of images, or on nodules; the same command goes on after an interruption."""
    from radiogene.api.pretraining import pretrain as pretrain_network
    from radiogene.methods.settings_file import merged, read_settings_file

    decided = given(
        columns=None if columns is None else list(words(columns)),
        self_supervised=self_supervised,
        views=None if views is None else [view.strip() for view in views.split(";")],
        preset=preset,
        backbone=backbone,
        attention=attention,
        epochs=epochs,
        learning_rate=learning_rate,
        optimiser=optimiser,
        batch=batch,
        seed=seed,
    )
    run = given(
        accelerator=accelerator, precision=precision, accumulate=accumulate, devices=devices, nodes=nodes, log=log
    )
    place = pretrain_network(
        source,
        out,
        settings=merged({} if settings is None else read_settings_file(settings), decided),
        run=run,
        test=test,
        progress=not quiet,
        decoding=lambda: progress_bar("images", quiet),
        tell=lambda remark: typer.echo(remark, err=True),
    )
    if place is not None:
        typer.echo(str(place))
