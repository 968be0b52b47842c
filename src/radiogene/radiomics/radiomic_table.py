"""The radiomic features of a prepared cohort, one row per patient."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.errors import CohortError
from radiogene.parallel.workers import Workers, in_parallel
from radiogene.radiomics.feature_cache import cached_features
from radiogene.radiomics.features import DEFAULT_SETTINGS, RadiomicFeatures
from radiogene.radiomics.measurability import segment_problem
from radiogene.radiomics.settings import RadiomicSettings
from radiogene.storage.plain_words import counted

Progress = Callable[[int, int], None]
"""Called with how many patients are finished and how many there are."""


@dataclass(frozen=True, eq=False)
class RadiomicTable:
    """Features of N patients, as they were measured: constant and undefined ones are left in.

    Attributes:
        names: F names.
        values: (N, F) float64; NaN where a feature is undefined.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]


def cohort_features(
    cohort: PreparedCohort,
    folder: Path,
    *,
    workers: Workers = 1,
    progress: Progress | None = None,
    settings: RadiomicSettings = DEFAULT_SETTINGS,
) -> RadiomicTable:
    """The features of each patient's largest nodule.

    Args:
        cohort: N patients, at least one, each with a segment that can be measured (`unmeasured` says who has none).
        folder: keeps every nodule's features, named by their content, for the next time.
        workers: who measures; those of other machines keep it in the folder that they see.
        progress: is told of every finished patient.
        settings: of the measurement.

    Raises:
        CohortError: there is no patient, or one without a segment that can be measured.
        SettingsError: the extra is not installed.
    """
    problems = unmeasured(cohort)
    if problems or not len(cohort):
        raise CohortError(_refusal(cohort, problems))
    rows: list[RadiomicFeatures] = []
    nodules = ((cohort.cube(n), cohort.segment(n), settings, folder) for n in range(len(cohort)))
    with closing(in_parallel(cached_features, nodules, workers)) as measured:
        for features in measured:
            rows.append(features)
            if features.names != rows[0].names:
                raise CohortError(f"Nodules have other features than each other: {folder} mixes several measurements.")
            if progress is not None:
                progress(len(rows), len(cohort))
    return RadiomicTable(rows[0].names, np.stack([features.values for features in rows]))


def unmeasured(cohort: PreparedCohort) -> dict[int, str]:
    """Why patients have no features, by their position in the cohort."""
    problems = {position: segment_problem(cohort.segment(position)) for position in range(len(cohort))}
    return {position: problem for position, problem in problems.items() if problem}


def _refusal(cohort: PreparedCohort, problems: dict[int, str]) -> str:
    if not problems:
        return "Radiomic features of no patient were asked for; at least one is needed."
    position, problem = next(iter(problems.items()))
    return (
        f"{len(problems)} of {counted(len(cohort), 'patient')} cannot be measured, the first of them "
        f"{cohort.patient_ids[position]!r}: {problem}. Leave them out."
    )
