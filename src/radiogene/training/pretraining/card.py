"""The card of a pretrained network: what it is, what it rests on, and what it is not."""

from typing import Any

from radiogene.model.card import NOT_A_DEVICE
from radiogene.model.pretrained_folder import PretrainedSettings


def pretrained_card(settings: PretrainedSettings, manifest: dict[str, Any]) -> str:
    """The card as Markdown.

    Args:
        settings: what the network is.
        manifest: how it was made.
    """
    fit, accuracy = manifest["fit"], manifest["validation"]["accuracy"]
    interval = accuracy["interval"]
    counts = [
        f"{name} ({count['training']} + {count['validation']})" for name, count in manifest["images"]["classes"].items()
    ]
    lines = [
        "# Card of a pretrained network",
        "",
        NOT_A_DEVICE,
        "",
        "It predicts no gene. `radiogene train --init` starts from its weights; the classifier is not among them.",
        "",
        f"* Network: {settings.preset.backbone}, preset `{settings.preset.name}`, attention "
        f"{'on' if settings.attention else 'off'}.",
        f"* Classes (training + validation images): {', '.join(counts)}; "
        f"{manifest['images']['unusable_count']} files gave no image.",
        f"* Epochs: {fit['epochs']}, the weights of epoch {fit['best_epoch']} (from 0) were kept; it ended because of: "
        f"{fit['stopped_because']}.",
        f"* Validation accuracy: {accuracy['value']:.3f} ({interval['low']:.3f} to {interval['high']:.3f}). These "
        "images chose the epoch, so it is a little too high.",
        *_test_line(manifest),
        "",
        "The images are not in this folder. Their licence is yours to keep: photographs that were released for "
        "research only bind the weights' use as well.",
        "",
    ]
    return "\n".join(lines)


def _test_line(manifest: dict[str, Any]) -> list[str]:
    if "test" not in manifest:
        return []
    accuracy, images = manifest["test"]["accuracy"], manifest["test"]["images"]
    low, high = accuracy["interval"]["low"], accuracy["interval"]["high"]
    return [
        f"* Test accuracy: {accuracy['value']:.3f} ({low:.3f} to {high:.3f}) on {images} images that neither "
        "fitted nor chose anything."
    ]
