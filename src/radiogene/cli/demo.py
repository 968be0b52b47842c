"""`radiogene demo`: the whole main job on synthetic patients."""

from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import Quiet, Seed, Workers
from radiogene.cli.progress import progress_bar
from radiogene.storage.result_places import require_folder_place


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for report.html, metrics.json and model/.")],
    seed: Seed = 0,
    workers: Workers = -1,
    quiet: Quiet = False,
) -> None:
    """Do the whole main job on SYNTHETIC patients: DICOM, cubes, training, external evaluation, one prediction."""
    from radiogene.demo.run import DemoSettings, run_demo
    from radiogene.report.terminal_text import demo_text

    require_folder_place(out)
    settings = DemoSettings(seed=seed, workers=workers, progress=not quiet)
    metrics = run_demo(out, settings, lambda title: progress_bar(title, quiet))
    typer.echo(demo_text(metrics))
    typer.echo(f"Report: {out / 'report.html'}")
