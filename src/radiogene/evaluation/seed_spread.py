"""How much a figure moves with the seed: a spread of runs, which is no confidence interval."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiogene.errors import SettingsError
from radiogene.storage.typed_json import JsonObject

NOT_AN_INTERVAL = "lowest and highest over seeds on the same patients; not a confidence interval"


@dataclass(frozen=True)
class SeedSpread:
    """One figure over several seeds on the same patients.

    Attributes:
        mean: over the seeds.
        lowest: of the seeds.
        highest: of the seeds.
        seeds: how many.
    """

    mean: float
    lowest: float
    highest: float
    seeds: int

    def to_json(self) -> JsonObject:
        """Plain JSON values, with what they are not."""
        return {
            "mean": self.mean,
            "lowest": self.lowest,
            "highest": self.highest,
            "seeds": self.seeds,
            "kind": NOT_AN_INTERVAL,
        }


def seed_spread(values: Sequence[float]) -> SeedSpread:
    """The spread of a figure over seeds.

    Seeds share patients and labels, so their spread says how stable a fit is, and nothing about other patients. It
    grows with the number of seeds where a confidence interval would shrink.

    Args:
        values: the figure of each seed.

    Raises:
        SettingsError: no value, or one that is not a number.
    """
    if not values or any(value != value for value in values):
        raise SettingsError(f"found the figures {list(values)}; at least one, and a number for each seed, was expected")
    # The mean of equal numbers can differ from them in the last digit.
    mean = min(max(sum(values) / len(values), min(values)), max(values))
    return SeedSpread(float(mean), float(min(values)), float(max(values)), len(values))
