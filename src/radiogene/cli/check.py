"""`radiogene check`: everything that is wrong with a cohort table, in one pass; and a mapping of its words."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import CohortTable, Genes, Json, words
from radiogene.errors import SettingsError


def check(
    cohort: CohortTable,
    genes: Genes = "EGFR,KRAS",
    map_file: Annotated[
        Path | None,
        typer.Option(
            "--map",
            help="JSON that maps the table's columns and words: drafted where it does not exist, else applied (--out).",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where --map writes the cohort table.")] = None,
    as_json: Json = False,
) -> None:
    """Validate a cohort table before any work, and say what it holds."""
    from radiogene.cohort.table.cohort_table import read_cohort
    from radiogene.cohort.table.summary import summarise
    from radiogene.cohort.table.training_readiness import training_problems
    from radiogene.report.terminal_text import summary_text

    if map_file is not None:
        mapped = _mapped(cohort, words(genes), map_file, out)
        if mapped is None:
            return
        cohort = mapped
    elif out is not None:
        raise SettingsError("--out is where a mapped table goes; give --map FILE too, or leave --out out.")
    table = read_cohort(cohort, genes=words(genes))
    summary = summarise(table)
    not_ready = training_problems(table)
    if as_json:
        content = {**summary.to_json(), "keeps_from_training": [asdict(problem) for problem in not_ready]}
        typer.echo(json.dumps(content, indent=2, allow_nan=False))
        return
    typer.echo(summary_text(summary))
    for problem in not_ready:
        typer.echo(f"Not ready for training: {problem}")


def _mapped(table: str, genes: tuple[str, ...], map_file: Path, out: Path | None) -> str | None:
    """The table that a mapping made; None where the mapping was only drafted."""
    from radiogene.cohort.sources.table_file import write_table
    from radiogene.cohort.table.table_map import draft_map, mapped_table, read_map, write_map
    from radiogene.storage.place import place_of

    place = place_of(table)
    if not map_file.exists():
        draft = draft_map(place, genes)
        write_map(map_file, draft)
        typer.echo(
            f"{map_file} is a draft: {len(draft.columns)} columns and {sum(map(len, draft.words.values()))} words, "
            f"{len(draft.undecided)} of them to be decided. Correct it, then run the same with --out TABLE."
        )
        return None
    if out is None:
        raise SettingsError(f"{map_file} exists and is applied: say by `out` where the cohort table goes.")
    if isinstance(place, Path) and out.resolve() == place.resolve():
        raise SettingsError(f"`out` {out} is the table itself, which is kept as it came; give another place.")
    made = mapped_table(place, read_map(map_file), genes)
    write_table(out, made.columns, made.rows)
    typer.echo(f"written: {out}", err=True)
    return str(out)
