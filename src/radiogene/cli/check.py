"""`radiogene check`: everything that is wrong with a cohort table, in one pass."""

import json
from dataclasses import asdict

import typer

from radiogene.cli.options import CohortTable, Genes, Json, words


def check(
    cohort: CohortTable,
    genes: Genes = "EGFR,KRAS",
    as_json: Json = False,
) -> None:
    """Validate a cohort table before any work, and say what it holds."""
    from radiogene.cohort.table.cohort_table import read_cohort
    from radiogene.cohort.table.summary import summarise
    from radiogene.cohort.table.training_readiness import training_problems
    from radiogene.report.terminal_text import summary_text

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
