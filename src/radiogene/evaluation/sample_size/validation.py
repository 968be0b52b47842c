"""Riley's three criteria for the validation of a binary prediction model, and what a given cohort reaches of them."""

from dataclasses import dataclass
from math import asinh, ceil, sinh, sqrt

from radiogene.errors import SettingsError
from radiogene.evaluation.intervals import Z
from radiogene.evaluation.sample_size.expected_model import ExpectedModel
from radiogene.storage.typed_json import JsonObject, to_json

MOST_PATIENTS = 10**9
"""A search ends here."""


@dataclass(frozen=True)
class ValidationTargets:
    """Widths of 95% intervals that a validation must reach; the defaults are Riley's.

    Attributes:
        observed_expected_width: of observed over expected mutants.
        slope_width: of the calibration slope.
        auc_width: of the AUC.
    """

    observed_expected_width: float = 0.2
    slope_width: float = 0.2
    auc_width: float = 0.1


@dataclass(frozen=True)
class ValidationReach:
    """Expected widths of the 95% intervals in a cohort of a given size.

    Attributes:
        patients: of the cohort.
        observed_expected_width, slope_width, auc_width: as in `ValidationTargets`.
    """

    patients: int
    observed_expected_width: float
    slope_width: float
    auc_width: float


@dataclass(frozen=True)
class ValidationSize:
    """Patients that a validation needs.

    Attributes:
        expected: prevalence and AUC of the model.
        targets: what must be reached.
        for_observed_expected, for_slope, for_auc: patients that each criterion asks for.
    """

    expected: ExpectedModel
    targets: ValidationTargets
    for_observed_expected: int
    for_slope: int
    for_auc: int

    @property
    def patients(self) -> int:
        """That all criteria ask for."""
        return max(self.for_observed_expected, self.for_slope, self.for_auc)

    @property
    def mutants(self) -> int:
        """Expected among them."""
        return ceil(self.patients * self.expected.prevalence)

    def reached_by(self, patients: int) -> ValidationReach:
        """The widths that a cohort of so many patients reaches; of two or more."""
        prevalence = self.expected.prevalence
        return ValidationReach(
            patients,
            2 * sinh(Z * sqrt((1 - prevalence) / (patients * prevalence))),
            2 * Z * sqrt(self.expected.slope_variance / patients),
            2 * Z * _auc_error(patients, self.expected),
        )

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        return {**to_json(self), "patients": self.patients, "mutants": self.mutants}


def validation_size(expected: ExpectedModel, targets: ValidationTargets = ValidationTargets()) -> ValidationSize:
    """The patients that each criterion asks for, of a model that is calibrated.

    Args:
        expected: prevalence and AUC.
        targets: what must be reached.

    Raises:
        SettingsError: a width that is not above 0.

    Source: Riley et al., Stat Med 40:4230 (2021), criteria for O/E, calibration slope and C statistic (Newcombe's
        standard error, Stat Med 25:559 (2006)); BMJ 384:e074821 (2024).
    """
    for name, width in vars(targets).items():
        if not width > 0:
            raise SettingsError(f"Found the `{name}` {width:g}; wanted a width above 0.")
    prevalence = expected.prevalence
    return ValidationSize(
        expected,
        targets,
        # The interval is symmetric on the log scale: its width is 2 sinh(Z SE) around O/E = 1.
        ceil((1 - prevalence) / prevalence * (Z / asinh(targets.observed_expected_width / 2)) ** 2),
        ceil(expected.slope_variance * (2 * Z / targets.slope_width) ** 2),
        _patients_for_auc(expected, targets.auc_width),
    )


def _auc_error(patients: int, expected: ExpectedModel) -> float:
    """The standard error of the AUC (Newcombe's)."""
    auc, prevalence = expected.auc, expected.prevalence
    halves = patients / 2 - 1
    within = 1 + halves * (1 - auc) / (2 - auc) + halves * auc / (1 + auc)
    return sqrt(auc * (1 - auc) * within / (patients**2 * prevalence * (1 - prevalence)))


def _patients_for_auc(expected: ExpectedModel, width: float) -> int:
    """The fewest patients whose interval of the AUC is not wider; the error falls with their number."""
    low, high = 1, 2
    while 2 * Z * _auc_error(high, expected) > width and high < MOST_PATIENTS:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if 2 * Z * _auc_error(middle, expected) > width else (low, middle)
    return high
