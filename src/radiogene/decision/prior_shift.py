"""Probabilities at another prevalence than that of the patients that a model was fitted on."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import SettingsError

Probabilities = TypeVar("Probabilities", float, NDArray[np.float64])


def shifted(probabilities: Probabilities, training: float, used: float) -> Probabilities:
    """The probabilities where the log odds of the prevalence differ by log odds(used) - log odds(training).

    What mutants and wild types look like must be the same in both places; only how many of each there are may differ.
    0 and 1 stay what they are.

    Args:
        probabilities: of any shape, calibrated at the training prevalence.
        training: prevalence of the training patients, above 0 and below 1.
        used: prevalence where the model is used, above 0 and below 1.

    Source: Saerens, Latinne and Decaestecker, Neural Computation 14:21 (2002).
    """
    odds_ratio = used / (1 - used) * (1 - training) / training
    return probabilities * odds_ratio / (probabilities * odds_ratio + 1 - probabilities)


def require_prevalence(gene: str, value: float) -> None:
    """Refuse a prevalence that is not above 0 and below 1.

    Raises:
        SettingsError: it names the gene.
    """
    if not 0 < value < 1:
        raise SettingsError(
            f"Found the `prevalence` {value:g} of {gene}; wanted a share above 0 and below 1, such as {gene}=0.25: at "
            "0 or 1 the answer would be known without looking."
        )
