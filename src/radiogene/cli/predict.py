"""`radiogene predict`: probabilities for one nodule, or for every row of a cohort table."""

import json
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
    Level,
    OperatingPointName,
    Prevalence,
    Quiet,
    Segment,
    Series,
    Site,
    Workers,
    site_answers,
)
from radiogene.cli.progress import progress_bar
from radiogene.errors import CasesFailedError, CohortError, SettingsError
from radiogene.storage.json_text import parsed_json
from radiogene.storage.plain_words import counted
from radiogene.storage.regular_file import read_file

if TYPE_CHECKING:
    from radiogene.ct.geometry_report import GeometryReport


def predict(
    model: Annotated[Path, typer.Option("--model", help="The model folder.")],
    ct: Annotated[Path | None, typer.Option("--ct", help="A DICOM folder, or a NIfTI, NRRD or MHA file.")] = None,
    nodule: Annotated[
        str | None,
        typer.Option(
            "--nodule", help="X Y Z (LPS mm unless --frame), a SEG, an RTSTRUCT, a mask; auto finds the study's."
        ),
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
    dicom: Annotated[
        Path | None,
        typer.Option("--dicom", help="Folder for DICOM results (SR, SC, SEG); they carry the patient's identifiers."),
    ] = None,
    allow_gaps: AllowGaps = False,
    workers: Workers = 1,
    engine: Engine = "pytorch",
    precision: EnginePrecision = "float32",
    export: Export = None,
    prevalence: Prevalence = None,
    site: Site = None,
    operating_point: OperatingPointName = None,
    level: Level = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Predict EGFR and KRAS mutation of one nodule, or of every row of a cohort table.

    A model that reads columns of the table alone needs no scan: leave --ct and --nodule out, or the table's columns.
    """
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
        "--dicom": dicom,
        "--json": as_json or None,
    }
    answers = site_answers(prevalence, site, operating_point, level)
    if cohort is not None:
        given = [name for name, option in one_nodule.items() if option is not None]
        if given:
            raise SettingsError(f"--cohort takes scans and values from its table; leave {', '.join(given)} out.")
        if out is None:
            raise SettingsError("--cohort needs --out FILE.csv for its results.")
        _predict_cohort(
            model,
            cohort,
            out,
            (engine, precision, export),
            answers,
            allow_gaps=allow_gaps,
            workers=workers,
            quiet=quiet,
        )
        return
    from radiogene.api.model import load_model
    from radiogene.storage.result_places import require_folder_place

    for place in (out, dicom):
        if place is not None:
            require_folder_place(place)
    prediction = load_model(model, engine=engine, precision=precision, export=export, answers=answers).predict(
        ct,
        nodule,
        age=age,
        sex=sex,
        smoking=smoking,
        values=_by_column(value or []),
        frame=frame,
        segment=segment,
        series=series,
        allow_gaps=allow_gaps,
    )
    if out is not None:
        if prediction.result.nodule is not None:
            _refuse_other_report(out, prediction.result.nodule)
        prediction.save_report(out)
    if dicom is not None:
        prediction.save_dicom(dicom)
    typer.echo(json.dumps(prediction.to_json(), indent=2, allow_nan=False) if as_json else repr(prediction))


def _refuse_other_report(out: Path, nodule: "GeometryReport") -> None:
    """Refuse a folder with the report of another scan or place.

    Raises:
        SettingsError: it has one; a report of the same nodule is replaced.
    """
    from radiogene.report.case_page import RESULT_FILE

    try:
        there = parsed_json(read_file(out / RESULT_FILE))["nodule"]
        same = there["series_uid"] == nodule.series_uid and there["centre_lps_mm"] == list(nodule.centre_lps_mm)
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise SettingsError(
            f"{out} holds the report of another scan or nodule ({RESULT_FILE}), which is not overwritten; give another "
            "--out, or remove it."
        )


def _by_column(assignments: list[str]) -> dict[str, str]:
    """The values of further columns from `COLUMN=VALUE`."""
    values = {}
    for assignment in assignments:
        column, separator, text = assignment.partition("=")
        if not separator or not column.strip():
            raise CohortError(f"--value: found {assignment!r}; wanted COLUMN=VALUE.")
        values[column.strip()] = text.strip()
    return values


def _predict_cohort(
    model: Path,
    cohort: str,
    out: Path,
    engine: tuple[str, str, Path | None],
    answers: dict[str, object],
    *,
    allow_gaps: bool,
    workers: int,
    quiet: bool,
) -> None:
    from radiogene.api.model import load_model, predict_table

    name, precision, export = engine
    loaded = load_model(model, engine=name, precision=precision, export=export, answers=answers)
    with progress_bar("predictions", quiet) as progress:
        summary = predict_table(loaded, cohort, out, allow_gaps=allow_gaps, workers=workers, progress=progress)
    typer.echo(
        f"{counted(summary.done, 'row')} predicted, {summary.resumed} already there, {summary.failed} failed: {out}"
    )
    if summary.failed:
        raise CasesFailedError(
            f"{summary.failed} of {counted(summary.rows, 'row')} failed; see the column `error` of {out}."
        )
