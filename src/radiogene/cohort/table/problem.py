"""One thing wrong with a cohort table, and the refusal that lists them all."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiogene.errors import CohortError
from radiogene.storage.plain_words import counted

MOST_ROWS = 10
"""A message names at most so many rows of one cause."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong: where, what was found, what is wanted.

    Attributes:
        file: name of the table as the user gave it.
        row: line of the file, the header being line 1; None where the whole file is meant.
        column: name of the column; None where no single column is meant.
        found: what the file holds.
        wanted: what it should hold, or what resolves it.
    """

    file: str
    row: int | None
    column: str | None
    found: str
    wanted: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", line {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: found {self.found}; wanted {self.wanted}."


class CohortTableError(CohortError):
    """A refusal of a whole table; `problems` holds each of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        heading = f"{counted(count, 'problem')} in the cohort table:"
        super().__init__("\n".join([heading, *(f"  {line}" for line in grouped(self.problems))]))


def grouped(problems: Sequence[Problem]) -> list[str]:
    """One line for each cause and value, with the rows that have it, in the order of the first of them."""
    groups: dict[tuple[str, str | None, str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.file, problem.column, problem.found, problem.wanted), []).append(problem)
    return [_of_group(group) for group in groups.values()]


def _of_group(group: Sequence[Problem]) -> str:
    """The line of problems that differ in their row alone."""
    first = group[0]
    rows = [str(problem.row) for problem in group if problem.row is not None]
    if len(rows) < 2:
        return str(first)
    more = f" and {len(rows) - MOST_ROWS} more" if len(rows) > MOST_ROWS else ""
    column = "" if first.column is None else f", column {first.column}"
    return (
        f"{first.file}, lines {', '.join(rows[:MOST_ROWS])}{more}{column}: found {first.found}; wanted {first.wanted}."
    )
