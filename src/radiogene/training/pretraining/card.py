"""The card of a pretrained network: what it is, what it rests on, and what it is not."""

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
    kept = (
        f"the weights of epoch {fit.best_epoch} (from 0) were kept"
        if fit.best_epoch >= 0
        else "none of which gave a lower validation loss, so that the weights are the random ones before the first"
    )
    lines = [
        "# Card of a pretrained network",
        "",
        NOT_A_DEVICE,
        "",
        "It predicts no gene. `radiogene train --init` starts from its weights; what it answered by is not among them.",
        "",
        f"* Network: {settings.preset.backbone}, preset `{settings.preset.name}`, attention "
        f"{'on' if settings.attention else 'off'}.",
        f"* Pretrained on: {settings.kind}.",
        f"* Epochs: {fit.epochs}, {kept}; it ended because of: {fit.stopped_because}.",
        *record.evidence.card_lines(),
        "",
    ]
    return "\n".join(lines)
