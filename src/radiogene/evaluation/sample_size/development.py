"""Riley's three criteria for the development of a binary prediction model, and what a given cohort reaches of them."""

from dataclasses import dataclass
from math import ceil, exp, log, log1p, sqrt

from radiogene.errors import SettingsError
from radiogene.evaluation.intervals import Z
from radiogene.evaluation.sample_size.expected_model import null_log_likelihood, require_share
from radiogene.storage.typed_json import JsonObject, to_json

NEAREST = 1e-12
"""A shrinkage is searched no nearer than this to R2 and to 1, where the criterion asks for nobody and for everybody."""


@dataclass(frozen=True)
class DevelopmentTargets:
    """What a development cohort must reach; the defaults are Riley's.

    Attributes:
        shrinkage: least uniform shrinkage of the coefficients.
        optimism: largest difference of the apparent and the adjusted Nagelkerke R2.
        margin: largest half width of the 95% interval of the overall risk.
    """

    shrinkage: float = 0.9
    optimism: float = 0.05
    margin: float = 0.05


@dataclass(frozen=True)
class DevelopmentReach:
    """What a cohort of a given size reaches.

    Attributes:
        patients: of the cohort.
        shrinkage: expected uniform shrinkage.
        optimism: expected in Nagelkerke's R2.
        margin: half width of the 95% interval of the overall risk.
    """

    patients: int
    shrinkage: float
    optimism: float
    margin: float


@dataclass(frozen=True)
class DevelopmentSize:
    """Patients that a development needs.

    Attributes:
        prevalence: share of mutants.
        candidates: candidate values, that is, coefficients beside the intercept.
        cox_snell_r2: expected of the model.
        largest_r2: that any model can have at this prevalence.
        targets: what must be reached.
        for_shrinkage, for_optimism, for_overall_risk: patients that each criterion asks for.
    """

    prevalence: float
    candidates: int
    cox_snell_r2: float
    largest_r2: float
    targets: DevelopmentTargets
    for_shrinkage: int
    for_optimism: int
    for_overall_risk: int

    @property
    def patients(self) -> int:
        """That all criteria ask for."""
        return max(self.for_shrinkage, self.for_optimism, self.for_overall_risk)

    @property
    def mutants(self) -> int:
        """Expected among them."""
        return ceil(self.patients * self.prevalence)

    def reached_by(self, patients: int) -> DevelopmentReach:
        """What a cohort of so many patients reaches.

        Source: the criteria, solved for what they bound. The shrinkage is the S at which the first criterion asks for
            exactly these patients; it has no closed form.
        """
        shrinkage = _shrinkage_of(patients, self.candidates, self.cox_snell_r2)
        optimism = self.cox_snell_r2 * (1 / shrinkage - 1) / self.largest_r2
        margin = Z * sqrt(self.prevalence * (1 - self.prevalence) / patients)
        return DevelopmentReach(patients, shrinkage, optimism, margin)

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        return {**to_json(self), "patients": self.patients, "mutants": self.mutants}


def development_size(
    prevalence: float, candidates: int, cox_snell_r2: float, targets: DevelopmentTargets = DevelopmentTargets()
) -> DevelopmentSize:
    """The patients that each criterion asks for.

    Args:
        prevalence: share of mutants.
        candidates: candidate values, 1 or more; a column of K words counts as K - 1.
        cox_snell_r2: expected, for example `ExpectedModel.cox_snell_r2`.
        targets: what must be reached.

    Raises:
        SettingsError: a number outside its range, or an R2 that no model can have at this prevalence.

    Source: Riley et al., Stat Med 38:1276 (2019), criteria (i) to (iii); BMJ 368:m441 (2020), steps 1 to 3.
    """
    require_share("prevalence", prevalence)
    if candidates < 1:
        raise SettingsError(f"Found {candidates} `candidates`; wanted 1 or more.")
    for name, value in vars(targets).items():
        require_share(name, value)
    largest = 1 - exp(2 * null_log_likelihood(prevalence))
    if not 0 < cox_snell_r2 < min(largest, targets.shrinkage):
        raise SettingsError(
            f"Found the `r2` {cox_snell_r2:g}; wanted one above 0 and below {min(largest, targets.shrinkage):.3f}: no "
            f"model has more at the prevalence {prevalence:g}, or at the shrinkage {targets.shrinkage:g}."
        )
    for_optimism = cox_snell_r2 / (cox_snell_r2 + targets.optimism * largest)
    return DevelopmentSize(
        prevalence,
        candidates,
        cox_snell_r2,
        largest,
        targets,
        ceil(_patients_at(targets.shrinkage, candidates, cox_snell_r2)),
        ceil(_patients_at(for_optimism, candidates, cox_snell_r2)),
        ceil((Z / targets.margin) ** 2 * prevalence * (1 - prevalence)),
    )


def _patients_at(shrinkage: float, candidates: int, r2: float) -> float:
    """The patients at which the expected shrinkage is this one."""
    return candidates / ((shrinkage - 1) * log1p(-r2 / shrinkage))


def _shrinkage_of(patients: int, candidates: int, r2: float) -> float:
    """The shrinkage, above R2 and below 1, at which the first criterion asks for these patients; it rises with them."""
    from scipy.optimize import brentq

    def missing(shrinkage: float) -> float:
        return log(_patients_at(shrinkage, candidates, r2)) - log(patients)

    lowest, highest = r2 * (1 + NEAREST), 1 - NEAREST
    if missing(lowest) > 0:
        return lowest
    return highest if missing(highest) < 0 else float(brentq(missing, lowest, highest))
