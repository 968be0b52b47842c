"""What is expected of a model before it exists: prevalence and AUC, and the log odds that follow from them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm

from radiogene.errors import SettingsError

QUADRATURE_NODES = 128
"""Of the Gauss-Hermite rule per class; with 64 the figures differ in the tenth digit."""

LOWEST_AUC, HIGHEST_AUC = 0.51, 0.99
"""Nearer to 0.5 or 1, the criteria ask for an infinite cohort or for none."""


@dataclass(frozen=True)
class ExpectedModel:
    """A calibrated model whose log odds are normal in each class, with one variance.

    Attributes:
        prevalence: share of mutants, above 0 and below 1.
        auc: expected of the model, from 0.51 to 0.99.

    Raises:
        SettingsError: a prevalence or an AUC outside these.

    Source: Riley, Van Calster and Collins, Stat Med 40:859 (2021): scores N(0, 1) and N(mu, 1) with
        mu = sqrt(2) Phi^-1(AUC). There a million patients are simulated; here the same integrals are computed.
    """

    prevalence: float
    auc: float

    def __post_init__(self) -> None:
        require_share("prevalence", self.prevalence)
        if not LOWEST_AUC <= self.auc <= HIGHEST_AUC:
            raise SettingsError(f"Found the `auc` {self.auc:g}; wanted one from {LOWEST_AUC} to {HIGHEST_AUC}.")

    @property
    def distance(self) -> float:
        """Distance of the classes' mean scores in SDs; the SD of the log odds in each class is the same number."""
        return float(np.sqrt(2) * norm.ppf(self.auc))

    def log_odds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Log odds (2 K,) of mutants, then of wild types, and their weights in the cohort (2 K,), which sum to 1."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(QUADRATURE_NODES)
        weights = weights / weights.sum()
        centre, half = logit(self.prevalence), self.distance**2 / 2
        values = np.concatenate([centre + half + self.distance * nodes, centre - half + self.distance * nodes])
        return values, np.concatenate([self.prevalence * weights, (1 - self.prevalence) * weights])

    @property
    def cox_snell_r2(self) -> float:
        """Cox and Snell's R2 of the model in an infinite cohort: 1 - exp(-2 (gain in log likelihood per patient))."""
        values, weights = self.log_odds()
        signed = np.concatenate([values[:QUADRATURE_NODES], -values[QUADRATURE_NODES:]])
        fitted = float(-(weights @ np.logaddexp(0.0, -signed)))
        return float(1 - np.exp(-2 * (fitted - null_log_likelihood(self.prevalence))))

    @property
    def slope_variance(self) -> float:
        """Variance of an estimated calibration slope times the number of patients.

        Source: Riley et al., Stat Med 40:4230 (2021), criterion for the calibration slope: the information of a
            logistic regression on the log odds, at intercept 0 and slope 1.
        """
        values, weights = self.log_odds()
        spread = weights * expit(values) * (1 - expit(values))
        constant, mixed, square = spread.sum(), spread @ values, spread @ values**2
        return float(constant / (constant * square - mixed**2))


def null_log_likelihood(prevalence: float) -> float:
    """The log likelihood per patient of a model that knows the prevalence only."""
    return float(prevalence * np.log(prevalence) + (1 - prevalence) * np.log(1 - prevalence))


def require_share(name: str, value: float) -> None:
    """Refuse a share that is not above 0 and below 1; the argument is named."""
    if not 0 < value < 1:
        raise SettingsError(f"Found the `{name}` {value:g}; wanted a share above 0 and below 1.")
