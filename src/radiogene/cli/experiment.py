"""`radiogene experiment`: the paper's tables and figures with our numbers, by one command."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from radiogene.cli.options import Json, Quiet, Scheduler, Seed, Workers
from radiogene.cli.places import require_folder_place
from radiogene.errors import CasesFailedError, SettingsError

if TYPE_CHECKING:
    from radiogene.experiments.experiment_settings import ExperimentSettings
    from radiogene.parallel.workers import WorkerPool

CalibrationName = Literal["identity", "temperature", "isotonic"]


def experiment(
    name: Annotated[
        str, typer.Argument(help="table1 to table8, figure1, figure6 to figure12, all; or list, which runs nothing.")
    ],
    train: Annotated[
        str | None,
        typer.Option(
            "--train", metavar="STORE", help="Store that everything is fitted on: a folder, or s3://BUCKET/NAME."
        ),
    ] = None,
    external: Annotated[
        str | None,
        typer.Option("--external", metavar="STORE", help="Store of the cohort that everything is tested on."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for report, tables, figures, fits.")] = None,
    preset: Annotated[
        Literal["paper", "small", "tiny"], typer.Option("--preset", help="Sizes of every network.")
    ] = "small",
    folds: Annotated[
        int | None,
        typer.Option("--folds", min=0, help="Of the networks; 0 holds out one part (default: 5, for tiny 0)."),
    ] = None,
    nested_folds: Annotated[
        int, typer.Option("--nested-folds", min=2, help="Outer folds of everything that is no network.")
    ] = 5,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Trainings of MMDL that show its spread.")] = 3,
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="Of a network's main stage (else the preset's).")
    ] = None,
    pretrained: Annotated[
        list[str] | None,
        typer.Option("--pretrained", help="FOLDER that `radiogene pretrain` wrote, or BACKBONE=FOLDER; repeatable."),
    ] = None,
    elimination_step: Annotated[
        float, typer.Option("--elimination-step", min=0.01, max=0.9, help="Share of features dropped in a round.")
    ] = 0.1,
    calibration: Annotated[CalibrationName, typer.Option("--calibration", help="Of every system.")] = "identity",
    permutations: Annotated[
        int, typer.Option("--permutations", min=20, help="Of the labels, in the check that nothing leaks.")
    ] = 20,
    train_files: Annotated[
        Path | None,
        typer.Option("--train-files", help="Folder that the training table's column slides starts from."),
    ] = None,
    external_files: Annotated[
        Path | None, typer.Option("--external-files", help="The same of the external table.")
    ] = None,
    accelerator: Annotated[Literal["cpu", "gpu"], typer.Option("--accelerator", help="Device.")] = "cpu",
    precision: Annotated[
        Literal["32-true", "bf16-mixed", "16-mixed"], typer.Option("--precision", help="Of arithmetic.")
    ] = "32-true",
    seed: Seed = 0,
    workers: Workers = -1,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a table or figure of the paper, or all, with our numbers, intervals and the paper's beside them."""
    from radiogene.decision.calibration import CalibrationKind
    from radiogene.experiments.experiment_settings import ExperimentSettings
    from radiogene.parallel.workers import opened_workers

    settings = ExperimentSettings(
        preset=preset,
        folds=(0 if preset == "tiny" else 5) if folds is None else folds,
        nested_folds=nested_folds,
        seed=seed,
        seeds=seeds,
        epochs=epochs,
        pretrained=_by_backbone(pretrained or []),
        elimination_step=elimination_step,
        calibration=CalibrationKind(calibration),
        permutations=permutations,
        accelerator=accelerator,
        precision=precision,
    )
    if name == "list":
        _print_list(settings, train, as_json)
        return
    if train is None or external is None or out is None:
        raise SettingsError("`radiogene experiment NAME` needs --train STORE, --external STORE and --out FOLDER.")
    if folds == 1:
        raise SettingsError("--folds wants 2 or more, or 0 for one held-out part.")
    require_folder_place(out)
    with opened_workers(_processes(workers, accelerator), scheduler) as who:
        _run(name, settings, (train, train_files), (external, external_files), out, who, quiet=quiet, as_json=as_json)


def _run(
    name: str,
    settings: "ExperimentSettings",
    train: tuple[str, Path | None],
    external: tuple[str, Path | None],
    out: Path,
    workers: "WorkerPool | int",
    *,
    quiet: bool,
    as_json: bool,
) -> None:
    import json

    from radiogene.cli.fit_progress import fit_progress
    from radiogene.experiments.assembly import write_evidence
    from radiogene.experiments.cohorts import CohortPlace, ExperimentPlaces
    from radiogene.experiments.registry import experiments_named
    from radiogene.experiments.run import run_experiments
    from radiogene.storage.place import place_of

    training, tested = (CohortPlace(place_of(store), files) for store, files in (train, external))
    places = ExperimentPlaces(training, tested, out)
    with fit_progress(quiet) as told:
        run = run_experiments(
            experiments_named(name),
            settings,
            places,
            workers=workers,
            told=told,
        )
    written = write_evidence(run, name, out)
    typer.echo(json.dumps(written.to_json(), indent=2) if as_json else written.text())
    if run.failures:
        raise CasesFailedError(
            f"{len(run.failures)} fits failed; their rows are empty, with the reason. The same command tries "
            "them again."
        )


def _processes(workers: int, accelerator: str) -> int:
    """How many fits run side by side: as asked, else one per core, but one alone on a GPU, whose memory they share."""
    from joblib import cpu_count

    if workers > 0:
        return workers
    return 1 if accelerator == "gpu" else int(cpu_count())


def _by_backbone(words: list[str]) -> dict[str, str]:
    """The folders of pretrained networks by backbone; a folder alone is of the paper's own network."""
    found = {}
    for word in words:
        backbone, separator, folder = word.partition("=")
        found[backbone if separator else "inception-attention-resnet"] = folder if separator else word
    return {backbone: str(Path(folder).resolve()) for backbone, folder in found.items()}


def _print_list(settings: "ExperimentSettings", train: str | None, as_json: bool) -> None:
    import json

    from radiogene.cohort.store.cube_store import CubeStore
    from radiogene.experiments.price_list import price_list

    patients = None if train is None else len({record.row.patient_id for record in CubeStore.open(train).records})
    prices = price_list(settings, patients)
    typer.echo(json.dumps(prices.to_json(), indent=2) if as_json else prices.text())
