"""`radiogene cohort`: cohort tables from the public collection and from folders of studies, and the paper's Table 1."""

import typer

from radiogene.cli.cohort_collection import nsclc_radiogenomics
from radiogene.cli.cohort_from_folder import from_folder
from radiogene.cli.cohort_table_one import table1

cohort = typer.Typer(
    name="cohort",
    help="Make a cohort table from the public collection or from a folder of studies, and describe it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
cohort.command("nsclc-radiogenomics")(nsclc_radiogenomics)
cohort.command("from-folder")(from_folder)
cohort.command("table1")(table1)
