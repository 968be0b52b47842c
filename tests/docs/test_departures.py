"""The pages that scripts write are those that the source gives today."""

import pytest

from docs.documentation_pages import DOCS, script

EXAMPLE = '''"""A module.

DEVIATION: first line
and second line.

Not this.
"""

# DEVIATION: a comment | with a bar
# that goes on.
SIZE = 3

# no tag: the word DEVIATION: stands inside
def f():
    """DEVIATION: short."""
'''


@pytest.mark.parametrize(
    ("name", "content"), [("departures", lambda m: m.table(m.all_departures())), ("commands", lambda m: m.reference())]
)
def test_a_generated_page_is_up_to_date(name, content):
    module = script(name)
    page = module.PAGE.read_text(encoding="utf-8")
    fresh = script("generated_block").with_block(page, module.BLOCK, content(module))
    assert page == fresh, f"Run `.venv/bin/python docs/{name}.py`."


def test_tags_are_read_from_comments_and_docstrings():
    module = script("departures")
    found = module.departures_of("ct/example.py", EXAMPLE)
    assert [departure.text for departure in found] == [
        "first line and second line.",
        "a comment | with a bar that goes on.",
        "short.",
    ]
    assert "a comment \\| with a bar" in module.table(found)


def test_every_tag_of_the_source_is_on_the_page():
    module = script("departures")
    tags = sum(path.read_text(encoding="utf-8").count(module.TAG) for path in module.SOURCE.rglob("*.py"))
    assert tags == len(module.all_departures()) > 0


def test_a_page_without_its_markers_is_refused():
    with pytest.raises(ValueError, match="once each"):
        script("generated_block").with_block(
            (DOCS / "explanation" / "limits.md").read_text(encoding="utf-8"), "departures", "x"
        )
