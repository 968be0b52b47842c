"""`radiogene cohort table1`: the paper's Table 1 of one or two cohorts."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.options import words
from radiogene.errors import SettingsError
from radiogene.storage.result_places import require_folder_place

FILE_NAMES = {"text": "table1.txt", "csv": "table1.csv", "latex": "table1.tex"}


def table1(
    cohort: Annotated[
        str, typer.Argument(metavar="COHORT", help="A table with patient_id; scans and nodules are not needed.")
    ],
    second: Annotated[
        str | None, typer.Argument(metavar="[SECOND]", help="A second table, to be compared with the first.")
    ] = None,
    names: Annotated[str, typer.Option("--names", help="Headings, separated by commas (else the files' names).")] = "",
    style: Annotated[Literal["text", "csv", "latex"], typer.Option("--format", help="What is printed.")] = "text",
    out: Annotated[Path | None, typer.Option("--out", help="Folder for table1.txt, table1.csv and table1.tex.")] = None,
    paper: Annotated[bool, typer.Option("--paper", help="Put the paper's own Table 1 beside it, as printed.")] = False,
) -> None:
    """Table 1: sex, smoking, age, EGFR, KRAS and both; two cohorts are tested for differences."""
    from radiogene.cohort.table.patient_table import read_patients
    from radiogene.cohort.table_one.table_one import GENES, CohortColumn, table_one
    from radiogene.report.table_one_text import table_one_csv, table_one_latex, table_one_text
    from radiogene.storage.atomic_files import write_text
    from radiogene.storage.place import place_of

    paths = [place_of(table) for table in ([cohort] if second is None else [cohort, second])]
    headings = words(names) or tuple(path.stem for path in paths)
    if len(headings) != len(paths):
        raise SettingsError(f"--names has {len(headings)} headings for {len(paths)} cohorts; give one for each.")
    if out is not None:
        require_folder_place(out)
    columns = [CohortColumn(name, read_patients(path, GENES)) for name, path in zip(headings, paths, strict=True)]
    table = table_one(columns)
    texts = {
        "text": table_one_text(table, beside_paper=paper) + "\n",
        "csv": table_one_csv(table, beside_paper=paper),
        "latex": table_one_latex(table, beside_paper=paper),
    }
    if out is not None:
        for kind, name in FILE_NAMES.items():
            write_text(out / name, texts[kind])
    typer.echo(texts[style], nl=False)
