"""`radiogene train`: from a store of cubes to a model folder."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.options import Genes, NoduleRuleOption, Quiet, Scheduler, Seed, StorePlace, Workers, words
from radiogene.cli.places import require_file_place, require_folder_place
from radiogene.cli.run_arguments import Accelerator, Accumulate, Devices, Log, Nodes, Precision, run_options
from radiogene.cli.train_system import SystemOptions, train_system
from radiogene.errors import SettingsError


def train(
    store: StorePlace,
    out: Annotated[Path, typer.Option("--out", help="The model folder.")],
    method: Annotated[
        str, typer.Option("--method", help="What is trained; `radiogene methods` lists MMDL and the compared systems.")
    ] = "mmdl",
    files: Annotated[
        Path | None, typer.Option("--files", help="Folder that the table's column slides starts from.")
    ] = None,
    preset: Annotated[
        Literal["paper", "small", "tiny"], typer.Option("--preset", help="Sizes and schedule of the network.")
    ] = "small",
    backbone: Annotated[
        str, typer.Option("--backbone", help="The network that looks at a view; `radiogene describe` lists them.")
    ] = "inception-attention-resnet",
    init: Annotated[
        str,
        typer.Option("--init", help="random, a folder that `radiogene pretrain` wrote, or imagenet:FILE."),
    ] = "random",
    genes: Genes = "EGFR,KRAS",
    clinical: Annotated[
        str | None,
        typer.Option(
            "--clinical", help="Columns, separated by commas; `none` for images only (else the method's own)."
        ),
    ] = None,
    folds: Annotated[
        int, typer.Option("--folds", min=0, help="Folds of a cross-validation by patient; 0 holds out one part.")
    ] = 0,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Repeats, with seeds that follow each other.")] = 1,
    keep: Annotated[
        Literal["ensemble", "refit"],
        typer.Option("--keep", help="Of a cross-validation: the folds' models together, or one trained on everybody."),
    ] = "ensemble",
    out_of_fold: Annotated[
        Path | None, typer.Option("--out-of-fold", help="CSV for each patient's out-of-fold probabilities.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="At most this many epochs of all layers (else the preset's).")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option("--learning-rate", min=1e-9, help="Of all layers (else the preset's).")
    ] = None,
    optimiser: Annotated[
        Literal["sgd", "adamw"] | None, typer.Option("--optimiser", help="Of every stage (else the preset's).")
    ] = None,
    batch: Annotated[int | None, typer.Option("--batch", min=1, help="Patients per step (else the preset's).")] = None,
    joint: Annotated[
        bool, typer.Option("--joint", help="Train layers and fusion in one stage instead of one after the other.")
    ] = False,
    attention: Annotated[bool, typer.Option("--attention/--no-attention", help="With or without masks.")] = True,
    augmentation: Annotated[
        bool, typer.Option("--augmentation/--no-augmentation", help="Flips, turns and shifts of training views.")
    ] = True,
    dropout: Annotated[bool, typer.Option("--dropout/--no-dropout", help="Dropout of features in training.")] = True,
    freeze_normalisation: Annotated[
        bool, typer.Option("--freeze-normalisation", help="Keep the initial running statistics.")
    ] = False,
    isotropic: Annotated[bool, typer.Option("--isotropic", help="Diagonals with one scale on both axes.")] = False,
    per_image: Annotated[bool, typer.Option("--per-image", help="Standardise each view by itself.")] = False,
    class_weighting: Annotated[bool, typer.Option("--class-weighting", help="Weigh the rarer class up.")] = False,
    nodule_rule: NoduleRuleOption = "largest",
    seed: Seed = 0,
    accelerator: Accelerator = "auto",
    precision: Precision = "32-true",
    accumulate: Accumulate = 1,
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Compute maps again instead of keeping them: less memory, more time.")
    ] = False,
    compiled: Annotated[
        bool, typer.Option("--compile", help="Compile the network for a GPU: minutes at first, faster steps.")
    ] = False,
    devices: Devices = 1,
    nodes: Nodes = 1,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    log: Log = None,
    quiet: Quiet = False,
) -> None:
    """Train MMDL, or a compared system, and write a model folder; the same command goes on after an interruption."""
    if method != "mmdl":
        if workers != 1 or scheduler is not None:
            raise SettingsError(
                "--workers and --scheduler are for folds and seeds of MMDL; train another system without."
            )
        train_system(
            method,
            SystemOptions(
                store, out, files, preset, genes, clinical, folds, seeds, init, epochs, seed, accelerator, precision
            ),
            quiet=quiet,
        )
        return
    from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
    from radiogene.cohort.prepared_cohort import PreparedCohort
    from radiogene.cohort.store.cube_store import CubeStore
    from radiogene.ct.nine_views import ViewSampling
    from radiogene.evaluation.patient_level import NoduleRule
    from radiogene.model.model_folder import require_model_place
    from radiogene.parallel.workers import opened_workers
    from radiogene.training.fitting.run_options import require_machine
    from radiogene.training.initial_weights import initial_weights
    from radiogene.training.settings import KeptModel, TrainingSettings
    from radiogene.training.stages.schedule import schedule_of
    from radiogene.training.train import train as train_model

    if folds == 1 or (not folds and (keep == "refit" or out_of_fold is not None)):
        raise SettingsError("--folds wants 2 or more; --keep refit and --out-of-fold need --folds.")
    require_folder_place(out.parent)
    require_model_place(out)
    if out_of_fold is not None:
        require_file_place(out_of_fold)
        folders = (out.resolve(), out.with_name(f"{out.name}.unfinished").resolve())
        if any(folder in out_of_fold.resolve().parents for folder in folders):
            raise SettingsError(
                f"--out-of-fold {out_of_fold} lies in the model folder, which holds no patient identifiers. Choose "
                "another place."
            )
    options = run_options(
        accelerator, precision, accumulate, recompute, devices, nodes, log, progress=not quiet, compiled=compiled
    )
    require_machine(options)
    schedule = schedule_of(preset)
    if optimiser is not None:
        schedule = schedule.with_optimiser(optimiser)
    all_layers = replace(
        schedule.all_layers,
        epochs=epochs or schedule.all_layers.epochs,
        learning_rate=learning_rate or schedule.all_layers.learning_rate,
    )
    settings = TrainingSettings(
        preset=preset,
        backbone=backbone,
        genes=words(genes),
        clinical_columns=DEFAULT_COLUMNS if clinical is None else words(clinical),
        schedule=replace(schedule, all_layers=all_layers, batch_patients=batch or schedule.batch_patients),
        seed=seed,
        attention=attention,
        view_sampling=ViewSampling.ISOTROPIC if isotropic else ViewSampling.STRETCHED,
        per_image_standardisation=per_image,
        class_weighting=class_weighting,
        nodule_rule=NoduleRule(nodule_rule),
        joint=joint,
        augmentation=augmentation,
        dropout=dropout,
        freeze_normalisation=freeze_normalisation,
        folds=folds,
        seeds=seeds,
        keep=KeptModel(keep),
    )
    start = initial_weights(init, settings.sizes)
    cohort = PreparedCohort.of(CubeStore.open(store))
    with opened_workers(workers, scheduler) as who:
        trained = train_model(cohort, settings, out, options, start, out_of_fold, workers=who)
    if trained is not None:
        typer.echo(str(out))
