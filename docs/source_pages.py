"""The pages of the source: one per room of src/radiogene, whose text mkdocstrings takes from the docstrings."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "radiogene"
SOURCE_INDEX = "source/index.md"
TOP = "source/top.md"

OUT_OF_SEARCH = "---\nsearch:\n  exclude: true\n---\n\n"
"""Thousands of names would bury what a reader looks for."""

INTRODUCTION = """# The source by room

This is for whoever changes radiogene. Others may rely on [the Python reference](../reference/api.md); all else may
change in any version. Names that begin with an underscore are left out.
The search does not look into these pages.

| room | holds |
| --- | --- |
"""


def rooms() -> list[Path]:
    """The rooms: the packages directly below radiogene."""
    return sorted(path.parent for path in SOURCE.glob("*/__init__.py"))


def source_pages() -> dict[str, str]:
    """Every page of the source by its place in the site, the index first."""
    rows = [f"| [`{room.name}`]({room.name}.md) | {_first_sentence(room / '__init__.py')} |" for room in rooms()]
    rows.append("| [`errors`](top.md) | what a refusal is |")
    pages = {SOURCE_INDEX: INTRODUCTION + "\n".join(rows) + "\n"}
    pages |= {f"source/{room.name}.md": _page(room.name, sorted(room.rglob("*.py"))) for room in rooms()}
    beside = [path for path in sorted(SOURCE.glob("*.py")) if path.stem != "__init__"]
    return pages | {TOP: _page("Beside the rooms", beside)}


def anchor_of(file: Path) -> tuple[str, str]:
    """The page of a source file and the anchor on it."""
    room = file.relative_to(SOURCE).parts[0]
    return (f"source/{room}.md" if (SOURCE / room).is_dir() else TOP), _dotted(file)


def _page(title: str, modules: list[Path]) -> str:
    return OUT_OF_SEARCH + "\n\n".join([f"# {title}", *(_block(module) for module in modules)]) + "\n"


def _block(module: Path) -> str:
    """What mkdocstrings reads for one module; of a package its docstring alone, since its modules follow."""
    lines = [f"::: {_dotted(module)}", "    options:", "      show_root_heading: true", "      heading_level: 2"]
    return "\n".join([*lines, "      members: false"] if module.name == "__init__.py" else lines)


def _dotted(module: Path) -> str:
    parts = module.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _first_sentence(module: Path) -> str:
    """The first line of a module's docstring, fit for a table."""
    said = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0].replace("|", "\\|")
