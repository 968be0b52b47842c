"""A mapping from a hospital's columns and words to those of a cohort table: drafted, corrected by a person, applied."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from radiogene.cohort.table.columns import columns_meant, known_columns
from radiogene.cohort.table.delimited_text import DelimitedText, read_delimited_text
from radiogene.cohort.table.label_words import (
    UnreadableValueError,
    plain,
    proposed_gene,
    read_age,
    read_decimal,
    read_gene,
    read_sex,
    read_smoking,
)
from radiogene.cohort.table.problem import CohortTableError, Problem
from radiogene.errors import CohortError
from radiogene.storage.atomic_files import write_json
from radiogene.storage.place import Place
from radiogene.storage.typed_json import read_typed_json, to_json

TO_BE_DECIDED = "?"
"""What a draft writes for a word that only a person can tell; a mapping that still has it is not applied."""

AS_WRITTEN = " (as written)"
"""After a column's name: the column that keeps what the table came from."""


@dataclass(frozen=True)
class TableMap:
    """The mapping.

    Attributes:
        columns: per column of the table whose name is not the cohort table's, the name that it gets.
        words: per column, by its new name, what stands for each of its words that cannot be read as it is; `?` where
            a person has to decide, empty for unknown.
    """

    columns: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def undecided(self) -> tuple[str, ...]:
        """The words that a person still has to decide."""
        return tuple(
            f"{column}: {word}"
            for column, words in self.words.items()
            for word, to in words.items()
            if to == TO_BE_DECIDED
        )


@dataclass(frozen=True)
class MappedTable:
    """A table as a mapping makes it: its columns and, per line, its cells."""

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


def draft_map(table: Place, genes: Sequence[str]) -> TableMap:
    """A mapping to begin with: columns by their nearly right names, words by what they probably mean.

    Args:
        table: as it came.
        genes: the gene columns.

    Raises:
        CohortTableError: it cannot be read as a table.
    """
    text = read_delimited_text(table, str(table), known_columns(genes))
    written = text.header.cells
    header = columns_meant(written, genes)
    words: dict[str, dict[str, str]] = {}
    for place, column in enumerate(header):
        read, propose = _reading(column, genes)
        for cell in dict.fromkeys(record.cells[place] for record in text.records if place < len(record.cells)):
            if read is not None and not _is_read(read, cell):
                words.setdefault(column, {})[cell] = propose(cell) or TO_BE_DECIDED
    return TableMap({old: new for old, new in zip(written, header, strict=True) if old != new}, words)


def write_map(path: Path, table_map: TableMap) -> None:
    """Write a mapping for a person to correct."""
    write_json(path, to_json(table_map))


def read_map(path: Path) -> TableMap:
    """A mapping that a person has corrected.

    Raises:
        CohortError: it is no mapping, or a word is not decided yet.
    """
    table_map = read_typed_json(TableMap, path, error=CohortError)
    if table_map.undecided:
        raise CohortError(
            f"{path} leaves {len(table_map.undecided)} words undecided ({'; '.join(table_map.undecided[:5])}): write "
            f"what each means in place of '{TO_BE_DECIDED}', or nothing for unknown."
        )
    return table_map


def mapped_table(table: Place, table_map: TableMap, genes: Sequence[str]) -> MappedTable:
    """The table by the mapping, with what it came from in further columns.

    Args:
        table: as it came.
        table_map: that a person has corrected.
        genes: the gene columns.

    Raises:
        CohortTableError: it cannot be read as a table.
        CohortError: the mapping gives two columns one name.
    """
    text = _renamed(read_delimited_text(table, str(table), known_columns(genes)), table_map.columns)
    columns = list(text.header.cells)
    if len(set(columns)) < len(columns):
        raise CohortError(f"The mapping gives two columns one name; found the columns {columns}.")
    rows = []
    for record in text.records:
        if len(record.cells) != len(columns):
            wanted = f"{len(columns)}, as the header has"
            raise CohortTableError([Problem(str(table), record.line, None, f"{len(record.cells)} cells", wanted)])
        cells = dict(zip(columns, record.cells, strict=True))
        kept = {f"{column}{AS_WRITTEN}": cells[column] for column in table_map.words if column in cells}
        changed = {
            name: words.get(cells[name], cells[name]) for name, words in table_map.words.items() if name in cells
        }
        rows.append(cells | changed | kept)
    added = [f"{column}{AS_WRITTEN}" for column in table_map.words if column in columns]
    return MappedTable((*columns, *added), tuple(rows))


def _renamed(text: DelimitedText, names: Mapping[str, str]) -> DelimitedText:
    """The table with other names of its columns."""
    return replace(text, header=replace(text.header, cells=tuple(names.get(name, name) for name in text.header.cells)))


def _reading(column: str, genes: Sequence[str]) -> tuple[Callable[[str], object] | None, Callable[[str], str | None]]:
    """How a column's cells are read, None where any text will do, and what an unreadable one probably means."""
    if column in genes:
        return read_gene, proposed_gene
    if column == "age":
        return read_age, _proposed_age
    return {"sex": read_sex, "smoking": read_smoking}.get(column), lambda _: None


def _is_read(read: Callable[[str], object], cell: str) -> bool:
    """True where a cell needs no mapping."""
    try:
        read(cell)
    except UnreadableValueError:
        return False
    return True


def _proposed_age(cell: str) -> str | None:
    """An age with a decimal comma, or with its unit."""
    number = read_decimal(plain(cell).removesuffix("years").removesuffix("yrs").removesuffix("y").strip())
    return None if number is None or not _is_read(read_age, f"{number:g}") else f"{number:g}"
