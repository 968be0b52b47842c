"""A sentence per table and gene from its tests; a page with tests never says that nothing was asked."""

from dataclasses import replace

from radiogene.evaluation.measure import Interval, Measure, undefined
from radiogene.report.evidence.answer import answer_of_block, question_of, tag_of
from radiogene.report.evidence.evidence_report import EvidenceReport
from radiogene.report.evidence.evidence_table import EvidenceTable, RowComparison, TableBlock, TableRow
from radiogene.report.evidence.report_page import report_page
from radiogene.report.evidence.table_answers import table_answers
from report.evidence.evidence_inputs import example_report


def row(label, value, holm, p=0.01) -> TableRow:
    difference = Measure(value, Interval(value - 0.05, value + 0.05, "paired")) if p is not None else undefined("few")
    return TableRow(label, {"auc": Measure(0.7)}, comparison=RowComparison(80, difference, p, holm, None, "paired"))


def table(*rows, heading="EGFR", gene="EGFR") -> EvidenceTable:
    return EvidenceTable("table4", "other networks", ("auc",), (TableBlock(heading, gene, rows),))


MAIN = TableRow("MMDL", {"auc": Measure(0.8)})


def test_what_stands_after_holm_is_said_and_what_does_not():
    found = table_answers([table(row("A", 0.1, 0.02), row("B", -0.1, 0.03), row("C", 0.08, 0.2), MAIN)])
    assert [(answer.table, answer.gene) for answer in found] == [("table4", "EGFR")]
    assert found[0].sentence == (
        "MMDL's AUC is above that of A and below that of B; it cannot be told from that of the other 1 row tested."
    )


def test_nothing_that_stands_is_said_plainly():
    (found,) = table_answers([table(row("A", 0.1, 0.2), row("B", 0.1, None, p=None), MAIN)])
    assert found.sentence == "MMDL's AUC cannot be told from that of the one row tested. 1 row has no test."
    (found,) = table_answers([table(row("A", 0.1, 0.2), row("B", 0.1, 0.3), MAIN)])
    assert found.sentence == "MMDL's AUC cannot be told from that of any of the 2 rows tested."


def test_where_nothing_is_tested_the_reason_is_given():
    (found,) = table_answers([table(row("A", 0.1, None, p=None), MAIN)])
    assert found.sentence == "Nothing is tested: few."
    assert table_answers([table(MAIN)]) == ()


def test_a_page_of_a_table_with_tests_opens_with_its_question():
    tested = table(row("A", 0.1, 0.02), MAIN)
    report = EvidenceReport("t", False, (), (), {}, tables=(tested,))
    assert (
        question_of(report) == "Does the AUC of MMDL differ from that of the other rows of each table (other networks)?"
    )
    page = report_page(report)
    assert "No question was put" not in page
    assert "No system was held against another" not in page
    assert "above that of A" in page
    silent = report_page(replace(report, tables=(table(MAIN),)))
    assert "No question was put" in silent


def test_every_table_with_tests_has_its_sentence_beside_the_answers():
    page = report_page(example_report())
    assert "What the tests of each table say" in page
    assert page.count('<a href="#table4">') == 2  # in the list of answers and in the contents


def test_a_difference_that_holm_takes_back_is_a_hint_in_the_headline():
    def answer(holm):
        other = replace(row("C", 0.1, holm), label="C")
        return answer_of_block(TableBlock("EGFR", "EGFR", (other, MAIN)), "MMDL", "C")

    assert (tag_of(answer(0.2)), tag_of(answer(0.02)), tag_of(answer(None))) == ("above, a hint", "above", "above")


def test_two_references_are_both_asked_about():
    rows = (row("Clinical model", 0.1, 0.02), row("Clinical model, logistic regression", 0.02, 0.5), MAIN)
    block = TableBlock("EGFR", "EGFR", rows)
    answers = tuple(answer_of_block(block, "MMDL", label) for label in ("Clinical model", rows[1].label))
    report = EvidenceReport("t", False, (), answers, {})
    assert "better than the clinical model and the clinical model by logistic regression, which see" in question_of(
        report
    )
    page = report_page(report)
    assert "against Clinical model, logistic regression" in page
    assert "EGFR, clinical model by logistic regression" in page
