"""Writes the licences of all runtime dependencies, and of the libraries in their wheels, into a page of the reference.

Run it with `.venv/bin/python docs/licences.py` in an environment with every extra. A test fails while the page is
stale, where a licence is unknown, and where one is the GPL or AGPL.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from bundled_licences import (
    DUTIES,
    INSIDE,
    LIBRARIES,
    MENTIONS_READ,
    OWN_LIBRARIES,
    READ_BY_HAND,
    SPELLINGS,
)
from generated_block import rewrite
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "reference" / "licences.md"
BLOCK = "licences"

NOT_AT_RUN_TIME = frozenset({"bench", "docs", "lint", "test"})
"""Extras of those who work on radiogene."""

CORE = "always"

LIBRARY = re.compile(r"(?P<name>lib[\w+]+)[\w.-]*\.(so|dylib)[\d.]*|(?P<windows>[\w+-]+)\.dll")
LICENCE_FILE = re.compile(r"licen[cs]e|copying|notice|third.?party", re.IGNORECASE)
CODE = re.compile(r"\.(pyc?|so|h|hpp|js|css)$")
SPDX_NAME = re.compile(r"MIT|ISC|[A-Za-z]+-[0-9][\w.-]*")
COPYLEFT = re.compile(r"GNU (AFFERO |LESSER |LIBRARY )?GENERAL PUBLIC|\b[AL]?GPL|Mozilla Public", re.IGNORECASE)
STRONG = re.compile(r"^A?GPL")
FORBIDDEN_UNLESS = " WITH "
"""An exception, such as that of the GCC runtime, takes from the GPL what would reach the program around it."""


@dataclass(frozen=True)
class Package:
    """One row.

    Attributes:
        name: as package indexes write it.
        version: without what names a build.
        needed_by: extras of radiogene, or `always`.
        licence: SPDX expression; empty where it is not known.
        bundled: licence by library in the wheel, empty where it is not known.
    """

    name: str
    version: str
    needed_by: tuple[str, ...]
    licence: str
    bundled: dict[str, str]

    def row(self) -> str:
        """The row in Markdown."""
        by_licence: dict[str, list[str]] = {}
        for library, licence in self.bundled.items():
            by_licence.setdefault(licence, []).append(library)
        inside = "; ".join(f"{', '.join(names)}: {licence}" for licence, names in sorted(by_licence.items()))
        return f"| {self.name} | {self.version} | {', '.join(self.needed_by)} | {self.licence} | {inside} |"


def requirements() -> dict[str, list[Requirement]]:
    """What radiogene asks for, by extra; `always` without any."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    groups = {CORE: project["dependencies"], **{name: extras[name] for name in extras if name not in NOT_AT_RUN_TIME}}
    return {name: [Requirement(text) for text in texts] for name, texts in groups.items()}


def closure(wanted: Iterable[Requirement]) -> set[str]:
    """The names of all installed packages that these need, themselves among them."""
    found: dict[str, set[str]] = {}
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found and requirement.extras <= found[name]:
            continue
        found.setdefault(name, set()).update(requirement.extras)
        for text in installed.requires or [] if (installed := _installed(name)) else []:
            needed = Requirement(text)
            extras = ["", *requirement.extras]
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(needed)
    return {name for name in found if _installed(name)}


def packages() -> list[Package]:
    """The packages that are installed of those that radiogene may need, by name."""
    by_group = {group: closure(wanted) for group, wanted in requirements().items()}
    rows = []
    for name in sorted(set().union(*by_group.values())):
        groups = [group for group, names in by_group.items() if name in names]
        rows.append(_package(distribution(name), (CORE,) if CORE in groups else tuple(sorted(groups))))
    return rows


def unread_mentions(name: str) -> list[str]:
    """The licence files of a package that name the GPL, LGPL or MPL and were not read yet."""
    if name in MENTIONS_READ or name in INSIDE:
        return []
    files = [
        str(file)
        for file in distribution(name).files or []
        if LICENCE_FILE.search(str(file)) and not CODE.search(str(file)) and Path(str(file.locate())).is_file()
    ]
    locate = distribution(name).locate_file
    return [file for file in files if COPYLEFT.search(Path(str(locate(file))).read_text("utf-8", "replace"))]


def is_forbidden(licence: str) -> bool:
    """True where every choice that a licence leaves is the GPL or AGPL without an exception."""
    return all(
        any(STRONG.match(part) and FORBIDDEN_UNLESS not in part for part in choice.split(" AND "))
        for choice in licence.strip("()").split(" OR ")
    )


def page_block(rows: list[Package]) -> str:
    """The table, and the duties of the licences that have some."""
    table = ["| package | version | needed by | licence | in its wheel |", "| --- | --- | --- | --- | --- |"]
    table += [row.row() for row in rows]
    duties = ["", "## Licences with duties", "", "| licence | where | what it asks |", "| --- | --- | --- |"]
    for licence, duty in DUTIES.items():
        where = [row.name for row in rows if licence in row.licence.split(" AND ")]
        where += [f"{part} in {row.name}" for row in rows for part, its in row.bundled.items() if its == licence]
        duties.append(f"| {licence} | {', '.join(where)} | {duty} |")
    return "\n".join([*table, *duties])


def _package(installed: Distribution, needed_by: tuple[str, ...]) -> Package:
    """The facts of one installed package."""
    name = canonicalize_name(installed.metadata["Name"])
    return Package(name, installed.version.partition("+")[0], needed_by, _licence(installed, name), _bundled(installed))


def _licence(installed: Distribution, name: str) -> str:
    """SPDX's expression of a package's licence; empty where none is known."""
    metadata = installed.metadata
    if name in READ_BY_HAND:
        return READ_BY_HAND[name]
    if expression := metadata.get("License-Expression"):
        return str(expression)
    stated = (metadata.get("License") or "").strip()
    if all(SPDX_NAME.fullmatch(part) for part in re.split(r" (?:AND|OR) ", stated)):
        return stated
    classifiers = metadata.get_all("Classifier") or []
    words = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License :: ")]
    return next((SPELLINGS[word] for word in [stated, *words] if word in SPELLINGS), "")


def _bundled(installed: Distribution) -> dict[str, str]:
    """Licence by library in a package's wheel that is not the package itself; empty where it is not known."""
    name = canonicalize_name(installed.metadata["Name"])
    found = dict([INSIDE[name]]) if name in INSIDE else {}
    for file in installed.files or []:
        library = LIBRARY.fullmatch(Path(str(file)).name)
        stem = (library["name"] or library["windows"]) if library else ""
        if not stem or re.fullmatch(OWN_LIBRARIES.get(name, "(?!)"), stem):
            continue
        found[stem] = next((licence for pattern, licence in LIBRARIES.items() if re.fullmatch(pattern, stem)), "")
    return dict(sorted(found.items()))


def _installed(name: str) -> Distribution | None:
    """The package; None where it is not installed."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    rewrite(PAGE, BLOCK, page_block(packages()))
