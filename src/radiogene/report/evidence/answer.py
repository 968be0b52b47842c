"""The answer of an experiment in words: above, below, or it cannot be told."""

from enum import StrEnum

from radiogene.report.evidence.evidence_report import EvidenceReport, GeneAnswer
from radiogene.report.evidence.evidence_table import RowComparison, TableBlock, TableRow
from radiogene.report.evidence.manifest_facts import words_of
from radiogene.report.numbers import p_words, percent_number, percent_range, signed_points

SIGNIFICANCE = 0.05
"""Two-sided level that belongs to intervals of 95%."""


class Verdict(StrEnum):
    """What the interval of a difference says."""

    ABOVE = "above"
    BELOW = "below"
    UNDECIDED = "cannot be told"
    NONE = "no answer"


def answer_of_block(block: TableBlock, main: str, reference: str) -> GeneAnswer:
    """The answer that a block of a table holds: its row of MMDL against its row of the clinical model.

    Args:
        block: rows of one gene, evaluated on the external cohort.
        main: label of the row of MMDL, whose comparison is None.
        reference: label of the row it is held against, which holds the comparison.
    """
    rows = {row.label: row for row in block.rows}
    for label in (main, reference):
        row = rows.get(label, TableRow(label, reason=f"the table has no row {label!r}"))
        if not row.measures:
            return GeneAnswer(block.gene, main, reference, reason=f"{label}: {row.reason or 'no result'}")
    comparison = rows[reference].comparison
    return GeneAnswer(
        gene=block.gene,
        main=main,
        reference=reference,
        main_auc=rows[main].measures.get("auc"),
        reference_auc=rows[reference].measures.get("auc"),
        comparison=comparison,
        reason="" if comparison is not None else "the two were not compared",
    )


def question_of(report: EvidenceReport) -> str:
    """The report's question, or the one that its answers or tests belong to; empty where nothing was compared."""
    if report.question:
        return report.question
    if not report.answers:
        return _question_of_tables(report)
    main = report.answers[0].main
    references = list(dict.fromkeys(f"the {in_sentence(answer.reference)}" for answer in report.answers))
    genes = words_of(list(dict.fromkeys(answer.gene for answer in report.answers)))
    sees = "which sees clinical values alone" if len(references) == 1 else "which see clinical values alone"
    return (
        f"Does {main}, which sees CT and clinical values, tell {genes} mutants from wild types in patients of another "
        f"cohort, and better than {words_of(references)}, {sees}?"
    )


def _question_of_tables(report: EvidenceReport) -> str:
    """The question that the tests of tables answer, where no answer stands for itself."""
    tested = [
        table.title
        for table in report.tables
        if any(row.comparison is not None for block in table.blocks for row in block.rows)
    ]
    if not tested:
        return ""
    return f"Does the AUC of MMDL differ from that of the other rows of each table ({'; '.join(tested)})?"


def verdict_of(answer: GeneAnswer) -> Verdict:
    """Above or below where the interval of the difference leaves 0 out; what cannot be told is not told."""
    interval = None if answer.comparison is None else answer.comparison.difference.interval
    if answer.reason or interval is None:
        return Verdict.NONE
    if interval.low > 0:
        return Verdict.ABOVE
    return Verdict.BELOW if interval.high < 0 else Verdict.UNDECIDED


def tag_of(answer: GeneAnswer) -> str:
    """The verdict in a word or two; what Holm's adjustment takes back is called a hint."""
    verdict = verdict_of(answer)
    adjusted = None if answer.comparison is None else answer.comparison.p_holm
    if verdict in (Verdict.ABOVE, Verdict.BELOW) and adjusted is not None and adjusted >= SIGNIFICANCE:
        return f"{verdict.value}, a hint"
    return verdict.value


def answer_sentence(answer: GeneAnswer) -> str:
    """One plain sentence or two: what the experiment shows of this gene, and how surely."""
    main, reference = answer.main, in_sentence(answer.reference)
    verdict = verdict_of(answer)
    comparison = answer.comparison
    if verdict is Verdict.NONE or comparison is None:
        return f"No answer: {_reason(answer)}.{_points(comparison)}"
    evidence = _evidence(comparison)
    value = comparison.difference.value or 0.0
    if verdict is Verdict.UNDECIDED:
        return (
            f"It cannot be told whether {main} is better or worse than the {reference} alone: the external AUCs differ "
            f"by {signed_points(value)} percentage points, and the interval holds 0 ({evidence})."
        )
    return (
        f"The external AUC of {main} is {verdict.value} that of the {reference} alone, by "
        f"{percent_number(abs(value))} percentage points ({evidence}).{_adjusted(comparison)}"
    )


def chance_sentence(answer: GeneAnswer) -> str:
    """Whether the main system does better than chance at all, or why that is not said; empty where it has no AUC."""
    auc = answer.main_auc
    if auc is None or auc.value is None:
        return ""
    interval = auc.interval
    if interval is None:
        return f"Whether {answer.main} itself does better than chance is not said: {auc.reason.rstrip('.')}."
    if interval.low > 0.5:
        return f"{answer.main} itself does better than chance: its interval lies above 50%."
    if interval.high < 0.5:
        return f"{answer.main} itself does worse than chance: its interval lies below 50%."
    return f"{answer.main} itself cannot be told from chance: the interval of its AUC holds 50%."


def _points(comparison: RowComparison | None) -> str:
    """The difference as a point, for an answer that cannot be given."""
    if comparison is None or comparison.difference.value is None:
        return ""
    return (
        f" As points, the external AUCs differ by {signed_points(comparison.difference.value)} percentage points "
        f"({comparison.patients} patients)."
    )


def _evidence(comparison: RowComparison) -> str:
    """The interval of the difference, its p value and patients."""
    difference = comparison.difference
    parts = [] if difference.interval is None else [f"95% interval {percent_range(difference.interval, signed=True)}"]
    if comparison.p_value is not None:
        parts.append(f"{comparison.test}, {p_words(comparison.p_value)}")
    return "; ".join([*parts, f"{comparison.patients} patients"])


def _adjusted(comparison: RowComparison) -> str:
    """What is left of a difference after Holm's adjustment."""
    adjusted = comparison.p_holm
    if adjusted is None:
        return ""
    if adjusted >= SIGNIFICANCE:
        return (
            f" After Holm's adjustment for all comparisons of the table it does not stand ({p_words(adjusted)}): read "
            "it as a hint."
        )
    return f" It stands after Holm's adjustment for all comparisons of the table ({p_words(adjusted)})."


def _reason(answer: GeneAnswer) -> str:
    """Why there is no answer."""
    if answer.reason:
        return answer.reason.rstrip(".")
    reason = "" if answer.comparison is None else answer.comparison.difference.reason
    return reason.rstrip(".") or "the difference has no interval"


def in_sentence(title: str) -> str:
    """A title inside a sentence: a comma would end it there, and an abbreviation stays as it is.

    >>> in_sentence("Clinical model, logistic regression"), in_sentence("MMDL")
    ('clinical model by logistic regression', 'MMDL')
    """
    words = title.replace(", ", " by ")
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]
