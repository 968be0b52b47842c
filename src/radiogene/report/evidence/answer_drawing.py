"""The differences that answer the question, drawn to one scale: places in an image of a stated width."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from radiogene.evaluation.measure import Interval
from radiogene.report.evidence.answer import Verdict, in_sentence, verdict_of
from radiogene.report.evidence.evidence_report import GeneAnswer
from radiogene.report.numbers import percent_range, signed_points

WIDTH = 640
"""Of the image, in its own units."""

LEFT, RIGHT = 90, 620
"""Where the scale begins and ends."""

LEFT_OF_LONG = 260
"""Where the scale begins beside labels that name the other system."""

ROW = 30
"""Height of a gene's line."""

TOP = 26
"""Above the first line, for the words of both sides."""

BELOW = 34
"""Beneath the last line, for the scale and its words."""

TICKS_AT_MOST = 9

STEPS = (1, 2, 5, 10, 25, 50)
"""Distances of ticks, in percentage points; differences of AUCs reach 100 at most."""


@dataclass(frozen=True)
class DrawnAnswer:
    """One gene's line.

    Attributes:
        label: the gene, with what it is held against where that differs between lines.
        y: height of the line.
        low, value, high: places of the interval's ends and of the difference.
        words: the difference and interval, for who cannot see it.
        decided: True where the interval leaves 0 out.
    """

    label: str
    y: float
    low: float
    value: float
    high: float
    words: str
    decided: bool


@dataclass(frozen=True)
class AnswerDrawing:
    """The image.

    Attributes:
        lines: one per gene that has an interval.
        ticks: place and words.
        zero: place of no difference.
        height: of the image.
    """

    lines: tuple[DrawnAnswer, ...]
    ticks: tuple[tuple[float, str], ...]
    zero: float
    height: float


def answer_drawing(answers: Sequence[GeneAnswer]) -> AnswerDrawing | None:
    """The image; None where no gene has a difference with an interval.

    Args:
        answers: per gene.
    """
    drawn = [(answer, value, interval) for answer in answers for value, interval in _difference(answer)]
    if not drawn:
        return None
    reach = max(max(abs(interval.low), abs(interval.high)) for _, _, interval in drawn)
    step = next(step for step in STEPS if ceil(100 * reach / step) * 2 + 1 <= TICKS_AT_MOST)
    bound = max(1, ceil(100 * reach / step)) * step

    alone = len({answer.reference for answer in answers}) == 1
    left = LEFT if alone else LEFT_OF_LONG

    def place(share: float) -> float:
        return left + (RIGHT - left) * (100 * share / bound + 1) / 2

    lines = tuple(
        DrawnAnswer(
            label=answer.gene if alone else f"{answer.gene}, {in_sentence(answer.reference)}",
            y=TOP + ROW * (number + 0.5),
            low=place(interval.low),
            value=place(value),
            high=place(interval.high),
            words=f"{signed_points(value)} points, {percent_range(interval, signed=True)}",
            decided=verdict_of(answer) in (Verdict.ABOVE, Verdict.BELOW),
        )
        for number, (answer, value, interval) in enumerate(drawn)
    )
    ticks = [tick / 100 for tick in range(-bound, bound + 1, step)]
    words = tuple((place(tick), signed_points(tick).removesuffix(".0")) for tick in ticks)
    return AnswerDrawing(lines, words, place(0.0), TOP + ROW * len(lines) + BELOW)


def _difference(answer: GeneAnswer) -> list[tuple[float, Interval]]:
    """The difference and its interval; empty where either is missing."""
    if answer.comparison is None:
        return []
    difference = answer.comparison.difference
    return [] if difference.value is None or difference.interval is None else [(difference.value, difference.interval)]
