"""The columns of a cohort table, and names that are nearly one of them."""

import difflib
from collections import Counter
from collections.abc import Sequence

from radiogene.cohort.table.problem import Problem

REQUIRED_COLUMNS = ("patient_id", "ct", "nodule")
OPTIONAL_COLUMNS = ("age", "sex", "smoking", "site", "segment", "frame", "series", "synthetic")

FURTHER_COLUMNS = (
    *("stage", "stage_edition", "T", "N", "M", "histology", "ALK", "ground_glass", "pack_years", "paper_162"),
    *("texture", "margin", "pleural_attachment", "emphysema", "lobe", "longest_diameter_mm", "SUVmax", "slides"),
)
"""What systems of this package read, and tables that it makes have, beside these; a store keeps no other unasked."""

ALIASES = {
    "patient_id": {"patient", "caseid", "case", "id", "subjectid", "subject"},
    "ct": {"ctpath", "ctfolder", "scan", "image", "volume"},
    "nodule": {"nodulepath", "mask", "seg", "segmentation", "rtstruct"},
    "age": {"ageyears", "agey", "patientage", "ageatdiagnosis", "ageathistologicaldiagnosis"},
    "sex": {"gender", "patientsex"},
    "smoking": {"smoker", "smoked", "smokingstatus", "smokinghistory", "tobaccosmokinghistory"},
    "series": {"seriesuid", "seriesinstanceuid"},
}
GENE_SUFFIXES = {"mutation", "mutationstatus", "mutant", "status", "label"}
CLOSE_RATIO = 0.85
SHORTEST_CLOSE_NAME = 5
"""Shorter names are too often close to another name that is meant: stage and age, NRAS and KRAS."""


def known_columns(genes: Sequence[str]) -> tuple[str, ...]:
    """The names of all columns that are read."""
    return (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS, *genes)


def header_problems(
    file: str,
    header: Sequence[str],
    line: int,
    genes: Sequence[str],
    required: Sequence[str] = REQUIRED_COLUMNS,
) -> list[Problem]:
    """What is wrong with the names of the columns.

    Args:
        file: the table, for messages.
        header: the names as written.
        line: the line they stand on.
        genes: the gene columns that are looked for.
        required: the columns that must be there.
    """
    problems = []
    for name, count in Counter(header).items():
        if count > 1 and name.strip():
            problems.append(Problem(file, line, name, f"{count} columns of this name", "one"))
    suggestions = {name: meant for name in dict.fromkeys(header) if (meant := _meant(name, header, genes))}
    for name, meant in suggestions.items():
        problems.append(Problem(file, line, repr(name), "a name that is nearly a column's", f"{meant!r}, exactly so"))
    for name in required:
        if name not in header and name not in suggestions.values():
            problems.append(Problem(file, line, name, "no such column", f"the columns {', '.join(required)}"))
    return problems


def columns_meant(header: Sequence[str], genes: Sequence[str]) -> tuple[str, ...]:
    """The header with the columns that names which are nearly one were probably meant to be.

    The names stay problems; what is below them is looked at all the same, so that one pass finds everything.
    """
    meant: list[str] = []
    for name in header:
        column = _meant(name, header, genes)
        meant.append(column if column is not None and column not in (*header, *meant) else name)
    return tuple(meant)


def _meant(name: str, header: Sequence[str], genes: Sequence[str]) -> str | None:
    """The column that an unknown name was probably meant to be, or None."""
    known = known_columns(genes)
    if name in known:
        return None
    letters = _letters(name)
    for column in known:
        if letters == _letters(column):
            return column
    for column in known:
        if column not in header and _looks_like(letters, column, is_gene=column in genes):
            return column
    return None


def _looks_like(letters: str, column: str, *, is_gene: bool) -> bool:
    """True where the letters are another name, a swap or a small slip of the column's name."""
    target = _letters(column)
    if letters in ALIASES.get(column, ()) or (len(target) > 2 and sorted(letters) == sorted(target)):
        return True
    if is_gene:
        return letters.startswith(target) and letters.removeprefix(target) in GENE_SUFFIXES
    return (
        len(target) >= SHORTEST_CLOSE_NAME
        and abs(len(letters) - len(target)) <= 1
        and difflib.SequenceMatcher(None, letters, target).ratio() >= CLOSE_RATIO
    )


def _letters(name: str) -> str:
    """The letters and digits of the name, in lower case."""
    return "".join(character for character in name.casefold() if character.isalnum())
