"""No dependency is under the GPL or AGPL, every licence is known, and the page says what is installed."""

import platform
import re
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from docs.documentation_pages import DOCS, script

CONSTRAINTS = DOCS.parent / "constraints.txt"

AS_ON_THE_PAGE = sys.platform == "linux" and platform.machine() == "x86_64" and sys.version_info[:2] == (3, 11)
"""Wheels for other machines carry other libraries."""


@pytest.fixture(scope="module")
def licences():
    return script("licences")


@pytest.fixture(scope="module")
def installed(licences):
    return licences.packages()


def rows_of(page: str) -> dict[str, str]:
    """The rows of the table by package."""
    table = page.partition("## Licences with duties")[0]
    return {match[1]: match[0] for match in re.finditer(r"^\| ([a-z0-9-]+) \| [0-9].*$", table, re.MULTILINE)}


def version_in(row: str) -> str:
    return row.split(" | ")[1]


def test_nothing_at_run_time_is_under_the_gpl(installed, licences):
    assert len(installed) > 50, "the dependencies of a plain installation"
    for package in installed:
        assert not licences.is_forbidden(package.licence), f"{package.name}: {package.licence}"
        for library, licence in package.bundled.items():
            assert not licences.is_forbidden(licence), f"{library} in {package.name}: {licence}"


def test_every_licence_is_known(installed, licences):
    unknown = [package.name for package in installed if not package.licence]
    unknown += [f"{part} in {each.name}" for each in installed for part, its in each.bundled.items() if not its]
    assert not unknown, "say their licences in docs/bundled_licences.py"
    unread = {each.name: files for each in installed if (files := licences.unread_mentions(each.name))}
    assert not unread, "licence files that name the GPL, LGPL or MPL: read them, and say what they mean there"


def test_every_weak_licence_has_its_duties(installed, licences):
    licence_names = {package.licence for package in installed}.union(*(each.bundled.values() for each in installed))
    parts = {part for licence in licence_names if " OR " not in licence for part in licence.split(" AND ")}
    weak = {part for part in parts if re.match(r"L?GPL|MPL|EPL|CDDL|EUPL|LicenseRef", part)}
    assert weak, "libquadmath in numpy, at least"
    assert weak <= set(licences.DUTIES)


@pytest.mark.skipif(not AS_ON_THE_PAGE, reason="wheels for other machines carry other libraries")
def test_the_page_is_up_to_date(installed, licences):
    """Packages of extras that are not here, or here in other versions, are not compared."""
    page = licences.PAGE.read_text(encoding="utf-8")
    rows = rows_of(page)
    assert {package.name for package in installed} <= set(rows), "run docs/licences.py"
    for package in installed:
        if version_in(rows[package.name]) == package.version:
            assert rows[package.name] == package.row(), "run docs/licences.py"
    if len(installed) == len(rows) and all(version_in(rows[each.name]) == each.version for each in installed):
        assert licences.page_block(installed) in page, "run docs/licences.py"


def test_the_page_has_the_versions_that_were_tried(licences):
    tried = dict(line.split("==") for line in CONSTRAINTS.read_text().splitlines() if "==" in line)
    tried = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in tried.items()}
    for name, row in rows_of(licences.PAGE.read_text(encoding="utf-8")).items():
        assert tried.get(name, version_in(row)) == version_in(row), name


def test_what_was_refused_before_is_no_dependency(installed):
    """pylibjpeg-libjpeg is under the GPL; python-gdcm ends the process over damaged frames."""
    names = {package.name for package in installed}
    assert not names & {"pylibjpeg-libjpeg", "pylibjpeg-rle", "python-gdcm"}


@pytest.mark.parametrize(
    ("licence", "is_forbidden"),
    [
        ("GPL-3.0-or-later", True),
        ("MIT AND GPL-2.0-only", True),
        ("AGPL-3.0-only", True),
        ("GPL-2.0-only OR AGPL-3.0-only", True),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("BSD-3-Clause OR GPL-2.0-only", False),
        ("LGPL-2.1-or-later", False),
        ("MPL-2.0 AND MIT", False),
    ],
)
def test_the_gpl_is_told_from_what_is_like_it(licence, is_forbidden, licences):
    assert licences.is_forbidden(licence) == is_forbidden


def test_a_package_under_the_gpl_would_be_found(licences, monkeypatch):
    """The whole way: a requirement, its metadata, its licence."""

    class Made:
        version, requires, files = "1.0", [], []

        class metadata(dict):  # noqa: N801
            def get_all(self, name):
                return ["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"]

        metadata = metadata(Name="made", License="GPL-3.0-or-later")

    def found(name):
        if name == "made":
            return Made
        raise PackageNotFoundError(name)

    monkeypatch.setattr(licences, "distribution", found)
    monkeypatch.setattr(licences, "requirements", lambda: {"always": [licences.Requirement("made")]})
    (package,) = licences.packages()
    assert (package.licence, licences.is_forbidden(package.licence)) == ("GPL-3.0-or-later", True)
