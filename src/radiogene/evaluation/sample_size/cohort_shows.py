"""What a cohort of so many mutants and wild types can and cannot show, before any model is looked at."""

from dataclasses import dataclass

import numpy as np

from radiogene.cohort.few_events import few_events
from radiogene.evaluation.intervals import newcombe_ends
from radiogene.storage.plain_words import counted

EXPECTED_AUC = 0.75
"""Of which the interval is given: what published models of EGFR reach on other cohorts at best."""

TRIED = np.round(np.arange(0.505, 0.9951, 0.005), 3)
"""AUCs among which the smallest is looked for that can be told from chance."""


@dataclass(frozen=True)
class CohortShows:
    """What so many patients can show.

    Attributes:
        mutants, wild_types: of the cohort.
        low, high: expected ends of the 95% interval of an AUC of 0.75; None where `reason` says why.
        smallest: the smallest AUC whose expected interval lies above 0.5; None where none does.
        reason: why nothing can be shown; empty where something can.
    """

    mutants: int
    wild_types: int
    low: float | None
    high: float | None
    smallest: float | None
    reason: str = ""

    @property
    def sentence(self) -> str:
        """What it can show, in words, without the gene's name."""
        who = f"{counted(self.mutants, 'mutant')} and {counted(self.wild_types, 'wild type')}"
        if self.reason or self.low is None or self.high is None:
            return f"{who} can show nothing of a model ({self.reason})"
        found = f"{who}: an AUC of {EXPECTED_AUC} would have a 95% interval from {self.low:.2f} to {self.high:.2f}"
        if self.smallest is None:
            return f"{found}, and none could be told from chance"
        return f"{found}; one below {self.smallest:.2f} could not be told from chance"


def cohort_shows(mutants: int, wild_types: int) -> CohortShows:
    """What a cohort can show.

    Args:
        mutants: patients with the mutation.
        wild_types: patients without.

    Source: Newcombe, Stat Med 25:559 (2006), method 5, as intervals of few patients are made throughout.
    """
    reason = few_events(mutants, wild_types)
    if reason:
        return CohortShows(mutants, wild_types, None, None, None, reason)
    low, high = newcombe_ends(np.array(EXPECTED_AUC), mutants, wild_types)
    lows, _ = newcombe_ends(TRIED, mutants, wild_types)
    above = TRIED[np.asarray(lows) > 0.5]
    return CohortShows(mutants, wild_types, float(low), float(high), float(above[0]) if above.size else None)
