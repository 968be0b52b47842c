"""When a fit ends before its last epoch: rules over the losses so far."""

from collections.abc import Callable, Mapping, Sequence

LOSS = "loss"
VALIDATION_LOSS = "validation_loss"
"""Names under which every epoch's losses are logged and kept."""

History = Sequence[Mapping[str, float]]
"""One entry per epoch, in order."""

StoppingRule = Callable[[History], str | None]
"""From the history to the reason to stop, in words, or None to go on."""


def patience(epochs: int) -> StoppingRule:
    """The rule that stops once the validation loss has not been lower than its lowest for so many epochs.

    Args:
        epochs: in a row.
    """

    def reason(history: History) -> str | None:
        if epochs_without_gain(history, VALIDATION_LOSS) < epochs:
            return None
        return f"no lower validation loss for {epochs} epochs"

    return reason


def falling_training_loss(failures: int) -> StoppingRule:
    """The paper's rule: the training error still falls, and the validation error failed to fall more than so often.

    Args:
        failures: in a row, which are still borne.

    Source: paper, "Deep learning model", pretraining.
    """

    def reason(history: History) -> str | None:
        failed = epochs_without_gain(history, VALIDATION_LOSS)
        if failed <= failures or epochs_without_gain(history, LOSS) > 0:
            return None
        return f"the training error fell, and the validation error failed to fall for {failed} epochs"

    return reason


def epochs_without_gain(history: History, name: str) -> int:
    """Epochs since a loss was lower than ever before; 0 where the last one is the lowest.

    Args:
        history: at least one epoch, or none at all.
        name: of the loss.
    """
    values = [entry[name] for entry in history]
    return len(values) - 1 - values.index(min(values)) if values else 0
