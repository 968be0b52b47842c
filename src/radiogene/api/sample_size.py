"""How many patients a study needs, from Python."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

from radiogene.errors import SettingsError

if TYPE_CHECKING:
    from radiogene.evaluation.sample_size.sample_size import SampleSize


def sample_size(
    *,
    prevalence: float,
    auc: float,
    candidates: int,
    patients: int | None = None,
    targets: Mapping[str, float] | None = None,
) -> "SampleSize":
    """The patients that developing and validating a model needs, by the criteria of Riley et al.

    Args:
        prevalence: expected share of mutants.
        auc: expected of the model, from 0.51 to 0.99.
        candidates: candidate values; a column of K words counts as K - 1. A network on images has no such number: what
            it needs is more than what its clinical values need.
        patients: of a cohort that is asked about; the result then says what that cohort reaches.
        targets: in place of the criteria's own: `shrinkage`, `optimism`, `margin`, `observed_expected_width`,
            `slope_width`, `auc_width`.

    Raises:
        SettingsError: a number outside its range, or a target of another name.
    """
    from radiogene.evaluation.sample_size.development import DevelopmentTargets
    from radiogene.evaluation.sample_size.expected_model import ExpectedModel
    from radiogene.evaluation.sample_size.sample_size import sample_sizes
    from radiogene.evaluation.sample_size.validation import ValidationTargets

    given = dict(targets or {})
    development, validation = (
        {part.name: given.pop(part.name) for part in fields(kind) if part.name in given}
        for kind in (DevelopmentTargets, ValidationTargets)
    )
    if given:
        known = ", ".join(part.name for kind in (DevelopmentTargets, ValidationTargets) for part in fields(kind))
        raise SettingsError(f"Found the `targets` {', '.join(given)}; wanted some of {known}.")
    return sample_sizes(
        ExpectedModel(prevalence, auc),
        candidates,
        patients,
        DevelopmentTargets(**development),
        ValidationTargets(**validation),
    )
