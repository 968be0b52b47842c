"""Builds the documentation as a site: `make docs`, or

    .venv/bin/python docs/website.py --out site

The pages are those of docs/, the README, CONTRIBUTING, CHANGELOG and the examples' READMEs, each read from where it is.
They are copied into a working folder with their links rewritten for the site, and each room of the source gets a page
from its docstrings. Zensical then makes HTML of it. Every warning is an error, and every link of the finished site is
followed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from site_links import problems
from source_pages import SOURCE, SOURCE_INDEX, anchor_of, source_pages

REPOSITORY = Path(__file__).resolve().parents[1]
DOCS = REPOSITORY / "docs"
SETTINGS = DOCS / "zensical.toml"
WORK = REPOSITORY / "build" / "site"

OUTSIDE_DOCS = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Pages that GitHub wants at the top of the repository, and where the site has them."""

CODE_OR_TARGET = re.compile(r"^```.*?^```$|`[^`\n]+`|(?<=\]\()(?P<target>[^)\s]+)(?=\))", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"^<!--.*?-->$", re.MULTILINE | re.DOTALL)
COLOUR = re.compile(r"\x1b\[[\d;]*m")
EXPECTED_OUTPUT = re.compile(r"Build started|Build finished in .*|No issues found|")


def page_places() -> dict[str, str]:
    """Every written page: its path in the repository and its path in the site's sources."""
    pages = dict(OUTSIDE_DOCS)
    pages |= {path.relative_to(REPOSITORY).as_posix(): path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    for path in sorted((REPOSITORY / "examples").rglob("README.md")):
        page = path.relative_to(REPOSITORY).as_posix()
        pages[page] = page.removesuffix("/README.md") + ".md"
    return pages


def page_text(page: str, places: dict[str, str], files: set[str]) -> str:
    """A page as the site's source: links rewritten, comments left out.

    Args:
        page: its path in the repository.
        places: as of `page_places`.
        files: gains the repository's files that the page links to and that are no pages.

    Raises:
        ValueError: a link leads to nothing, or out of the repository.
    """

    def rewritten(found: re.Match[str]) -> str:
        target = found["target"]
        return found[0] if target is None else _target(target, page, places, files)

    text = (REPOSITORY / page).read_text(encoding="utf-8")
    return COMMENT.sub("", CODE_OR_TARGET.sub(rewritten, text))


def navigation(entries: list[Any]) -> Iterator[str]:
    """The pages of a navigation in order, from the sections and their entries."""
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            for value in entry.values():
                yield from navigation([value] if isinstance(value, str) else value)


def assemble(work: Path) -> None:
    """Writes the site's sources and settings into a folder, which is emptied first."""
    shutil.rmtree(work, ignore_errors=True)
    places, files = page_places(), set[str]()
    pages = {place: page_text(page, places, files) for page, place in places.items()}
    rooms = source_pages()
    for place, text in (pages | rooms).items():
        _write(work / "pages" / place, text)
    for file in sorted(files):
        copy = work / "pages" / _file_place(file)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / file, copy)
    settings = SETTINGS.read_text(encoding="utf-8")
    listed = ", ".join(f'"{place}"' for place in rooms)
    settings = settings.replace(f'"{SOURCE_INDEX}"', listed)
    _write(work / "zensical.toml", settings.replace('"../src"', f'"{SOURCE.parent.as_posix()}"'))


def build(out: Path, work: Path = WORK) -> list[str]:
    """Builds the site and returns what is wrong with it, one line per finding.

    Args:
        out: the finished site; replaced where it is there.
        work: for the sources.
    """
    assemble(work)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(
        command, cwd=work, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, check=False
    )
    # In strict mode Zensical ends with its own traceback, which says nothing more.
    output = COLOUR.sub("", done.stdout + done.stderr.partition("Traceback")[0])
    said = [line for line in output.splitlines() if not EXPECTED_OUTPUT.fullmatch(line.strip())]
    if done.returncode != 0 and not said:
        said = done.stderr.splitlines() or [f"zensical ended with {done.returncode}."]
    if not said:
        shutil.rmtree(out, ignore_errors=True)
        shutil.move(work / "html", out)
    return said or problems(out)


def listed_pages() -> list[str]:
    """The pages that the navigation names, in order; the rooms of the source stand as their index alone."""
    return list(navigation(tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["project"]["nav"]))


def _target(target: str, page: str, places: dict[str, str], files: set[str]) -> str:
    """The target of a link, seen from the page's place in the site."""
    if "://" in target or target.startswith(("#", "mailto:")):
        return target
    path, _, anchor = target.partition("#")
    file = (REPOSITORY / page).parent.joinpath(path).resolve()
    if not file.exists() or not file.is_relative_to(REPOSITORY):
        raise ValueError(f"{page} links to {target}, which is not there.")
    if file.is_dir():
        file = file / "README.md"
    name = file.relative_to(REPOSITORY).as_posix()
    if name in places:
        place = places[name]
    elif file.is_relative_to(SOURCE) and file.suffix == ".py":
        place, anchor = anchor_of(file)
    else:
        files.add(name)
        place = _file_place(name)
    # Python-Markdown makes one hyphen where GitHub makes several.
    anchor = re.sub("-+", "-", anchor)
    relative = Path(os.path.relpath(place, Path(places[page]).parent)).as_posix()
    return f"{relative}#{anchor}" if anchor else relative


def _file_place(file: str) -> str:
    """Images and notebooks keep their names; other files end in .txt, so that a browser shows them."""
    if file.startswith("docs/images/") or file.endswith(".ipynb"):
        return file.removeprefix("docs/")
    return f"files/{file}.txt"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Builds the site and ends with 1 where anything is wrong with it."""
    parser = argparse.ArgumentParser(description="Builds the documentation as a site.")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "site")
    out = parser.parse_args().out.resolve()
    found = build(out)
    if found:
        sys.exit("\n".join([*found, "The site is not sound: see above."]))
    print(out / "index.html")


if __name__ == "__main__":
    main()
