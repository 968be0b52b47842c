"""The site: its navigation, its copies of the pages, its pages of the source, and the following of its links."""

import importlib.util
import json
import tomllib
from collections import Counter

import pytest

import radiogene
from docs.documentation_pages import REPOSITORY, script

SITE = "<html><body id='top'>{}</body></html>"


@pytest.fixture(scope="module")
def website():
    return script("website")


@pytest.fixture(scope="module")
def source():
    return script("source_pages")


@pytest.fixture(scope="module")
def assembled(website, tmp_path_factory):
    work = tmp_path_factory.mktemp("site")
    website.assemble(work)
    return work


def test_every_page_is_in_the_navigation_and_none_twice(website, source):
    listed = Counter(website.listed_pages())
    assert set(listed) == {*website.page_places().values(), source.SOURCE_INDEX}
    assert set(listed.values()) == {1}


def test_every_entry_of_the_assembled_navigation_is_a_file_that_was_written(website, assembled):
    project = tomllib.loads((assembled / "zensical.toml").read_text(encoding="utf-8"))["project"]
    listed = list(website.navigation(project["nav"]))
    written = {path.relative_to(assembled / "pages").as_posix() for path in (assembled / "pages").rglob("*.md")}
    assert len(listed) == len(set(listed))
    assert set(listed) == written


def test_the_settings_ask_nothing_of_another_server(website):
    text = website.SETTINGS.read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    assert "://" not in text
    assert project["theme"]["font"] is False
    assert "offline" not in project["plugins"]


def test_the_tools_of_the_site_are_pinned():
    extra = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]["docs"]
    pinned = {line.partition("==")[0] for line in (REPOSITORY / "constraints.txt").read_text().splitlines()}
    assert {requirement.partition(">")[0] for requirement in extra} <= pinned


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("[a](docs/reference/files.md#radiogene-evaluate---out-dir)", "reference/files.md#radiogene-evaluate-out-dir"),
        ("[a](src/radiogene/ct/nine_views.py)", "source/ct.md#radiogene.ct.nine_views"),
        ("[a](src/radiogene/errors.py)", "source/top.md#radiogene.errors"),
        ("[a](LICENSE)", "files/LICENSE.txt"),
        ("[a](examples/dask)", "examples/dask.md"),
        ("![a](docs/images/nine_views.png)", "images/nine_views.png"),
        ("[a](#here)", "#here"),
        ("[`a`](https://example.org)", "https://example.org"),
    ],
)
def test_links_lead_to_the_same_in_the_site(website, monkeypatch, tmp_path, link, wanted):
    for name in ("docs/reference/files.md", "docs/images/nine_views.png", "LICENSE", "examples/dask/README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for name in ("src/radiogene/ct/nine_views.py", "src/radiogene/errors.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "README.md").write_text(f"`{link}` is {link}\n<!-- no more -->\n```text\n{link}\n```\n")
    monkeypatch.setattr(website, "REPOSITORY", tmp_path)
    monkeypatch.setattr(website, "SOURCE", tmp_path / "src" / "radiogene")
    monkeypatch.setitem(website.anchor_of.__globals__, "SOURCE", tmp_path / "src" / "radiogene")
    places = {"README.md": "index.md", "docs/reference/files.md": "reference/files.md"}
    places |= {"examples/dask/README.md": "examples/dask.md"}
    files = set()
    text = website.page_text("README.md", places, files)
    rewritten = f"{link.partition('](')[0]}]({wanted})"
    assert text == f"`{link}` is {rewritten}\n\n```text\n{link}\n```\n"
    assert len(files) == (wanted.startswith(("files/", "images/")))


@pytest.mark.parametrize("target", ["nowhere.md", "../outside.md"])
def test_a_link_to_nothing_is_refused(website, monkeypatch, tmp_path, target):
    root = tmp_path / "repository"
    root.mkdir()
    (tmp_path / "outside.md").touch()
    (root / "README.md").write_text(f"[a]({target})")
    monkeypatch.setattr(website, "REPOSITORY", root)
    with pytest.raises(ValueError, match=f"README.md links to {target}, which is not there"):
        website.page_text("README.md", {"README.md": "index.md"}, set())


def test_every_module_has_one_place_in_the_pages_of_the_source(source):
    text = "\n".join(source.source_pages().values())
    named = Counter(line.removeprefix("::: ") for line in text.splitlines() if line.startswith("::: "))
    modules = {source.anchor_of(path)[1] for path in source.SOURCE.rglob("*.py")} - {"radiogene"}
    assert set(named) == modules
    assert set(named.values()) == {1}


def test_dead_links_dead_anchors_and_foreign_scripts_are_found(tmp_path):
    links = script("site_links")
    (tmp_path / "index.html").write_text(
        SITE.format(
            "<a href='other.html#there'>a</a><a href='other.html#gone'>b</a><a href='gone.html'>c</a>"
            "<a href='#top'>d</a><a href='../outside.html'>e</a><a href='https://example.org/'>f</a>"
            "<script src='https://example.org/s.js'></script><img src='gone.png'>"
        )
    )
    (tmp_path / "other.html").write_text(SITE.format("<h2 id='there'>x</h2><a href='.'>up</a>"))
    assert links.problems(tmp_path) == [
        "index.html: other.html#gone leads to no anchor of that page",
        "index.html: gone.html leads to no file of the site",
        "index.html: ../outside.html leads to no file of the site",
        "index.html: https://example.org/s.js is fetched from another server",
        "index.html: gone.png leads to no file of the site",
    ]


def test_a_site_without_pages_is_a_problem(tmp_path):
    assert script("site_links").problems(tmp_path) == [f"{tmp_path} holds no page."]


@pytest.mark.long
@pytest.mark.skipif(importlib.util.find_spec("zensical") is None, reason="the extra `docs` is not installed")
def test_the_site_is_built_without_a_warning_and_every_link_is_alive(website, tmp_path):
    out = tmp_path / "site"
    assert website.build(out, tmp_path / "work") == []
    reference = (out / "reference" / "api.html").read_text(encoding="utf-8")
    missing = [name for name in getattr(radiogene, "__all__", ()) if f'id="radiogene.{name}"' not in reference]
    assert missing == []
    assert 'id="radiogene.ct.nine_views.cut_views"' in (out / "source" / "ct.html").read_text(encoding="utf-8")
    places = {item["location"].partition("#")[0] for item in json.loads((out / "search.json").read_bytes())["items"]}
    assert {"how-to/calibrate.html", "reference/api.html"} <= places
    assert not {place for place in places if place.startswith("source/")} - {"source/index.html"}
