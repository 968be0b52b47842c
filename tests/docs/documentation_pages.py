"""The documentation as tests read it: its pages, their code blocks and their inline code."""

import importlib.util
import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
PAGES = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    REPOSITORY / "CHANGELOG.md",
    *sorted(DOCS.rglob("*.md")),
    *sorted((REPOSITORY / "examples").rglob("*.md")),
]
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")


def page_id(page):
    return page.relative_to(REPOSITORY).as_posix()


def blocks(page):
    """(language, text) of every fenced block, in order."""
    return FENCE.findall(page.read_text(encoding="utf-8"))


def prose(page):
    """The page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def inline_code(page):
    """What stands between single backquotes outside fenced blocks."""
    return INLINE.findall(prose(page))


def script(name):
    """A script of docs/ as a module."""
    sys.path.insert(0, str(DOCS))
    try:
        specification = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
        module = importlib.util.module_from_spec(specification)
        sys.modules[specification.name] = module
        specification.loader.exec_module(module)
    finally:
        sys.path.remove(str(DOCS))
    return module
