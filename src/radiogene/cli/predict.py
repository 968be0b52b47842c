"""`radiogene predict`: probabilities for one nodule, or for every row of a cohort table."""

import json
from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import AllowGaps, FrameName, Json, Quiet, Segment, Series, Workers
from radiogene.cli.places import require_file_place, require_folder_place
from radiogene.cli.progress import progress_bar
from radiogene.errors import CasesFailedError, SettingsError


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
    cohort: Annotated[Path | None, typer.Option("--cohort", help="A cohort table instead of one nodule.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="One nodule: folder for the report. Cohort: CSV file of results.")
    ] = None,
    allow_gaps: AllowGaps = False,
    workers: Workers = 1,
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
    if cohort is not None:
        given = [name for name, option in one_nodule.items() if option is not None]
        if given:
            raise SettingsError(f"--cohort takes scans and values from its table; leave {', '.join(given)} out.")
        if out is None:
            raise SettingsError("--cohort needs --out FILE.csv for its results.")
        require_file_place(out)
        _predict_cohort(model, cohort, out, allow_gaps=allow_gaps, workers=workers, quiet=quiet)
        return
    if ct is None or nodule is None:
        raise SettingsError("Give --ct and --nodule for one nodule, or --cohort for a table.")
    from radiogene.ct.geometry import Frame
    from radiogene.ct.preparation import prepare_nodule
    from radiogene.ct.scan import ScanOptions
    from radiogene.prediction.case_values import case_row, require_known_columns
    from radiogene.prediction.predictor import Predictor

    if out is not None:
        require_folder_place(out)
    row = case_row(age=age, sex=sex, smoking=smoking, further=value or [])
    predictor = Predictor.from_folder(model)
    require_known_columns(row, predictor.model.settings.members[0].clinical.columns)
    prepared = prepare_nodule(
        ct, nodule, frame=Frame(frame), segment=segment, scan_options=ScanOptions(series, allow_gaps)
    )
    result = predictor.predict(prepared, row)
    if out is not None:
        from radiogene.report.case_report import write_case_report

        write_case_report(out, predictor, prepared, row, result)
    if as_json:
        typer.echo(json.dumps(result.to_json(), indent=2, allow_nan=False))
        return
    from radiogene.report.prediction_text import prediction_text

    typer.echo(prediction_text(result))


def _predict_cohort(model: Path, cohort: Path, out: Path, *, allow_gaps: bool, workers: int, quiet: bool) -> None:
    from radiogene.cohort.table import read_cohort
    from radiogene.prediction.cohort_predictions import predict_cohort
    from radiogene.prediction.predictor import Predictor

    predictor = Predictor.from_folder(model)
    # A scan or mask that is not there fails its own row; the other rows need not wait for it.
    table = read_cohort(cohort, genes=predictor.model.settings.genes, check_files=False)
    with progress_bar("predictions", quiet) as progress:
        summary = predict_cohort(predictor, table, out, allow_gaps=allow_gaps, workers=workers, progress=progress)
    typer.echo(f"{summary.done} rows predicted, {summary.resumed} were there, {summary.failed} failed: {out}")
    if summary.failed:
        raise CasesFailedError(f"{summary.failed} of {len(table.rows)} rows failed; see the column `error` of {out}.")
