"""`radiogene train`: from a store of cubes to a model folder."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.options import Genes, NoduleRuleOption, Quiet, Seed, words
from radiogene.cli.places import require_folder_place


def train(
    store: Annotated[Path, typer.Option("--store", help="The store that `radiogene prepare` filled.")],
    out: Annotated[Path, typer.Option("--out", help="The model folder.")],
    preset: Annotated[
        Literal["paper", "small", "tiny"], typer.Option("--preset", help="Sizes and schedule of the network.")
    ] = "small",
    genes: Genes = "EGFR,KRAS",
    clinical: Annotated[
        str, typer.Option("--clinical", help="Clinical columns, separated by commas; `none` for images only.")
    ] = "age,sex,smoking",
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="At most this many epochs of all layers (else the preset's).")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option("--learning-rate", min=1e-9, help="Of all layers (else the preset's).")
    ] = None,
    batch: Annotated[int | None, typer.Option("--batch", min=1, help="Patients per step (else the preset's).")] = None,
    attention: Annotated[bool, typer.Option("--attention/--no-attention", help="With or without masks.")] = True,
    isotropic: Annotated[bool, typer.Option("--isotropic", help="Diagonals with one scale on both axes.")] = False,
    per_image: Annotated[bool, typer.Option("--per-image", help="Standardise each view by itself.")] = False,
    class_weighting: Annotated[bool, typer.Option("--class-weighting", help="Weigh the rarer class up.")] = False,
    nodule_rule: NoduleRuleOption = "largest",
    seed: Seed = 0,
    accelerator: Annotated[Literal["auto", "cpu", "gpu"], typer.Option("--accelerator", help="Device.")] = "auto",
    precision: Annotated[
        Literal["32-true", "bf16-mixed", "16-mixed"], typer.Option("--precision", help="Of arithmetic.")
    ] = "32-true",
    quiet: Quiet = False,
) -> None:
    """Train MMDL on the cubes of a store and write a model folder."""
    from radiogene.cohort.store import CubeStore
    from radiogene.ct.nine_views import ViewSampling
    from radiogene.evaluation.patient_level import NoduleRule
    from radiogene.model.model_folder import require_model_place
    from radiogene.training.schedule import schedule_of
    from radiogene.training.settings import TrainingSettings
    from radiogene.training.stage_runner import RunOptions, require_accelerator
    from radiogene.training.train import train as train_model

    require_folder_place(out.parent)
    require_model_place(out)
    require_accelerator(accelerator)
    schedule = schedule_of(preset)
    all_layers = replace(
        schedule.all_layers,
        epochs=epochs or schedule.all_layers.epochs,
        learning_rate=learning_rate or schedule.all_layers.learning_rate,
    )
    settings = TrainingSettings(
        preset=preset,
        genes=words(genes),
        clinical_columns=words(clinical),
        schedule=replace(schedule, all_layers=all_layers, batch_patients=batch or schedule.batch_patients),
        seed=seed,
        attention=attention,
        view_sampling=ViewSampling.ISOTROPIC if isotropic else ViewSampling.STRETCHED,
        per_image_standardisation=per_image,
        class_weighting=class_weighting,
        nodule_rule=NoduleRule(nodule_rule),
    )
    train_model(CubeStore.open(store), settings, out, RunOptions(accelerator, precision, progress=not quiet))
    typer.echo(str(out))
