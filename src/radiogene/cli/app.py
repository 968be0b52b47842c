"""The command `radiogene`: its verbs, its exit codes, and how refusals are shown."""

import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import typer

from radiogene import __version__
from radiogene.cli.argument_names import in_options
from radiogene.cli.calibrate import calibrate
from radiogene.cli.check import check
from radiogene.cli.cohort import cohort
from radiogene.cli.demo import demo
from radiogene.cli.describe import describe
from radiogene.cli.evaluate import evaluate
from radiogene.cli.experiment import experiment
from radiogene.cli.export import export
from radiogene.cli.grouped_help import GroupedCommand
from radiogene.cli.imagenet import imagenet
from radiogene.cli.methods import methods
from radiogene.cli.nodule_argument import with_joined_nodule
from radiogene.cli.phantom import phantom
from radiogene.cli.predict import predict
from radiogene.cli.prepare import prepare
from radiogene.cli.pretrain import pretrain
from radiogene.cli.prevalence import prevalence
from radiogene.cli.protocol import protocol
from radiogene.cli.radiomics import radiomics
from radiogene.cli.samplesize import samplesize
from radiogene.cli.series import series
from radiogene.cli.settings import settings
from radiogene.cli.train import train
from radiogene.cli.verify import verify
from radiogene.cli.views import views
from radiogene.errors import RadiogeneError

INPUT_OUTPUT_EXIT_CODE = 74
"""EX_IOERR of sysexits.h: a disk that is full or a file that cannot be read or written."""

TERMINATED_EXIT_CODE = 128 + signal.SIGTERM

app = typer.Typer(
    name="radiogene",
    help="EGFR and KRAS mutation of non-small-cell lung cancer from CT. Research software, not a medical device.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
VERBS = (
    demo,
    phantom,
    check,
    series,
    views,
    prepare,
    radiomics,
    pretrain,
    imagenet,
    train,
    calibrate,
    protocol,
    evaluate,
    predict,
    prevalence,
    export,
    experiment,
    methods,
    samplesize,
    settings,
    describe,
    verify,
)
for verb in VERBS:
    app.command(cls=GroupedCommand)(verb)
app.add_typer(cohort)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"radiogene {__version__}")
        raise typer.Exit()


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def _end(number: int, frame: object) -> NoReturn:
    """End in order on SIGTERM, so that temporary files go; a scheduler's time limit must not look like success."""
    sys.exit(TERMINATED_EXIT_CODE)


def _called(words: Sequence[str]) -> list[Callable[..., Any]]:
    """The verb that a command line calls, of a group's verbs by its second word."""
    groups = [group.typer_instance for group in app.registered_groups if group.typer_instance is not None]
    verbs = [command.callback for each in (app, *groups) for command in each.registered_commands]
    called = {word.replace("-", "_") for word in words[:2]}
    return [verb for verb in verbs if verb is not None and verb.__name__ in called]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a refusal is one message on standard error and an exit code of its own."""
    signal.signal(signal.SIGTERM, _end)
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        app(args=with_joined_nodule(words))
    except SystemExit as error:
        if error.code == TERMINATED_EXIT_CODE:
            typer.echo("radiogene: ended from outside. Nothing half-written was kept.", err=True)
        raise
    except RadiogeneError as error:
        typer.echo(f"radiogene: {in_options(str(error), _called(words))}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        what = error.strerror or f"{error} (the disk may be full)"
        where = f": {error.filename}" if error.filename else ""
        typer.echo(f"radiogene: {what}{where}. Nothing half-written was kept.", err=True)
        sys.exit(INPUT_OUTPUT_EXIT_CODE)
