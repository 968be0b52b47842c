"""What a site decides about the answers of a model; nothing of it changes what was learnt."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from radiogene.decision.conformal import DEFAULT_LEVEL
from radiogene.decision.operating_point import OperatingPoint, operating_point
from radiogene.decision.prior_shift import require_prevalence
from radiogene.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class AnswerSettings:
    """How a model answers at a site.

    Attributes:
        prevalence: per gene, the share of mutants among the site's patients; the training patients' where not named.
        operating_point: "youden", "sensitivity=SHARE", "specificity=SHARE" or "cost=RATIO".
        level: of conformal sets.

    Raises:
        SettingsError: a prevalence or a level that is not above 0 and below 1, or another operating point.
    """

    prevalence: Mapping[str, float] = field(default_factory=dict)
    operating_point: str = "youden"
    level: float = DEFAULT_LEVEL

    def __post_init__(self) -> None:
        for gene, value in self.prevalence.items():
            require_prevalence(gene, value)
        operating_point(self.operating_point)
        if not 0 < self.level < 1:
            raise SettingsError(f"Found the `level` {self.level:g}; wanted one above 0 and below 1.")

    @property
    def point(self) -> OperatingPoint:
        """The operating point that the words name."""
        return operating_point(self.operating_point)
