import csv
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from radiogene.evaluation.measure import Interval, Measure, undefined
from radiogene.report.evidence.evidence_table import EvidenceTable, RowComparison, TableBlock, TableRow
from radiogene.report.evidence.printed_rows import printed_evidence, table_html
from radiogene.report.evidence.table_csv import AFTER, table_csv
from radiogene.report.evidence.table_latex import table_latex
from radiogene.report.latex_text import latex_text
from radiogene.report.numbers import p_text, signed_points
from report.evidence.evidence_inputs import missing_measure, tables
from report.report_inputs import parsed

NASTY = "<script>alert(1)</script> & \"50%\" _{x}^2 ~ \\end{table*} 'a'"


def one_row(row: TableRow, columns: tuple[str, ...] = ("auc", "f1")) -> EvidenceTable:
    return EvidenceTable("table3", "A table", columns, (TableBlock("EGFR", "EGFR", (row,)),))


def read_csv(table: EvidenceTable) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table_csv(table))))


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_csv_holds_every_number_unrounded(table):
    lines = read_csv(table)
    rows = [(block, row) for block in table.blocks for row in block.rows]
    assert len(lines) == len(rows)
    for line, (block, row) in zip(lines, rows, strict=True):
        assert (line["block"], line["gene"], line["row"]) == (block.heading, block.gene, row.label)
        for key in table.columns:
            measure = row.measures.get(key)
            expected = ("", "", "") if measure is None else (measure.value, measure.interval.low, measure.interval.high)
            assert tuple(line[f"{key}{end}"] for end in ("", "_low", "_high")) == tuple(map(str, expected))
            assert line[f"{key}_paper"] == str(row.paper.get(key, ""))
        if row.comparison is not None:
            found = row.comparison
            assert float(line["auc_difference_to_mmdl"]) == found.difference.value
            assert float(line["auc_difference_low"]) == found.difference.interval.low
            assert float(line["p_value"]) == found.p_value
            assert float(line["p_holm"]) == found.p_holm
            assert float(line["p_mcnemar"]) == found.p_mcnemar
            assert line["test"] == found.test
        assert line["rests_on"] == row.rests_on


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_html_and_latex_print_the_numbers_of_the_evidence(table):
    text = parsed(str(table_html(table))).text
    latex = table_latex(table)
    for row in (row for block in table.blocks for row in block.rows):
        assert row.label in text
        assert latex_text(row.label) in latex
        for key in table.columns:
            measure = row.measures.get(key)
            if measure is None:
                continue
            low, high = measure.interval.low, measure.interval.high
            assert f"{100 * measure.value:.1f}" in text
            assert f"{100 * low:.1f} to {100 * high:.1f}" in text
            assert f"{100 * low:.1f} to {100 * high:.1f}" in latex
            if key in row.paper:
                assert f"paper {100 * row.paper[key]:.1f}" in text
        if row.comparison is not None:
            assert signed_points(row.comparison.difference.value) in text
            assert p_text(row.comparison.p_holm) in text


def test_the_printed_row_is_in_the_order_of_its_columns():
    difference = Measure(0.0812, Interval(-0.0044, 0.1668, "paired DeLong"))
    row = TableRow(
        "Clinical model",
        {"auc": Measure(0.675, Interval(0.5512, 0.7988, "DeLong")), "f1": Measure(0.4)},
        {"auc": 0.675, "f1": 0.697},
        127,
        25,
        "external patients",
        RowComparison(120, difference, 0.0631, 0.0004, 1.0, "paired DeLong"),
    )
    text = parsed(str(table_html(one_row(row)))).text
    assert (
        "Clinical model 1 127 25 67.5 55.1 to 79.9 paper 67.5 40.0 paper 69.7 +8.1 2 −0.4 to +16.7 0.063 <0.001 1.000"
        in text
    )
    assert "Rests on: external patients. Compared on the 120 patients whom both have." in text
    lines = table_latex(one_row(row)).splitlines()
    assert (
        r"{}Clinical model\textsuperscript{1} & 127 & 67.5 & 40.0 & +8.1\textsuperscript{2} & 0.063 & $<$0.001 & "
        r"1.000 \\" in lines
    )


def test_an_empty_row_stays_with_its_reason_as_a_note():
    row = TableRow("J", paper={"auc": 0.77}, reason="a gene with fewer than five mutants")
    for words in (parsed(str(table_html(one_row(row)))).text, table_latex(one_row(row))):
        assert "No result: a gene with fewer than five mutants" in words
        assert "77.0" in words
    (line,) = read_csv(one_row(row))
    assert line["reason"] == "a gene with fewer than five mutants"
    assert (line["auc"], line["patients"], line["auc_paper"]) == ("", "", "0.77")
    (printed,) = printed_evidence(one_row(row)).blocks[0].rows
    assert printed.empty
    assert printed.marks == (1,)


