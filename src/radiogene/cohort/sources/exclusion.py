"""Who is left out of what, and why: one line per patient and reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.sources.table_file import write_table

EXCLUSION_COLUMNS = ("patient_id", "excluded_from", "reason")

FROM_TABLE = "the cohort table"
FROM_PAPER = "the paper's 162"


@dataclass(frozen=True)
class Exclusion:
    """One reason why a patient does not count somewhere.

    Attributes:
        excluded_from: the cohort table, the paper's 162, or the figures of a gene.
        reason: in words, with the value that decided.
    """

    patient_id: str
    excluded_from: str
    reason: str


def write_exclusions(path: Path, exclusions: Sequence[Exclusion]) -> None:
    """Write the exclusions as CSV, in the order given; a table without any has its header alone."""
    write_table(path, EXCLUSION_COLUMNS, [vars(exclusion) for exclusion in exclusions])
