"""`radiogene train`: from a store of cubes, or a table without images, to a model folder."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from radiogene.cli.options import (
    AllowDuplicates,
    CohortStores,
    NoduleRuleName,
    Quiet,
    Scheduler,
    SettingsFile,
    Tables,
    Workers,
    words,
)
from radiogene.cli.run_arguments import Accelerator, Accumulate, Devices, Log, Nodes, Precision, given

NETWORK, STAGES, MACHINE = "Network", "Stages", "Machine"
"""Groups of options that most trainings leave as they are."""


def train(
    out: Annotated[Path, typer.Option("--out", help="The model folder.")],
    store: CohortStores = None,
    table: Tables = None,
    method: Annotated[
        str, typer.Option("--method", help="What is trained; `radiogene methods` lists MMDL and the compared systems.")
    ] = "mmdl",
    settings: SettingsFile = None,
    preset: Annotated[
        Literal["paper", "small", "tiny"] | None,
        typer.Option("--preset", help="Sizes and schedule of a network (else small)."),
    ] = None,
    init: Annotated[
        str | None,
        typer.Option("--init", help="random (default), a folder that `radiogene pretrain` wrote, or imagenet:FILE."),
    ] = None,
    genes: Annotated[
        str | None, typer.Option("--genes", help="Gene columns, separated by commas (else EGFR,KRAS).")
    ] = None,
    clinical: Annotated[
        str | None,
        typer.Option(
            "--clinical", help="Columns, separated by commas; `none` for images only (else the method's own)."
        ),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            "--folds",
            min=0,
            help="Folds of a cross-validation by patient; 0 holds out one part (default: 0 for networks, else 5).",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Same seed, same result (else 0).")] = None,
    seeds: Annotated[
        int | None, typer.Option("--seeds", min=1, help="Repeats, with seeds that follow each other (else 1).")
    ] = None,
    keep: Annotated[
        Literal["ensemble", "refit"] | None,
        typer.Option(
            "--keep", help="Of a cross-validation: the folds' models together (default), or one trained on everybody."
        ),
    ] = None,
    out_of_fold: Annotated[
        Path | None, typer.Option("--out-of-fold", help="CSV for each patient's out-of-fold probabilities.")
    ] = None,
    allow_duplicates: AllowDuplicates = False,
    leave_one_site_out: Annotated[
        bool,
        typer.Option(
            "--leave-one-site-out", help="Also fit on all sites but one, for each site, and say how it does there."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it should cost in minutes and gigabytes, and train nothing.")
    ] = False,
    workers: Workers = 1,
    quiet: Quiet = False,
    backbone: Annotated[
        str | None,
        typer.Option(
            "--backbone",
            help="Network in place of MMDL's own (`radiogene describe`).",
            rich_help_panel=NETWORK,
        ),
    ] = None,
    attention: Annotated[
        bool | None,
        typer.Option("--attention/--no-attention", help="With masks (default) or without.", rich_help_panel=NETWORK),
    ] = None,
    views: Annotated[
        str | None,
        typer.Option(
            "--views", help="Some of the nine planes, separated by semicolons (else all).", rich_help_panel=NETWORK
        ),
    ] = None,
    isotropic: Annotated[
        bool | None,
        typer.Option("--isotropic", help="Diagonals with one scale on both axes.", rich_help_panel=NETWORK),
    ] = None,
    per_image: Annotated[
        bool | None, typer.Option("--per-image", help="Standardise each view by itself.", rich_help_panel=NETWORK)
    ] = None,
    nodule_rule: Annotated[
        NoduleRuleName | None,
        typer.Option(
            "--nodule-rule",
            help="Whose probability a patient with several nodules gets (else largest).",
            rich_help_panel=NETWORK,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            "--epochs",
            min=1,
            help="Most epochs of all layers (else the preset's).",
            rich_help_panel=STAGES,
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option("--learning-rate", min=1e-9, help="Of all layers (else the preset's).", rich_help_panel=STAGES),
    ] = None,
    optimiser: Annotated[
        Literal["sgd", "adamw"] | None,
        typer.Option("--optimiser", help="Of every stage (else the preset's).", rich_help_panel=STAGES),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option("--batch", min=1, help="Patients per step (else the preset's).", rich_help_panel=STAGES),
    ] = None,
    joint: Annotated[
        bool | None,
        typer.Option(
            "--joint",
            help="Train layers and fusion in one stage instead of two.",
            rich_help_panel=STAGES,
        ),
    ] = None,
    augmentation: Annotated[
        bool | None,
        typer.Option(
            "--augmentation/--no-augmentation", help="Flips, turns and shifts of views.", rich_help_panel=STAGES
        ),
    ] = None,
    acquisition_augmentation: Annotated[
        bool | None,
        typer.Option(
            "--acquisition-augmentation",
            help="Thickness, kernel, noise and HU of training cubes as of other scanners.",
            rich_help_panel=STAGES,
        ),
    ] = None,
    dropout: Annotated[
        bool | None,
        typer.Option("--dropout/--no-dropout", help="Dropout of features in training.", rich_help_panel=STAGES),
    ] = None,
    freeze_normalisation: Annotated[
        bool | None,
        typer.Option("--freeze-normalisation", help="Keep the initial running statistics.", rich_help_panel=STAGES),
    ] = None,
    class_weighting: Annotated[
        bool | None, typer.Option("--class-weighting", help="Weigh the rarer class up.", rich_help_panel=STAGES)
    ] = None,
    elimination_step: Annotated[
        float | None,
        typer.Option(
            "--elimination-step",
            min=0.01,
            max=0.9,
            help="Share of features that a round of elimination drops (else 0.1).",
            rich_help_panel=STAGES,
        ),
    ] = None,
    files: Annotated[
        Path | None,
        typer.Option("--files", help="Folder that the table's column slides starts from.", rich_help_panel=MACHINE),
    ] = None,
    accelerator: Accelerator = None,
    precision: Precision = None,
    accumulate: Accumulate = None,
    recompute: Annotated[
        bool | None,
        typer.Option(
            "--recompute",
            help="Compute maps again instead of keeping them: less memory, more time.",
            rich_help_panel=MACHINE,
        ),
    ] = None,
    compiled: Annotated[
        bool | None,
        typer.Option(
            "--compile", help="Compile the network for a GPU: minutes at first, faster steps.", rich_help_panel=MACHINE
        ),
    ] = None,
    devices: Devices = None,
    nodes: Nodes = None,
    scheduler: Scheduler = None,
    log: Log = None,
) -> None:
    """Train MMDL, or a compared system, and write a model folder; the same command goes on after an interruption."""
    from radiogene.api.cohorts import named_cohort
    from radiogene.api.training import train as train_model
    from radiogene.api.training import training_cost, with_backbone
    from radiogene.methods.registry import method_named
    from radiogene.methods.settings_file import merged, read_settings_file
    from radiogene.parallel.workers import opened_workers

    stages = ("branches", "all_layers", "fusion") if method_named(method).backbone else ("all_layers",)
    by_stage: dict[str, dict[str, Any]] = (
        {} if optimiser is None else {stage: {"optimiser": optimiser} for stage in stages}
    )
    main = given(epochs=epochs, learning_rate=learning_rate)
    options = given(
        preset=preset,
        init=init,
        genes=None if genes is None else list(words(genes)),
        clinical=None if clinical is None else list(words(clinical)),
        folds=folds,
        seed=seed,
        seeds=seeds,
        keep=keep,
        attention=attention,
        views=None if views is None else [view.strip() for view in views.split(";")],
        view_sampling=None if isotropic is None else "isotropic",
        per_image_standardisation=per_image,
        nodule_rule=nodule_rule,
        batch=batch,
        joint=joint,
        augmentation=augmentation,
        acquisition_augmentation=acquisition_augmentation,
        dropout=dropout,
        freeze_normalisation=freeze_normalisation,
        class_weighting=class_weighting,
        elimination_step=elimination_step,
    )
    decided = merged(by_stage, {"all_layers": main} if main else {})
    decided = merged({} if settings is None else read_settings_file(settings), {**options, **decided})
    run = given(
        accelerator=accelerator,
        precision=precision,
        accumulate=accumulate,
        recompute=recompute,
        compiled=compiled,
        devices=devices,
        nodes=nodes,
        log=log,
    )
    cohort, system = named_cohort(store, table), with_backbone(method, backbone)
    if dry_run:
        typer.echo(training_cost(cohort, method=system, settings=decided, run=run).text())
        return
    with opened_workers(workers, scheduler) as who:
        trained = train_model(
            cohort,
            out,
            method=system,
            settings=decided,
            run=run,
            workers=who,
            files=files,
            out_of_fold=out_of_fold,
            allow_duplicates=allow_duplicates,
            leave_one_site_out=leave_one_site_out,
            progress=not quiet,
            told_cost=lambda cost: None if quiet else typer.echo(cost.text(), err=True),
            tell=lambda sentence: typer.echo(sentence, err=True),
        )
    if trained is not None:
        from radiogene.evaluation.sample_size.cohort_shows import cohort_shows

        for gene, rule in ({} if quiet else trained.decision.genes).items():
            typer.echo(f"{gene}: {cohort_shows(rule.mutants, rule.patients - rule.mutants).sentence}.", err=True)
        typer.echo(str(out))
