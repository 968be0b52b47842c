import pytest

from radiogene.evaluation.measure import Interval, Measure, undefined
from radiogene.report.numbers import (
    measure_text,
    p_text,
    p_words,
    percent,
    percent_interval,
    percent_value,
    range_text,
    signed_points,
    value_text,
    values_text,
)


def test_a_measure_is_printed_with_its_interval_or_why_it_has_none():
    measure = Measure(0.81285, Interval(0.7, 1.0, "DeLong"))
    assert measure_text(measure) == "0.813 (0.700 to 1.000)"
    assert measure_text(measure, 2) == "0.81 (0.70 to 1.00)"
    assert measure_text(Measure(0.5)) == "0.500"
    assert measure_text(undefined("one class only")) == "- (one class only)"
    assert measure_text(undefined("one class only"), undefined="undefined") == "undefined"


def test_values_and_ranges():
    assert (value_text(0.81285), value_text(12.6, 0), value_text(None), value_text(None, missing="-")) == (
        "0.813",
        "13",
        "–",
        "-",
    )
    assert values_text((50.8, -97.2, -369.54), 1) == "50.8, -97.2, -369.5"
    assert values_text((0.7, 0.7, 1.25), 3, " × ") == "0.700 × 0.700 × 1.250"
    assert range_text(0.7, 1.0) == "0.700 to 1.000"


def test_shares_in_percent():
    measure = Measure(0.81285, Interval(0.7, 1.0, "DeLong"))
    assert (percent(0.81285), percent(0.81285, 0), percent(0.7129, 2)) == ("81.3%", "81%", "71.29%")
    assert (percent_value(measure), percent_interval(measure)) == ("81.3", "70.0 to 100.0")
    assert (percent_value(undefined("x")), percent_interval(undefined("x")), percent_value(None)) == ("–", "", "–")
    assert percent_interval(Measure(0.0, Interval(-0.05, 0.05, "x")), signed=True) == "−5.0 to +5.0"
    assert percent_interval(Measure(0.0, Interval(-0.0001, 0.05, "x"))) == "0.0 to 5.0"
    assert (signed_points(0.0812), signed_points(-0.00001)) == ("+8.1", "0.0")


@pytest.mark.parametrize(
    ("p_value", "text"), [(None, "–"), (0.0009, "<0.001"), (0.001, "0.001"), (0.0486, "0.049"), (1.0, "1.000")]
)
def test_p_values_have_three_decimals(p_value, text):
    assert p_text(p_value) == text


def test_p_values_in_sentences_and_where_there_is_none():
    assert (p_words(0.0002), p_words(0.5)) == ("p < 0.001", "p = 0.500")
    assert p_text(None, missing="-") == "-"
