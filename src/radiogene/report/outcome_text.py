"""What recorded results say of a model's answers, in sentences: the same in the terminal and on the page."""

from radiogene.evaluation.drift import CHANGES, WATCHED
from radiogene.prediction.outcome_watch import GeneWatch, OutcomeWatch
from radiogene.report.numbers import measure_text, percent, value_text
from radiogene.storage.plain_words import counted


def outcome_text(watch: OutcomeWatch) -> str:
    """The figures, charts and alarms as lines for the terminal."""
    lines = ["SYNTHETIC: none of these patients exists."] if watch.record.synthetic else []
    lines.append(f"{counted(watch.answers, 'answer')} recorded, {watch.waiting} without a molecular result.")
    for gene, own in watch.genes.items():
        lines.append(f"{gene}: {' '.join(figures_of(own))}")
        lines += [f"  {sentence}" for sentence in charts_of(own)]
    lines.append(verdict_of(watch))
    return "\n".join(lines)


def verdict_of(watch: OutcomeWatch) -> str:
    """Whether the model is to be looked at again."""
    if not watch.record.look_again:
        return "No chart stands in alarm."
    return "LOOK AT THIS MODEL AGAIN. " + " ".join(f"{gene}: {why}." for gene, why in watch.record.look_again.items())


def figures_of(own: GeneWatch) -> tuple[str, ...]:
    """What the results of one gene say, in sentences."""
    if not own.results:
        return ("no result yet.",)
    first = (
        f"{counted(own.results, 'result')}, {counted(own.mutants, 'mutation')} where the answers sum to "
        f"{value_text(own.expected, 1)}.",
        f"AUC {measure_text(own.auc)}.",
    )
    if own.calibration is None:
        return first
    level, slope = own.calibration.in_the_large, own.calibration.slope
    return (*first, f"Calibration in the large {measure_text(level)}, slope {measure_text(slope)}.")


def charts_of(own: GeneWatch) -> tuple[str, ...]:
    """What each chart of one gene says and notices, in sentences."""
    if own.limits is None:
        return (f"No charts: {own.reason}.",)
    sentences = []
    for change, chart in zip(CHANGES, own.charts, strict=True):
        limit = own.limits.charts[change]
        at = own.alarms.get(change)
        found = f"ALARM from result {at} on" if at else f"{value_text(float(chart[-1]) if chart.size else 0.0, 2)} of"
        delay = (
            f"a median {counted(limit.delay, 'result')} after it begins"
            if limit.delay is not None
            else f"within {WATCHED} results in {percent(limit.noticed)} of series only"
        )
        value = f"{found} (limit {value_text(limit.limit, 2)})" if at else f"{found} {value_text(limit.limit, 2)}"
        sentences.append(f"{change.value}: {value}; noticed {delay}.")
    sentences.append(
        f"Where nothing changed, {percent(own.limits.false_alarm_rate)} of series of {WATCHED} results raise any alarm."
    )
    return tuple(sentences)
