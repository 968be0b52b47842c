"""The card of a pretrained network: what it is, what it rests on, and what it is not."""

from radiogene.evaluation.measure import Measure
from radiogene.model.card import NOT_A_DEVICE
from radiogene.model.pretrained_folder import PretrainedSettings
from radiogene.training.pretraining.record import PretrainingRecord


def pretrained_card(settings: PretrainedSettings, record: PretrainingRecord) -> str:
    """The card as Markdown.

    Args:
        settings: what the network is.
        record: how it was made.
    """
    fit = record.fit
    counts = [f"{name} ({count.training} + {count.validation})" for name, count in record.classes.items()]
    lines = [
        "# Card of a pretrained network",
        "",
        NOT_A_DEVICE,
        "",
        "It predicts no gene. `radiogene train --init` starts from its weights; the classifier is not among them.",
        "",
        f"* Network: {settings.preset.backbone}, preset `{settings.preset.name}`, attention "
        f"{'on' if settings.attention else 'off'}.",
        f"* Classes (training + validation images): {', '.join(counts)}; {len(record.unusable)} files gave no image.",
        f"* Epochs: {fit.epochs}, the weights of epoch {fit.best_epoch} (from 0) were kept; it ended because of: "
        f"{fit.stopped_because}.",
        f"* Validation accuracy: {_words(record.accuracy)}. These images chose the epoch, so it is a little too high.",
        *_test_line(record),
        "",
        "The images are not in this folder. Their licence is yours to keep: photographs that were released for "
        "research only bind the weights' use as well.",
        "",
    ]
    return "\n".join(lines)


def _test_line(record: PretrainingRecord) -> list[str]:
    if record.test is None:
        return []
    return [
        f"* Test accuracy: {_words(record.test.accuracy)} on {record.test.images} images that neither fitted nor chose "
        "anything."
    ]


def _words(accuracy: Measure) -> str:
    """Value and interval of a share of at least one image."""
    interval = accuracy.interval
    if accuracy.value is None or interval is None:
        return accuracy.reason
    return f"{accuracy.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"
