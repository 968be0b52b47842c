"""Table 1 of one or two cohorts: sex, smoking, age, each gene, and both together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from radiogene.cohort.row import PatientRow
from radiogene.cohort.table_one.difference import Difference, difference_of_ages, difference_of_shares

GENES = ("EGFR", "KRAS")
UNKNOWN = "Unknown or not collected"


@dataclass(frozen=True)
class CohortColumn:
    """One cohort of the table.

    Attributes:
        name: heading.
        patients: each once.
    """

    name: str
    patients: tuple[PatientRow, ...]


@dataclass(frozen=True)
class TableLine:
    """One line of a section: its word, and a cell for each cohort."""

    word: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class TableSection:
    """One characteristic.

    Attributes:
        name: `Sex`, `Age`, a gene.
        lines: in the paper's order.
        difference: between the two cohorts; None where there is one.
        compared: what the test compares.
    """

    name: str
    lines: tuple[TableLine, ...]
    difference: Difference | None
    compared: str


@dataclass(frozen=True)
class TableOne:
    """The table.

    Attributes:
        headings: the cohorts' names with their sizes.
        sections: in the paper's order.
        synthetic: True where any patient is.
        shared_patients: identifiers that both cohorts have, for whom no test of difference holds.
    """

    headings: tuple[str, ...]
    sections: tuple[TableSection, ...]
    synthetic: bool
    shared_patients: int


def table_one(columns: Sequence[CohortColumn]) -> TableOne:
    """The table of one or two cohorts.

    Percentages are of all patients of a cohort, as in the paper; tests leave unknown values out.

    Source: Table 1.
    """
    sections = [
        _shares(columns, "Sex", [("Male", lambda row: row.sex == "male"), ("Female", lambda row: row.sex == "female")]),
        _shares(
            columns, "Smoking", [("Yes", lambda row: row.smoking is True), ("No", lambda row: row.smoking is False)]
        ),
        _ages(columns),
        *(_gene(columns, gene) for gene in GENES),
        _both(columns),
    ]
    return TableOne(
        headings=tuple(f"{column.name} (n={len(column.patients)})" for column in columns),
        sections=tuple(sections),
        synthetic=any(patient.synthetic for column in columns for patient in column.patients),
        shared_patients=_shared(columns),
    )


Level = tuple[str, Callable[[PatientRow], bool]]
"""A line's word and who counts in it."""


def _shared(columns: Sequence[CohortColumn]) -> int:
    """How many identifiers two cohorts share."""
    first, *others = [{patient.patient_id for patient in column.patients} for column in columns]
    return len(first & others[0]) if others else 0


def _shares(columns: Sequence[CohortColumn], name: str, levels: Sequence[Level]) -> TableSection:
    """A section of two levels and of the patients with neither."""
    (first, is_first), (second, is_second) = levels
    rest: Level = (UNKNOWN, lambda patient: not is_first(patient) and not is_second(patient))
    lines = tuple(_line(columns, *level) for level in (*levels, rest))
    counts = [(_count(column, is_first), _count(column, is_second)) for column in columns]
    return TableSection(name, lines, _share_difference(counts), f"{first.lower()} against {second.lower()}")


def _gene(columns: Sequence[CohortColumn], gene: str) -> TableSection:
    """The section of one gene."""
    levels: list[Level] = [
        ("Mutant", lambda patient: patient.labels[gene] == 1),
        ("Wild type", lambda patient: patient.labels[gene] == 0),
    ]
    return _shares(columns, gene, levels)


def _both(columns: Sequence[CohortColumn]) -> TableSection:
    """The section of both genes together.

    DEVIATION: Table 1 prints two lines, mutant and wild type, that do not add up (1 and 138 of 162); here are all four
    combinations and whoever has a gene unknown.
    """

    def holds(egfr: int, kras: int) -> Callable[[PatientRow], bool]:
        return lambda patient: (patient.labels["EGFR"], patient.labels["KRAS"]) == (egfr, kras)

    levels: list[Level] = [
        ("Both mutant", holds(1, 1)),
        ("EGFR alone mutant", holds(1, 0)),
        ("KRAS alone mutant", holds(0, 1)),
        ("Both wild type", holds(0, 0)),
        ("One or both unknown", lambda patient: None in (patient.labels["EGFR"], patient.labels["KRAS"])),
    ]
    lines = tuple(_line(columns, *level) for level in levels)
    counts = []
    for column in columns:
        both, unknown = _count(column, levels[0][1]), _count(column, levels[-1][1])
        counts.append((both, len(column.patients) - both - unknown))
    return TableSection(
        " & ".join(GENES), lines, _share_difference(counts), "both mutant against any other, both known"
    )


def _ages(columns: Sequence[CohortColumn]) -> TableSection:
    """The section of age in years."""
    ages = [[row.age_years for row in column.patients if row.age_years is not None] for column in columns]
    lines = [
        TableLine(word, tuple(f"{of(known):g}" if known else "-" for known in ages))
        for word, of in (("Min", min), ("Max", max), ("Median", median))
    ]
    unknown = [len(column.patients) - len(known) for column, known in zip(columns, ages, strict=True)]
    cells = (_cell(count, len(column.patients)) for count, column in zip(unknown, columns, strict=True))
    lines.append(TableLine(UNKNOWN, tuple(cells)))
    difference = difference_of_ages(ages[0], ages[1]) if len(columns) == 2 else None
    return TableSection("Age", tuple(lines), difference, "years")


def _share_difference(counts: Sequence[tuple[int, int]]) -> Difference | None:
    """The test between two cohorts; None where there is one."""
    return difference_of_shares(counts[0], counts[1]) if len(counts) == 2 else None


def _line(columns: Sequence[CohortColumn], word: str, holds: Callable[[PatientRow], bool]) -> TableLine:
    """A line with the count and share of each cohort."""
    return TableLine(word, tuple(_cell(_count(column, holds), len(column.patients)) for column in columns))


def _count(column: CohortColumn, holds: Callable[[PatientRow], bool]) -> int:
    """How many patients of a cohort it holds for."""
    return sum(holds(patient) for patient in column.patients)


def _cell(count: int, of: int) -> str:
    """`119 (73.5%)`."""
    return f"{count} ({count / of:.1%})"
