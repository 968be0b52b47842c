"""One thing wrong with a cohort table, and the refusal that lists them all."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiogene.errors import CohortError
from radiogene.storage.plain_words import counted


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
        super().__init__("\n".join([heading, *(f"  {problem}" for problem in self.problems)]))
