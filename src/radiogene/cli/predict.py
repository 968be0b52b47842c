"""`radiogene predict`: probabilities for one nodule, or for every row of a cohort table."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from radiogene.cli.options import (
    AllowGaps,
    Engine,
    EnginePrecision,
    Export,
    FrameName,
    Json,
    Quiet,
    Segment,
    Series,
    Workers,
)
from radiogene.cli.places import require_file_place, require_folder_place
from radiogene.cli.progress import progress_bar
from radiogene.errors import CasesFailedError, SettingsError

if TYPE_CHECKING:
    from radiogene.cohort.row import PatientRow
    from radiogene.ct.preparation import PreparedNodule
    from radiogene.model.engines.engine_choice import EngineChoice
    from radiogene.prediction.result import PredictionResult


def predict(
    model: Annotated[Path, typer.Option("--model", help="The model folder.")],
    ct: Annotated[Path | None, typer.Option("--ct", help="A DICOM folder, or a NIfTI, NRRD or MHA file.")] = None,
    nodule: Annotated[
        str | None, typer.Option("--nodule", help="X Y Z (LPS mm unless --frame), or a SEG, an RTSTRUCT, a mask.")
    ] = None,
    frame: Annotated[FrameName, typer.Option("--frame", help="Frame of X Y Z.")] = "lps",
    segment: Segment = None,
    series: Series = None,
    age: Annotated[str | None, typer.Option("--age", help="Years; leave out or `unknown` where not known.")] = None,
    sex: Annotated[str | None, typer.Option("--sex", help="female, male or unknown.")] = None,
    smoking: Annotated[str | None, typer.Option("--smoking", help="yes, no (ever, never ...) or unknown.")] = None,
    value: Annotated[
        list[str] | None, typer.Option("--value", help="COLUMN=VALUE of a further clinical column of the model.")
    ] = None,
    cohort: Annotated[
        str | None, typer.Option("--cohort", metavar="COHORT", help="A cohort table instead of one nodule.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="One nodule: folder for the report. Cohort: CSV file of results.")
    ] = None,
    allow_gaps: AllowGaps = False,
    workers: Workers = 1,
    engine: Engine = "pytorch",
    precision: EnginePrecision = "float32",
    export: Export = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Predict EGFR and KRAS mutation of one nodule, or of every row of a cohort table."""
    one_nodule = {
        "--ct": ct,
        "--nodule": nodule,
        "--frame": None if frame == "lps" else frame,
        "--segment": segment,
        "--series": series,
        "--age": age,
        "--sex": sex,
        "--smoking": smoking,
        "--value": value,
        "--json": as_json or None,
    }
    from radiogene.model.engines.engine_choice import EngineChoice, EngineName, Precision

    choice = EngineChoice(EngineName(engine), Precision(precision), export)
    if cohort is not None:
        given = [name for name, option in one_nodule.items() if option is not None]
        if given:
            raise SettingsError(f"--cohort takes scans and values from its table; leave {', '.join(given)} out.")
        if out is None:
            raise SettingsError("--cohort needs --out FILE.csv for its results.")
        require_file_place(out)
        _predict_cohort(model, cohort, out, choice, allow_gaps=allow_gaps, workers=workers, quiet=quiet)
        return
    if ct is None or nodule is None:
        raise SettingsError("Give --ct and --nodule for one nodule, or --cohort for a table.")
    from radiogene.ct.geometry import Frame
    from radiogene.ct.preparation import prepare_nodule
    from radiogene.ct.scan import ScanOptions
    from radiogene.methods.system_folder import is_system_folder
    from radiogene.prediction.case_values import case_row

    if out is not None:
        require_folder_place(out)
    row = case_row(age=age, sex=sex, smoking=smoking, further=value or [])
    answer = _answer_of_system if is_system_folder(model) else _answer_of_mmdl
    result = answer(
        model,
        row,
        lambda: prepare_nodule(
            ct, nodule, frame=Frame(frame), segment=segment, scan_options=ScanOptions(series, allow_gaps)
        ),
        out,
        choice,
    )
    if as_json:
        typer.echo(json.dumps(result.to_json(), indent=2, allow_nan=False))
        return
    from radiogene.report.prediction_text import prediction_text

    typer.echo(prediction_text(result))


def _answer_of_mmdl(
    model: Path,
    row: "PatientRow",
    prepare: "Callable[[], PreparedNodule]",
    out: Path | None,
    choice: "EngineChoice",
) -> "PredictionResult":
    """The result of a nine-view network, with its report where a folder for it is given."""
    from radiogene.prediction.case_values import require_known_columns
    from radiogene.prediction.predictor import Predictor

    predictor = Predictor.from_folder(model, choice=choice)
    require_known_columns(row, predictor.model.settings.members[0].clinical.columns)
    prepared = prepare()
    result = predictor.predict(prepared, row)
    if out is not None:
        from radiogene.report.case_report import write_case_report

        write_case_report(out, predictor, prepared, row, result)
    return result


def _answer_of_system(
    model: Path,
    row: "PatientRow",
    prepare: "Callable[[], PreparedNodule]",
    out: Path | None,
    choice: "EngineChoice",
) -> "PredictionResult":
    """The result of a compared system, which has no activation maps: a file for programs is all its report."""
    from radiogene.methods.system_folder import read_system
    from radiogene.prediction.case_values import require_known_columns
    from radiogene.prediction.model_answers import require_default_engine
    from radiogene.prediction.system_predictions import predict_nodule_with_system
    from radiogene.storage.atomic_files import write_json

    require_default_engine(choice)
    saved = read_system(model)
    own = saved.system.method.settings.clinical
    require_known_columns(row, (*saved.system.entry.columns, *(own or ())))
    result = predict_nodule_with_system(saved, prepare(), row)
    if out is not None:
        write_json(out / "prediction.json", result.to_json())
    return result


def _predict_cohort(
    model: Path, cohort: str, out: Path, choice: "EngineChoice", *, allow_gaps: bool, workers: int, quiet: bool
) -> None:
    from radiogene.cohort.table.cohort_table import read_cohort
    from radiogene.methods.system_folder import is_system_folder
    from radiogene.prediction.cohort_predictions import predict_cohort
    from radiogene.prediction.predictor import Predictor

    if is_system_folder(model):
        raise SettingsError(
            "--cohort predicts with a nine-view network. For a compared system prepare the table (`radiogene prepare`) "
            "and give the store to `radiogene evaluate`, which writes predictions.csv."
        )
    predictor = Predictor.from_folder(model, choice=choice)
    # A scan or mask that is not there fails its own row; the other rows need not wait for it.
    table = read_cohort(cohort, genes=predictor.model.settings.genes, check_files=False)
    with progress_bar("predictions", quiet) as progress:
        summary = predict_cohort(predictor, table, out, allow_gaps=allow_gaps, workers=workers, progress=progress)
    typer.echo(f"{summary.done} rows predicted, {summary.resumed} were there, {summary.failed} failed: {out}")
    if summary.failed:
        raise CasesFailedError(f"{summary.failed} of {len(table.rows)} rows failed; see the column `error` of {out}.")
