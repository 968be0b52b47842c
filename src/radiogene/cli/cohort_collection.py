"""`radiogene cohort nsclc-radiogenomics`: the paper's external cohort as a cohort table."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.places import require_file_place
from radiogene.errors import CasesFailedError


def nsclc_radiogenomics(
    labels: Annotated[Path, typer.Option("--labels", help="The collection's label file (CSV, 40 columns).")],
    out: Annotated[Path, typer.Option("--out", help="The cohort table to write; further files stand beside it.")],
    centres: Annotated[
        Path | None, typer.Option("--centres", help="Tumour centres: Case ID, coordX, coordY, coordZ (LPS mm).")
    ] = None,
    patients: Annotated[
        Literal["all", "paper"], typer.Option("--patients", help="All patients, or those of the paper's 162 alone.")
    ] = "all",
) -> None:
    """The public collection NSCLC Radiogenomics as a cohort table, with reasons for whoever is left out."""
    from radiogene.atomic_files import write_json
    from radiogene.cohort.sources.exclusion import write_exclusions
    from radiogene.cohort.sources.nsclc_radiogenomics.collection_summary import CollectionSummary, file_hashes
    from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import (
        CENTRE_TABLE_COLUMNS,
        LABEL_TABLE_COLUMNS,
        label_table,
    )
    from radiogene.cohort.sources.nsclc_radiogenomics.known_conflicts import conflicts_of
    from radiogene.cohort.sources.nsclc_radiogenomics.label_file import read_label_file
    from radiogene.cohort.sources.nsclc_radiogenomics.tumour_centres import read_tumour_centres
    from radiogene.cohort.sources.table_file import beside, write_table

    require_file_place(out)
    label_file = read_label_file(labels)
    found = None if centres is None else read_tumour_centres(centres)
    table = label_table(label_file, patients, None if found is None else found.centre_lps_mm)
    notes = ["no scans in the table: labels and clinical values only (--images DIR adds the scans)"]
    if found is not None:
        marked = sum("nodule" in row for row in table.rows)
        notes.append(f"tumour centre known for {marked} of {len(table.rows)} patients")
    summary = CollectionSummary(
        table=table,
        labelled=len(label_file.patients) + len(label_file.exclusions),
        sources=file_hashes([labels, *([] if centres is None else [centres])]),
        conflicts=tuple(conflicts_of(table.patients, with_centres=centres is not None)),
        problems=(*label_file.problems, *(found.problems if found else ())),
        notes=tuple(notes),
    )
    write_table(out, LABEL_TABLE_COLUMNS if centres is None else CENTRE_TABLE_COLUMNS, table.rows)
    write_exclusions(beside(out, "exclusions"), table.exclusions)
    write_json(beside(out, "source", ".json"), summary.to_json())
    for line in [
        *summary.lines(),
        f"written: {out}, {beside(out, 'exclusions').name}, {beside(out, 'source', '.json').name}",
    ]:
        typer.echo(line)
    for problem in summary.problems:
        typer.echo(str(problem), err=True)
    if summary.problems:
        raise CasesFailedError(f"{len(summary.problems)} problems in the collection's tables; the rest is in {out}.")
