"""`radiogene pretrain`: from a folder of images to weights that a training starts from."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.options import Backbone, Quiet, Seed
from radiogene.cli.places import require_folder_place
from radiogene.cli.progress import progress_bar
from radiogene.cli.run_arguments import Accelerator, Accumulate, Devices, Log, Nodes, Precision, run_options


def pretrain(
    images: Annotated[Path, typer.Argument(help="A folder with one subfolder of images per class.")],
    out: Annotated[Path, typer.Option("--out", help="The folder of the pretrained network.")],
    test: Annotated[
        Path | None, typer.Option("--test", help="A folder of the same classes that only measures the network.")
    ] = None,
    preset: Annotated[
        Literal["paper", "small", "tiny"], typer.Option("--preset", help="Sizes and schedule of the network.")
    ] = "small",
    backbone: Backbone = "inception-attention-resnet",
    attention: Annotated[bool, typer.Option("--attention/--no-attention", help="With or without masks.")] = True,
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="At most this many epochs (else the preset's).")
    ] = None,
    learning_rate: Annotated[float | None, typer.Option("--learning-rate", min=1e-9, help="Else the preset's.")] = None,
    batch: Annotated[int | None, typer.Option("--batch", min=2, help="Images per step (else the preset's).")] = None,
    seed: Seed = 0,
    accelerator: Accelerator = "auto",
    precision: Precision = "32-true",
    accumulate: Accumulate = 1,
    devices: Devices = 1,
    nodes: Nodes = 1,
    log: Log = None,
    quiet: Quiet = False,
) -> None:
    """Pretrain on images of two or more classes; the same command goes on after an interruption."""
    from radiogene.model.pretrained_folder import require_pretrained_place
    from radiogene.training.fitting.run_options import require_machine
    from radiogene.training.pretraining.pretrain import pretrain as pretrain_network
    from radiogene.training.pretraining.schedule import pretraining_schedule_of
    from radiogene.training.pretraining.settings import PretrainingSettings

    require_folder_place(out.parent)
    require_pretrained_place(out)
    options = run_options(accelerator, precision, accumulate, False, devices, nodes, log, progress=not quiet)
    require_machine(options)
    schedule = pretraining_schedule_of(preset)
    settings = PretrainingSettings(
        preset=preset,
        backbone=backbone,
        attention=attention,
        seed=seed,
        schedule=replace(
            schedule,
            epochs=epochs or schedule.epochs,
            learning_rate=learning_rate or schedule.learning_rate,
            batch_images=batch or schedule.batch_images,
        ),
    )
    manifest = pretrain_network(
        images,
        settings,
        out,
        options,
        test=test,
        decoding=lambda: progress_bar("images", quiet),
        tell=lambda remark: typer.echo(remark, err=True),
    )
    if manifest is not None:
        typer.echo(str(out))
