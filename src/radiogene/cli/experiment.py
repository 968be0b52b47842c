"""`radiogene experiment`: the paper's tables and figures with our numbers, by one command."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.options import (
    AllowDuplicates,
    Json,
    ProtocolFile,
    Quiet,
    Scheduler,
    SettingsFile,
    ThresholdProbabilities,
    Workers,
    shares_by_gene,
)
from radiogene.cli.run_arguments import given
from radiogene.errors import CasesFailedError, SettingsError
from radiogene.storage.plain_words import counted

CalibrationName = Literal["identity", "temperature", "isotonic"]


def experiment(
    name: Annotated[
        str, typer.Argument(help="table1 to table8, figure1, figure6 to figure12, all; or list, which runs nothing.")
    ],
    train: Annotated[
        list[str] | None,
        typer.Option(
            "--train",
            metavar="STORE",
            help="Store that everything is fitted on: a folder, or s3://BUCKET/NAME; repeatable.",
        ),
    ] = None,
    train_table: Annotated[
        list[str] | None,
        typer.Option(
            "--train-table",
            metavar="TABLE",
            help="In place of --train: a table of patients without images; systems that read CT have no figures.",
        ),
    ] = None,
    external: Annotated[
        list[str] | None,
        typer.Option("--external", metavar="STORE", help="Store that everything is tested on; repeatable."),
    ] = None,
    external_table: Annotated[
        list[str] | None,
        typer.Option("--external-table", metavar="TABLE", help="The same in place of --external; repeatable."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for report, tables, figures, fits.")] = None,
    settings: SettingsFile = None,
    preset: Annotated[
        Literal["paper", "small", "tiny"] | None, typer.Option("--preset", help="Sizes of every network (else small).")
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option("--folds", min=0, help="Of the networks; 0 holds out one part (default: 5, for tiny 0)."),
    ] = None,
    nested_folds: Annotated[
        int | None, typer.Option("--nested-folds", min=2, help="Outer folds of everything that is no network (else 5).")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option("--seeds", min=1, help="Trainings of MMDL that show its spread (else 3).")
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option(
            "--repeats", min=1, help="Cross-validations of each system in tables of training patients (else 3)."
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="Of a network's main stage (else the preset's).")
    ] = None,
    pretrained: Annotated[
        list[str] | None,
        typer.Option("--pretrained", help="FOLDER that `radiogene pretrain` wrote, or BACKBONE=FOLDER; repeatable."),
    ] = None,
    elimination_step: Annotated[
        float | None,
        typer.Option("--elimination-step", min=0.01, max=0.9, help="Share of features dropped in a round (else 0.1)."),
    ] = None,
    calibration: Annotated[
        CalibrationName | None, typer.Option("--calibration", help="Of every system (else identity).")
    ] = None,
    prevalence: Annotated[
        list[str] | None,
        typer.Option(
            "--prevalence",
            metavar="GENE=SHARE",
            help="Share of mutants at which predictive values are given, such as EGFR=0.45; repeatable.",
        ),
    ] = None,
    threshold_probability: ThresholdProbabilities = None,
    permutations: Annotated[
        int | None,
        typer.Option("--permutations", min=20, help="Of the labels, in the check that nothing leaks (else 20)."),
    ] = None,
    train_files: Annotated[
        Path | None,
        typer.Option("--train-files", help="Folder that the training table's column slides starts from."),
    ] = None,
    external_files: Annotated[
        Path | None, typer.Option("--external-files", help="The same of the external table.")
    ] = None,
    accelerator: Annotated[
        Literal["cpu", "gpu"] | None, typer.Option("--accelerator", help="Device (else cpu).")
    ] = None,
    precision: Annotated[
        Literal["32-true", "bf16-mixed", "16-mixed"] | None,
        typer.Option("--precision", help="Of arithmetic (else 32-true)."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Same seed, same result (else 0).")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it should cost in hours and gigabytes, and fit nothing.")
    ] = False,
    allow_duplicates: AllowDuplicates = False,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", help="Where looks are counted (else the protocol's file, else yours)."),
    ] = None,
    protocol: ProtocolFile = None,
    workers: Workers = -1,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a table or figure of the paper, or all, with our numbers, intervals and the paper's beside them."""
    from radiogene.api.cohorts import named_cohort
    from radiogene.api.experiments import experiment_cost, experiment_settings, run_experiment
    from radiogene.cli.progress import fit_progress
    from radiogene.experiments.registry import ALL
    from radiogene.methods.settings_file import merged, read_settings_file
    from radiogene.parallel.workers import opened_workers

    decided = given(
        preset=preset,
        folds=folds,
        nested_folds=nested_folds,
        seed=seed,
        seeds=seeds,
        repeats=repeats,
        all_layers=None if epochs is None else {"epochs": epochs},
        pretrained=None if pretrained is None else _by_backbone(pretrained),
        elimination_step=elimination_step,
        calibration=calibration,
        permutations=permutations,
        prevalence=shares_by_gene(prevalence or []) or None,
        threshold_probabilities=threshold_probability or None,
        accelerator=accelerator,
        precision=precision,
        allow_duplicates=allow_duplicates or None,
    )
    checked = experiment_settings(merged({} if settings is None else read_settings_file(settings), decided))
    if name == "list" or dry_run:
        trained_on = named_cohort(train, train_table, ("train", "train_table")) if train or train_table else None
        costs = experiment_cost(ALL if name == "list" else name, trained_on, settings=checked)
        typer.echo(json.dumps(costs.to_json(), indent=2) if as_json else costs.text())
        return
    if not (train or train_table) or not (external or external_table) or out is None:
        raise SettingsError(
            "`radiogene experiment NAME` needs --train STORE or --train-table TABLE, --external STORE or "
            "--external-table TABLE, and --out FOLDER."
        )
    cohorts = (
        named_cohort(train, train_table, ("train", "train_table")),
        named_cohort(external, external_table, ("external", "external_table")),
    )
    if not quiet:
        costs = experiment_cost(name, cohorts[0], settings=checked)
        typer.echo(f"{costs.summary} {costs.rests_on}", err=True)
    with opened_workers(_processes(workers, checked.accelerator), scheduler) as who, fit_progress(quiet) as told:
        evidence = run_experiment(
            name,
            *cohorts,
            out,
            settings=checked,
            train_files=train_files,
            external_files=external_files,
            ledger=ledger,
            protocol=protocol,
            workers=who,
            told=told,
        )
    typer.echo(json.dumps(evidence.written.to_json(), indent=2) if as_json else evidence.written.text())
    failures = evidence.run.failures
    if failures:
        raise CasesFailedError(
            f"{counted(len(failures), 'fit')} failed; the report gives the reason in place of figures. "
            "The same command tries them again."
        )


def _processes(workers: int, accelerator: str) -> int:
    """How many fits run side by side: as asked, else one per core, but one alone on a GPU, whose memory they share."""
    from joblib import cpu_count

    if workers > 0:
        return workers
    return 1 if accelerator == "gpu" else int(cpu_count())


def _by_backbone(words: list[str]) -> dict[str, str]:
    """The folders of pretrained networks by backbone; a folder alone is of the paper's own network."""
    folders = {}
    for word in words:
        backbone, separator, folder = word.partition("=")
        folders[backbone if separator else "inception-attention-resnet"] = folder if separator else word
    return {backbone: str(Path(folder).resolve()) for backbone, folder in folders.items()}
