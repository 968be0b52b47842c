"""A generated part of a page: what stands between two markers, read and replaced."""

from pathlib import Path


def markers(name: str) -> tuple[str, str]:
    """The lines that open and close the part of that name."""
    return f"<!-- {name}: generated, do not edit -->", f"<!-- {name}: end -->"


def with_block(page: str, name: str, content: str) -> str:
    """The page with the part of that name replaced.

    Args:
        page: the page's text.
        name: of the part.
        content: Markdown, without the markers.

    Raises:
        ValueError: the page does not hold both markers once.
    """
    opening, closing = markers(name)
    if page.count(opening) != 1 or page.count(closing) != 1:
        raise ValueError(f"The page must hold the lines {opening!r} and {closing!r} once each.")
    before, rest = page.split(opening)
    return f"{before}{opening}\n{content}\n{closing}{rest.split(closing)[1]}"


def rewrite(page: Path, name: str, content: str) -> None:
    """Writes the part of that name into a page."""
    page.write_text(with_block(page.read_text(encoding="utf-8"), name, content), encoding="utf-8")
