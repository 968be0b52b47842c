"""Operating points by name: the threshold that a purpose asks for, set on out-of-fold predictions."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import SettingsError


class PointKind(StrEnum):
    """What a threshold is chosen by."""

    YOUDEN = "youden"
    """The largest sum of sensitivity and specificity (default)."""
    SENSITIVITY = "sensitivity"
    """The highest threshold that calls at least this share of the mutants."""
    SPECIFICITY = "specificity"
    """The lowest threshold that spares at least this share of the wild types."""
    COST = "cost"
    """The threshold of least cost where a missed mutant costs so many times what a false alarm costs."""


@dataclass(frozen=True)
class OperatingPoint:
    """A named operating point.

    Attributes:
        kind: what the threshold is chosen by.
        value: the least share, or the ratio of costs; None for Youden's.
    """

    kind: PointKind = PointKind.YOUDEN
    value: float | None = None

    def __post_init__(self) -> None:
        shares = self.kind in (PointKind.SENSITIVITY, PointKind.SPECIFICITY)
        right = (
            self.value is None
            if self.kind is PointKind.YOUDEN
            else self.value is not None and (0 < self.value <= 1 if shares else 0 < self.value < float("inf"))
        )
        if not right:
            raise SettingsError(f"Found the `operating_point` {self.text}; {WANTED}.")

    @property
    def text(self) -> str:
        """As a user writes it."""
        return self.kind.value if self.value is None else f"{self.kind.value}={self.value:g}"


WANTED = "wanted youden, sensitivity=SHARE, specificity=SHARE, or cost=RATIO (a missed mutant against a false alarm)"


def operating_point(text: str) -> OperatingPoint:
    """The operating point of its words.

    Args:
        text: "youden", "sensitivity=0.9", "specificity=0.9" or "cost=4".

    Raises:
        SettingsError: other words.
    """
    name, separator, number = text.partition("=")
    try:
        return OperatingPoint(PointKind(name.strip().lower()), float(number) if separator else None)
    except ValueError as error:
        raise SettingsError(f"Found the `operating_point` {text!r}; {WANTED}.") from error


def threshold_at(
    point: OperatingPoint, mutants: NDArray[np.float64], wild_types: NDArray[np.float64], youden: float
) -> float:
    """The threshold; calls are mutant at or above it.

    Args:
        point: which.
        mutants: probabilities of mutants, at the prevalence where the model is used.
        wild_types: those of wild types.
        youden: the threshold of Youden's index on the same scale.

    Raises:
        SettingsError: a specificity that no threshold has, because wild types have a probability of 1.
    """
    if point.value is None:
        return youden
    match point.kind:
        case PointKind.COST:
            return 1 / (1 + point.value)
        case PointKind.SENSITIVITY:
            called = ceil(point.value * mutants.size - 1e-9)
            return float(np.sort(mutants)[mutants.size - called])
        case _:
            spared = ceil(point.value * wild_types.size - 1e-9)
            last = float(np.sort(wild_types)[spared - 1])
            if last >= 1:
                raise SettingsError(
                    f"No threshold has a specificity of {point.value:g}: the model gives wild types a probability of 1."
                )
            above = np.concatenate([mutants, wild_types])
            above = above[above > last]
            following = float(above.min()) if above.size else 1.0
            middle = last + (following - last) / 2
            return middle if middle > last else following
