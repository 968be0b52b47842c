import os
import re
from pathlib import Path

import pytest

from radiogene.errors import SettingsError
from radiogene.report.evidence.evidence_table import COLUMNS
from radiogene.report.paper.contradictions import ClassBalance, contradictions, f1_that_follows
from radiogene.report.paper.other_methods import C_WITHOUT_CLINICAL
from radiogene.report.paper.paper_values import PAPER_TABLES, PAPER_VALUES, paper_notes, paper_row

REPOSITORY = Path(__file__).parents[3]
REAL_DATA = Path(os.environ.get("RADIOGENE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
FULL_TEXT = REAL_DATA.parent / "paper" / "dong-2021-mmdl.txt"


@pytest.fixture(scope="module")
def printed():
    """The lines of each table, cells split, as the paper's text holds them."""
    if not FULL_TEXT.is_file():
        pytest.skip(f"no full text of the paper at {FULL_TEXT} (beside RADIOGENE_REAL_DATA)")
    lines = FULL_TEXT.read_text(encoding="utf-8").splitlines()
    found = {}
    for number in range(2, 9):
        start = next(k for k, line in enumerate(lines) if re.match(rf"Table {number} [A-Z]", line))
        body = [line.rstrip("\t").split("\t") for line in lines[start + 1 :]]
        end = next(k for k, cells in enumerate(body) if len(cells) == 1 and "area under" in cells[0])
        found[f"table{number}"] = [cells for cells in body[:end] if cells != [""]]
    return found


def numbers(cells):
    return [float(cell) for cell in cells]


def gene_of(cell):
    return "EGFR" if "EGFR" in cell else "KRAS"


def shares(table, gene, row):
    return [100 * paper_row(table, gene, row)[column] for column in COLUMNS]


@pytest.mark.parametrize("table", ["table2", "table3"])
def test_traditional_methods_are_as_printed(printed, table):
    gene, seen = "", 0
    for cells in printed[table][1:]:
        if len(cells) == 1:
            gene = gene_of(cells[0])
            continue
        assert shares(table, gene, cells[0]) == pytest.approx(numbers(cells[1:]), abs=1e-9)
        seen += 1
    assert seen == len(PAPER_TABLES[table].rows) == 6


def test_deep_methods_are_as_printed(printed):
    networks = printed["table4"][0][1:]
    keys = {"ACC": "accuracy", "SEN": "sensitivity", "SPE": "specificity", "F": "f1"}
    gene, task, seen = "", "", 0
    for cells in printed["table4"][1:]:
        if len(cells) == 1:
            gene, task = gene_of(cells[0]), re.search(r"\((.+)\)", cells[0])[1]
            continue
        for network, number in zip(networks, numbers(cells[1:]), strict=True):
            ours = paper_row("table4", gene, f"{network}, {task}")[keys[re.match("[A-Z]+", cells[0])[0]]]
            assert 100 * ours == pytest.approx(number, abs=1e-9)
            seen += 1
    assert seen == len(PAPER_VALUES["table4"]) == 4 * 4 * 6


@pytest.mark.parametrize(("table", "rows"), [("table5", 12), ("table7", 5), ("table8", 5)])
def test_tables_with_both_genes_side_by_side_are_as_printed(printed, table, rows):
    body = printed[table][2:]
    assert len(body) == rows == len(PAPER_TABLES[table].rows) / 2
    for row, *cells in body:
        for gene, of_gene in (("EGFR", cells[:5]), ("KRAS", cells[5:])):
            assert shares(table, gene, row) == pytest.approx(numbers(of_gene), abs=1e-9)


def test_other_methods_are_as_printed(printed):
    body = printed["table6"][1:]
    assert len(body) == len(PAPER_TABLES["table6"].rows) == 11
    for cells in body:
        row = cells[0] or cells[1]
        auc, *rest = cells[-4:]
        found = dict(paper_row("table6", "EGFR", row))
        assert found.pop("auc") == float(auc)
        names = ("accuracy", "sensitivity", "specificity")
        expected = {name: float(c) / 100 for name, c in zip(names, rest, strict=True) if c not in ("", "–")}
        assert found == pytest.approx(expected, abs=1e-9)


def test_the_text_beside_table_6_prints_c_without_clinical_data(printed):
    assert C_WITHOUT_CLINICAL["auc"] == 0.776
    assert "0.776 and 0.838 were achieved without clinical" in FULL_TEXT.read_text(encoding="utf-8")


def test_the_row_of_mmdl_agrees_between_tables():
    for gene in ("EGFR", "KRAS"):
        external = paper_row("table3", gene, "Our model")
        assert paper_row("table5", gene, "1-9") == external
        assert paper_row("table8", gene, "Age, sex, smoking status") == external
        assert paper_row("table4", gene, "MMDL, multi-task") == {k: v for k, v in external.items() if k != "auc"}
        assert paper_row("table7", gene, "Age, sex, smoking status") == paper_row("table2", gene, "Our model")


def test_f1_follows_from_counts():
    # 3 of 5 mutants and 8 of 10 wild types called rightly: TP 3, FN 2, FP 2.
    assert f1_that_follows(0.6, 0.8, 1 / 3) == pytest.approx(2 * 3 / (2 * 3 + 2 + 2))


def test_a_row_that_can_be_true_has_no_note():
    counts = {"accuracy": 11 / 15, "sensitivity": 0.6, "specificity": 0.8, "f1": 0.6}
    assert contradictions(counts, ClassBalance(5, 10)) == ()
    assert contradictions({"auc": 0.8}, ClassBalance(5, 10)) == ()


@pytest.mark.parametrize("table", ["table2", "table3"])
def test_f1_follows_in_no_row_of_tables_2_and_3(table):
    for gene, row in PAPER_TABLES[table].rows:
        assert any(note.startswith("Paper's F1") for note in paper_notes(table, gene, row))


def test_the_contradictions_that_are_known_are_found():
    (note,) = paper_notes("table3", "EGFR", "Our model")
    assert note == "Paper's F1 77.85%: its SEN and SPE give 55.0% (25 of 127 mutant)."
    (note,) = paper_notes("table3", "KRAS", "Our model")
    assert "F1 77.50%" in note
    assert "give 54.0% (30 of 124 mutant)" in note


def test_accuracy_outside_sensitivity_and_specificity_is_found_where_it_is():
    outside = {
        (table, gene, row)
        for table in ("table2", "table3")
        for gene, row in PAPER_TABLES[table].rows
        if any("impossible at any class balance" in note for note in paper_notes(table, gene, row))
    }
    assert outside == {("table2", "KRAS", "Radiomics model"), ("table3", "KRAS", "Radiomics model")}
    note, _ = paper_notes("table3", "KRAS", "Radiomics model")
    assert note.startswith("Paper's ACC 73.61%: outside its SEN and SPE (74.22% to 75.42%)")


def test_a_combination_of_views_has_an_impossible_accuracy_too():
    notes = paper_notes("table5", "KRAS", "4 & 9")
    assert notes[0].startswith("Paper's ACC 67.68%: outside its SEN and SPE (68.12% to 69.57%)")


def test_an_f1_beyond_every_class_balance_says_so():
    figures = {"sensitivity": 0.5, "specificity": 0.5, "f1": 0.7}
    (note,) = contradictions(figures, ClassBalance(5, 5))
    assert note.endswith("give 50.0% (5 of 10 mutant); no class balance gives more than 66.7%.")


def test_other_studies_in_table_6_get_no_note():
    assert paper_notes("table6", "EGFR", "J") == ()


def test_unknown_tables_and_rows_are_refused_and_other_genes_are_empty():
    with pytest.raises(SettingsError, match=r"No table of measures 'table1'.*table2"):
        paper_row("table1", "EGFR", "Our model")
    with pytest.raises(SettingsError, match=r"prints no row 'MMDL' for EGFR: expected one of Clinical model;"):
        paper_row("table3", "EGFR", "MMDL")
    assert paper_row("table3", "ALK", "Our model") == {}
    assert paper_notes("table3", "ALK", "Our model") == ()
    assert paper_row("table6", "KRAS", "A") == {}
