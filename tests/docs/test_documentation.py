"""What the documentation says exists: links, commands, files, functions, tests, views and exit codes."""

import re
import shlex

import pytest

import radiogene.errors
from docs.documentation_pages import DOCS, INLINE, PAGES, REPOSITORY, blocks, inline_code, page_id, prose, script
from radiogene.cli.nodule_argument import with_joined_nodule
from radiogene.ct.nine_views import NINE_VIEWS

SOURCE = REPOSITORY / "src" / "radiogene"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMENT = re.compile(r"^<!--.*?-->$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?radiogene ")


def headings(page):
    """The anchors of a page, as GitHub makes them of its headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands(page):
    """Every `radiogene ...` of a page, in blocks and in line, as words after the program's name."""
    lines = [line for _, text in blocks(page) for line in text.replace("\\\n", " ").splitlines()]
    found = [line for line in [*lines, *inline_code(page)] if COMMAND.match(line)]
    return [with_joined_nodule(shlex.split(COMMAND.sub("", line), comments=True)) for line in found]


@pytest.fixture(scope="module")
def options_of():
    """Every verb's options; an argument stands as its name in capitals."""
    module = script("commands")
    return {verb: {n for p in module.parameters(f) for n in p.names} for verb, f in module.verbs().items()}


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_relative_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(re.sub(INLINE, "", text)) + LINK.findall(text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page_id(page)} links to {target}"
        if anchor:
            assert anchor in headings(file), f"{page_id(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_what_follows_in_a_list_item_is_indented_by_four_spaces(page):
    # GitHub takes two as well, but the site would end the list there and show a table as its bare signs.
    assert re.search(r"^\n {1,3}[^\s*-]", prose(page), re.MULTILINE) is None


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_lists_and_tables_begin_after_an_empty_line(page):
    # The site would take them for the paragraph's own words.
    text = COMMENT.sub("", prose(page))
    assert re.search(r"^(?![ *|#]|\d+\. )\S.*\n(?:\* |1\. |\| )", text, re.MULTILINE) is None


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_commands_have_the_verbs_and_options_that_are_named(page, options_of):
    for words in commands(page):
        verb, *rest = words
        if verb in {"--version", "--help", "VERB"}:
            continue
        if any(name.startswith(f"{verb} ") for name in options_of):
            if not rest:
                continue  # the group itself
            verb, rest = f"{verb} {rest[0]}", rest[1:]
        assert verb in options_of, f"{page_id(page)}: radiogene {verb}"
        for word in rest:
            if word.startswith("--"):
                option = word.partition("=")[0]
                assert option in options_of[verb] | {"--help"}, f"{page_id(page)}: radiogene {verb} {option}"


def test_commands_are_found_at_all():
    assert len([words for page in PAGES for words in commands(page)]) > 30


def test_make_targets_that_are_named_exist():
    targets = set(re.findall(r"^([\w-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        word
        for page in PAGES
        for word in re.findall(r"^make ([\w-]+)|`make ([\w-]+)`", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = {name for pair in named for name in pair if name}
    assert named
    assert named <= targets


def test_every_option_named_alone_belongs_to_some_verb(options_of):
    every = set().union(*options_of.values()) | {"--help", "--version"}
    for page in PAGES:
        for code in inline_code(page):
            if re.fullmatch(r"--[a-z-]+( .*)?", code):
                assert code.split()[0] in every, f"{page_id(page)}: {code}"


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_named_source_files_functions_and_tests_exist(page):
    for code in inline_code(page):
        found = re.fullmatch(r"([\w./-]+\.py)(?:::(\w+))?", code)
        if found is None:
            continue
        candidates = [root / found[1] for root in (REPOSITORY, SOURCE) if (root / found[1]).is_file()]
        assert candidates, f"{page_id(page)} names {code}"
        if found[2]:
            defined = rf"^(?:def|class) {found[2]}\b|^{found[2]}\b[^=\n]*="
            text = candidates[0].read_text(encoding="utf-8")
            assert re.search(defined, text, re.MULTILINE), f"{page_id(page)} names {code}"


def test_the_map_holds_every_equation():
    text = (DOCS / "explanation" / "method.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("|")]
    for number in range(1, 10):
        row = next((row for row in rows if re.search(rf"\bEq\. {number}\b", row[1])), None)
        assert row is not None, f"Eq. {number} is not in the map"
        assert "::" in row[2], f"Eq. {number} has no code"
        assert "tests/" in row[3], f"Eq. {number} has no test"


def test_sections_that_the_source_refers_to_exist():
    pages = headings(DOCS / "explanation" / "method.md")
    numbers = {heading.partition("-")[0] for heading in pages}
    for path in SOURCE.rglob("*.py"):
        for number in re.findall(r"method\.md`? section (\d)", path.read_text(encoding="utf-8")):
            assert number in numbers, f"{path.name}: section {number}"


def test_exit_codes_are_those_of_the_source():
    text = (DOCS / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    said = {name: int(code) for code, name in re.findall(r"^\| (\d+) \| `(\w+)` \|", text, re.MULTILINE)}
    base = radiogene.errors.RadiogeneError
    kinds = [kind for kind in vars(radiogene.errors).values() if isinstance(kind, type) and issubclass(kind, base)]
    assert said == {kind.__name__: kind.exit_code for kind in kinds}


def test_the_nine_views_are_listed_in_order_with_their_directions():
    text = (DOCS / "reference" / "frames-and-cube.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| `([^`]+)` \| (\w) \| ([^|]+?) \|", text, re.MULTILINE)
    units = {"L": (1, 0, 0), "P": (0, 1, 0), "F": (0, 0, -1)}
    assert len(rows) == len(NINE_VIEWS)
    for view, (number, name, row, column) in zip(NINE_VIEWS, rows, strict=True):
        first, sign, second = [*column.split(), "+", ""][:3]
        added = units.get(second, (0, 0, 0))
        direction = tuple(a + (1 if sign == "+" else -1) * b for a, b in zip(units[first], added, strict=True))
        assert (NINE_VIEWS[int(number)], view.name) == (view, name)
        assert (view.row_direction, view.column_direction) == (units[row], direction)
