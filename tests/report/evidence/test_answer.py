import pytest

from radiogene.evaluation.measure import Interval, Measure, undefined
from radiogene.report.evidence.answer import (
    Verdict,
    answer_of_block,
    answer_sentence,
    chance_sentence,
    question_of,
    verdict_of,
)
from radiogene.report.evidence.answer_drawing import LEFT, RIGHT, answer_drawing
from radiogene.report.evidence.evidence_report import EvidenceReport
from radiogene.report.evidence.evidence_table import RowComparison, TableBlock, TableRow
from report.evidence.evidence_inputs import empty_report, example_report


def answer(value, low, high, holm=0.02, auc=(0.6, 0.9)):
    difference = Measure(value, Interval(low, high, "paired DeLong"))
    rows = (
        TableRow(
            "Clinical model",
            {"auc": Measure(0.7, Interval(0.6, 0.8, "DeLong"))},
            comparison=RowComparison(85, difference, 0.012, holm, 0.5, "paired DeLong"),
        ),
        TableRow("MMDL", {"auc": Measure(0.75, Interval(*auc, "DeLong"))}),
    )
    return answer_of_block(TableBlock("EGFR", "EGFR", rows), "MMDL", "Clinical model")


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ((0.10, 0.01, 0.19), Verdict.ABOVE),
        ((-0.10, -0.19, -0.01), Verdict.BELOW),
        ((0.10, -0.01, 0.21), Verdict.UNDECIDED),
        ((0.10, 0.0, 0.2), Verdict.UNDECIDED),
    ],
)
def test_the_verdict_is_that_of_the_interval(numbers, verdict):
    assert verdict_of(answer(*numbers)) is verdict


def test_above_is_said_with_its_evidence():
    assert answer_sentence(answer(0.1034, 0.0104, 0.1964)) == (
        "The external AUC of MMDL is above that of the clinical model alone, by 10.3 percentage points (95% interval "
        "+1.0 to +19.6; paired DeLong, p = 0.012; 85 patients). It stands after Holm's adjustment for all comparisons "
        "of the table (p = 0.020)."
    )


def test_below_is_said_as_plainly():
    assert "MMDL is below that of the clinical model alone, by 10.0 percentage points" in answer_sentence(
        answer(-0.1, -0.19, -0.01)
    )


def test_what_cannot_be_told_is_not_told():
    words = answer_sentence(answer(0.1, -0.01, 0.21))
    assert words.startswith("It cannot be told whether MMDL is better or worse than the clinical model alone")
    assert "the interval holds 0" in words
    assert "Holm" not in words


def test_a_difference_that_holms_adjustment_takes_back_is_a_hint():
    words = answer_sentence(answer(0.1, 0.01, 0.19, holm=0.08))
    assert "it does not stand (p = 0.080): read it as a hint" in words


@pytest.mark.parametrize(
    ("auc", "words"),
    [
        ((0.51, 0.9), "better than chance"),
        ((0.1, 0.49), "worse than chance"),
        ((0.5, 0.7), "told from chance"),
    ],
)
def test_chance_is_the_other_question(auc, words):
    assert words in chance_sentence(answer(0.1, 0.01, 0.19, auc=auc))


def test_an_empty_row_gives_no_answer_but_its_reason():
    rows = (TableRow("Clinical model", reason="two classes were expected."), TableRow("MMDL", {"auc": Measure(0.7)}))
    found = answer_of_block(TableBlock("KRAS", "KRAS", rows), "MMDL", "Clinical model")
    assert verdict_of(found) is Verdict.NONE
    assert answer_sentence(found) == "No answer: Clinical model: two classes were expected."
    absent = answer_of_block(TableBlock("KRAS", "KRAS", rows[1:]), "MMDL", "Clinical model")
    assert answer_sentence(absent) == "No answer: Clinical model: the table has no row 'Clinical model'."


def test_a_difference_without_interval_is_no_answer():
    comparison = RowComparison(4, undefined("one class only"), None, None, None, "paired DeLong")
    rows = (TableRow("C", {"auc": Measure(0.6)}, comparison=comparison), TableRow("MMDL", {"auc": Measure(0.7)}))
    found = answer_of_block(TableBlock("KRAS", "KRAS", rows), "MMDL", "C")
    assert answer_sentence(found) == "No answer: one class only."
    assert answer_drawing([found]) is None


def test_the_drawing_is_to_scale():
    drawing = answer_drawing([answer(0.1, -0.05, 0.25), answer(-0.1, -0.2, -0.01)])
    assert drawing.zero == pytest.approx((LEFT + RIGHT) / 2)
    first, second = drawing.lines
    assert (first.high - drawing.zero) / (drawing.zero - second.low) == pytest.approx(0.25 / 0.2)
    assert (first.decided, second.decided) == (False, True)
    assert [words for _, words in drawing.ticks] == ["−30", "−20", "−10", "0", "+10", "+20", "+30"]
    assert all(LEFT <= x <= RIGHT for x, _ in drawing.ticks)


def test_the_question_names_what_was_compared():
    assert "tell EGFR and KRAS mutants from wild types" in question_of(example_report())
    assert question_of(empty_report()) == ""
    assert question_of(EvidenceReport("t", False, (), (), {}, question="Mine?")) == "Mine?"
