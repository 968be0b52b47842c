"""The ceiling: the AUC of the exact P(gene | generating factors), which no model can beat on average."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from radiogene.phantom.genetics import Known, Strength, site_model

CEILING_DRAWS = 1_000_000
"""Issue: the ceiling rests on at least 10^6 draws."""


@dataclass(frozen=True)
class GeneCeiling:
    """The best AUC for one gene, by what a model is told."""

    both: float
    image: float
    clinical: float


@dataclass(frozen=True)
class Ceiling:
    """The best AUC that any model can reach at a synthetic site.

    Attributes:
        site: `A` or `B`.
        draws, seed: how it was computed.
        egfr, kras: AUC of P(gene | generating factors).
        egfr_prevalence, kras_prevalence: share of mutated among the draws.
    """

    site: str
    draws: int
    seed: int
    egfr: GeneCeiling
    kras: GeneCeiling
    egfr_prevalence: float
    kras_prevalence: float


@lru_cache(maxsize=16)
def ceiling(site: str, draws: int = CEILING_DRAWS, seed: int = 0, strength: Strength | None = None) -> Ceiling:
    """The ceilings of a synthetic site, with all clinical values and labels known.

    Args:
        site: `A` or `B`.
        draws: number of patients drawn.
        seed: of the draws.
        strength: of the generating model; the default one where None.
    """
    model = site_model(site, strength)
    factors = model.draw(draws, np.random.default_rng(seed))
    posteriors = {known: model.posterior(factors, known) for known in Known}

    def of_gene(gene: str) -> GeneCeiling:
        mutated = getattr(factors, gene)
        auc = {
            known.value: area_under_curve(mutated, getattr(posterior, gene)) for known, posterior in posteriors.items()
        }
        return GeneCeiling(**auc)

    return Ceiling(
        site=site,
        draws=draws,
        seed=seed,
        egfr=of_gene("egfr"),
        kras=of_gene("kras"),
        egfr_prevalence=float(factors.egfr.mean()),
        kras_prevalence=float(factors.kras.mean()),
    )


@dataclass(frozen=True)
class CeilingRange:
    """Between which AUCs the exact probability falls in 95% of cohorts of one size, by what a model is told."""

    both: tuple[float, float]
    image: tuple[float, float]
    clinical: tuple[float, float]


RANGE_DRAWS, RANGE_COHORTS = 200_000, 2_000


def ceiling_range(site: str, gene: str, mutants: int, wild_types: int, seed: int = 0) -> CeilingRange | None:
    """What chance alone makes of the ceiling: the middle 95% of cohorts with so many mutants and wild types.

    Args:
        site: `A` or `B`.
        gene: `EGFR` or `KRAS`.
        mutants: of each cohort.
        wild_types: of each cohort.
        seed: of the draws.

    Returns:
        None without a mutant or without a wild type, for whom there is no AUC.
    """
    if not mutants or not wild_types:
        return None
    rng = np.random.default_rng(seed)
    model = site_model(site)
    factors = model.draw(RANGE_DRAWS, rng)
    mutated = getattr(factors, gene.lower())
    drawn = [
        rng.choice(np.flatnonzero(mutated == status), (RANGE_COHORTS, count))
        for status, count in ((True, mutants), (False, wild_types))
    ]
    cohorts = np.concatenate(drawn, axis=1)
    status = np.arange(mutants + wild_types) < mutants

    def of_known(known: Known) -> tuple[float, float]:
        exact = getattr(model.posterior(factors, known), gene.lower())
        areas = [area_under_curve(status, exact[patients]) for patients in cohorts]
        low, high = np.percentile(areas, (2.5, 97.5))
        return float(low), float(high)

    return CeilingRange(**{known.value: of_known(known) for known in Known})


def area_under_curve(mutated: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    """The area under the ROC curve by ranks, ties counted half."""
    positives = int(mutated.sum())
    ranks = rankdata(probability)
    excess = ranks[mutated].sum() - positives * (positives + 1) / 2
    return float(excess / positives / (len(mutated) - positives))