def test_an_undefined_measure_is_a_dash_with_its_reason():
    printed = printed_evidence(one_row(missing_measure()))
    (row,) = printed.blocks[0].rows
    assert row.cells[0].value == "–"
    assert printed.marked[row.cells[0].marks[0] - 1] == "One class only."
    assert read_csv(one_row(missing_measure()))[0]["reason"] == "auc: one class only"


def test_equal_notes_share_a_number_and_what_all_rows_say_is_said_once():
    notes = {"a": ("Reduced.", "Mean."), "b": ("Reduced.", "Mean."), "c": ("Mean.",)}
    rows = tuple(TableRow(label, {"auc": undefined("one class only")}, notes=of_row) for label, of_row in notes.items())
    empty = TableRow("d", reason="too few")
    printed = printed_evidence(EvidenceTable("t", "T", ("auc",), (TableBlock("EGFR", "EGFR", (*rows, empty)),)))
    assert printed.marked == ("Reduced.", "One class only.", "No result: too few")
    assert [row.marks for row in printed.blocks[0].rows] == [(1,), (1,), (), (3,)]
    assert "All rows: mean." in printed.notes


def test_labels_reasons_and_titles_cannot_act():
    row = TableRow(NASTY, reason=NASTY)
    table = EvidenceTable("t", NASTY, ("auc",), (TableBlock(NASTY, "EGFR", (row,)),), (NASTY,))
    page = parsed(str(table_html(table)))
    assert "script" not in {tag for tag, _ in page.elements}
    assert page.text.count("<script>alert(1)</script>") == 4
    assert read_csv(table)[0]["row"] == NASTY
    assert latex_problems(table_latex(table)) == []


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_latex_is_whole(table):
    assert latex_problems(table_latex(table, synthetic=True)) == []
    assert r"\caption{SYNTHETIC patients. " in table_latex(table, synthetic=True)


def latex_problems(text: str) -> list[str]:
    """What would stop LaTeX: special characters, braces, environments, rows of another width."""
    problems = [f"not ASCII: {character!r}" for character in text if not character.isascii()]
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    bare = re.sub(r"\\[&%$#_{}\\]", "", body)
    problems += [
        f"bare {character}" for character in "%#_~^" if character in re.sub(r"}~|\$_1\$|\^\{\\circ\}", "", bare)
    ]
    depth = 0
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        problems += ["brace closed before it was opened"] if depth < 0 else []
    problems += ["open brace"] if depth else []
    opened = re.findall(r"\\(begin|end)\{([a-z*]+)\}", body)
    if opened != [("begin", "table*"), ("begin", "tabular"), ("end", "tabular"), ("end", "table*")]:
        problems.append(f"environments {opened}")
    width = len(re.search(r"\\begin\{tabular\}\{(l r*|lr*)\}", body)[1])
    for line in body.splitlines():
        if line.endswith(r"\\") and not line.startswith(r"\multicolumn"):
            cells = len(re.findall(r"(?<!\\)&", line)) + 1
            problems += [f"{cells} cells of {width}: {line}"] if cells != width else []
    problems += ["odd number of $"] if re.sub(r"\\\$", "", body).count("$") % 2 else []
    return problems


def test_the_check_of_latex_finds_what_is_wrong():
    good = table_latex(one_row(missing_measure()))
    assert latex_problems(good) == []
    assert latex_problems(good.replace(r"\bottomrule", "100% {")) != []
    assert latex_problems(good.replace(" & ", " ", 1)) != []


def test_columns_of_the_csv_have_distinct_names():
    names = table_csv(tables()[0]).splitlines()[0].split(",")
    assert len(set(names)) == len(names)
    assert names[-len(AFTER) :] == list(AFTER)


def test_json_of_a_table_reads_back(tmp_path):
    assert json.loads(json.dumps(tables()[1].to_json()))["blocks"][0]["rows"][0]["label"] == "Clinical model"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex (Debian: texlive-latex-recommended) is absent")
def test_latex_compiles_with_booktabs_alone(tmp_path):
    odd = replace(tables()[0], name="odd", title=NASTY + "50 % of {a_b} & #1 ~ ^ \\ é ± “q” ≥ < | Ł 中")
    text = "\n".join(table_latex(table, synthetic=True) for table in (*tables(), odd))
    (tmp_path / "page.tex").write_text(
        "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n" + text + "\n\\end{document}\n",
        encoding="utf-8",
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=60)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    assert "Missing character" not in (tmp_path / "page.log").read_text(errors="replace")
