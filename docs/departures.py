"""Collects the `DEVIATION:` tags of the source into the table of docs/explanation/departures.md.

Run it with `.venv/bin/python docs/departures.py`; a test fails while the page is stale.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from generated_block import rewrite

REPOSITORY = Path(__file__).parents[1]
SOURCE = REPOSITORY / "src" / "radiogene"
PAGE = REPOSITORY / "docs" / "explanation" / "departures.md"
BLOCK = "departures"
TAG = "DEVIATION:"
QUOTES = '"""'
TAG_AT_THE_START = re.compile(rf"^(?:(?P<comment>#)|{QUOTES})?\s*{TAG}\s*(?P<text>.*)$")


@dataclass(frozen=True)
class Departure:
    """One tag: the file it stands in, from src/radiogene on, and its sentences."""

    file: str
    text: str


def departures_of(file: str, source: str) -> list[Departure]:
    """The tags of one file.

    A tag opens a line of a comment or of a docstring; it goes on while the lines do: to the end of the comment, or to a
    blank line or the quotes that close the docstring.

    Args:
        file: its name, for the table.
        source: its text.
    """
    lines = [line.strip() for line in source.splitlines()]
    found = []
    for number, line in enumerate(lines):
        opened = TAG_AT_THE_START.match(line)
        if opened is None:
            continue
        parts = [opened["text"]]
        for following in lines[number + 1 :] if QUOTES not in opened["text"] else ():
            if following.startswith("#") != bool(opened["comment"]) or not following.strip("#"):
                break
            if TAG in following or following.startswith(QUOTES):
                break
            parts.append(following.removeprefix("#").strip())
            if QUOTES in following:
                break
        found.append(Departure(file, " ".join(parts).partition(QUOTES)[0].strip()))
    return found


def all_departures() -> list[Departure]:
    """The tags of the whole source, by file."""
    return [
        departure
        for path in sorted(SOURCE.rglob("*.py"))
        for departure in departures_of(path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8"))
    ]


def table(departures: list[Departure]) -> str:
    """The departures as a Markdown table."""
    rows = [
        f"| [`{found.file}`](../../src/radiogene/{found.file}) | {found.text.replace('|', chr(92) + '|')} |"
        for found in departures
    ]
    return "\n".join(["| file | departure and reason |", "| --- | --- |", *rows])


if __name__ == "__main__":
    rewrite(PAGE, BLOCK, table(all_departures()))
