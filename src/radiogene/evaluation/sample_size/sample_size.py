"""The patients that a model needs, for its development and for its validation, and what a given cohort reaches."""

from dataclasses import dataclass

from radiogene.errors import SettingsError
from radiogene.evaluation.sample_size.development import DevelopmentSize, DevelopmentTargets, development_size
from radiogene.evaluation.sample_size.expected_model import ExpectedModel
from radiogene.evaluation.sample_size.validation import ValidationSize, ValidationTargets, validation_size
from radiogene.storage.typed_json import JsonObject, to_json


@dataclass(frozen=True)
class SampleSize:
    """Both sizes of one expected model.

    Attributes:
        development: patients to fit it on.
        validation: other patients to test it on.
        patients: of the cohort that is asked about; None where none is.
    """

    development: DevelopmentSize
    validation: ValidationSize
    patients: int | None = None

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded; `reached` says what the cohort that is asked about reaches."""
        content: JsonObject = {"development": self.development.to_json(), "validation": self.validation.to_json()}
        if self.patients is not None:
            content["reached"] = {
                "development": to_json(self.development.reached_by(self.patients)),
                "validation": to_json(self.validation.reached_by(self.patients)),
            }
        return content


def sample_sizes(
    expected: ExpectedModel,
    candidates: int,
    patients: int | None = None,
    development: DevelopmentTargets = DevelopmentTargets(),
    validation: ValidationTargets = ValidationTargets(),
) -> SampleSize:
    """Both sizes.

    Args:
        expected: prevalence and AUC of the model.
        candidates: candidate values.
        patients: of a cohort that is asked about, 2 or more.
        development: targets of the development.
        validation: targets of the validation.

    Raises:
        SettingsError: a number outside its range.
    """
    if patients is not None and patients < 2:
        raise SettingsError(f"Found {patients} `patients`; wanted 2 or more.")
    return SampleSize(
        development_size(expected.prevalence, candidates, expected.cox_snell_r2, development),
        validation_size(expected, validation),
        patients,
    )
