"""Follows the links of a built site: pages, files and anchors must be there, and nothing comes from another server."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"), ("video", "src")}
"""What a browser asks for by itself. From another server it would tell that server who reads the page."""

ADDRESSES = {("a", "href"), *FETCHED}


class Page(HTMLParser):
    """The anchors of a page, and the addresses that it names.

    Attributes:
        anchors: every id and name.
        addresses: (tag, address) of each link, image, script and style sheet.
    """

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.addresses: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes down what a tag names."""
        for name, value in attrs:
            if value is None:
                continue
            if name in {"id", "name"}:
                self.anchors.add(value)
            elif (tag, name) in ADDRESSES:
                self.addresses.append((tag, value))


def problems(site: Path) -> list[str]:
    """One line for every link of a built site that leads nowhere, and for everything fetched from another server."""
    pages = {path.resolve(): _read(path) for path in sorted(site.rglob("*.html"))}
    found = [] if pages else [f"{site} holds no page."]
    for path, page in pages.items():
        # The page for addresses that do not exist is shown at any depth, so its own addresses start at the site's root.
        if path.name == "404.html":
            continue
        found += [line for tag, address in page.addresses for line in _problem(site, path, tag, address, pages)]
    return found


def _problem(site: Path, path: Path, tag: str, address: str, pages: dict[Path, Page]) -> list[str]:
    where = f"{path.relative_to(site.resolve())}: {address}"
    parts = urlsplit(address)
    if parts.scheme in {"mailto", "data"}:
        return []
    if parts.scheme or parts.netloc:
        return [f"{where} is fetched from another server"] if tag != "a" else []
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file() or not target.is_relative_to(site.resolve()):
        return [f"{where} leads to no file of the site"]
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors | {"__skip"}:
        return [f"{where} leads to no anchor of that page"]
    return []


def _read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page
