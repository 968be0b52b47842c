"""Leave-one-site-out validation of any system: fitted on all sites but one, and asked about that one."""

from dataclasses import replace
from hashlib import sha256

import numpy as np

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.decision.calibration import CalibrationKind
from radiogene.errors import CohortError, TrainingError
from radiogene.evaluation.evaluation import evaluate_predictions
from radiogene.evaluation.left_out_sites import LeftOutSite, LeftOutSites, left_out_site, sites_of_patients
from radiogene.methods.method import FitContext, MethodEntry
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.trained_model import fit_model
from radiogene.prediction.predictor import Predictor

SITES_FOLDER = "sites"


def leave_one_site_out(
    entry: MethodEntry,
    settings: MethodSettings,
    cohort: PreparedCohort,
    context: FitContext,
    calibration: CalibrationKind = CalibrationKind.IDENTITY,
    *,
    allow_duplicates: bool = False,
) -> LeftOutSites | None:
    """The figures of each site by a system fitted on the others; thresholds and calibration are set there, too.

    Args:
        entry: which system.
        settings: of every fit.
        cohort: the training patients.
        context: where an interrupted fit goes on, and how it runs.
        calibration: of every fit.
        allow_duplicates: fit although two patients are one.

    Returns:
        None in all processes of a distributed training but the first.

    Raises:
        CohortError: fewer than two sites, or a patient of two.
    """
    site_of = sites_of_patients(cohort.rows)
    sites = np.array([site_of[patient] or "" for patient in cohort.patient_ids], dtype=object)
    found = []
    for site in sorted(set(sites) - {""}):
        # A folder of its own, whatever characters a site's name has.
        state = context.state / SITES_FOLDER / sha256(site.encode()).hexdigest()[:16]
        out, others = cohort.at(np.flatnonzero(sites == site)), cohort.at(np.flatnonzero(sites != site))
        try:
            finished = fit_model(
                entry, settings, others, replace(context, state=state), calibration, allow_duplicates=allow_duplicates
            )
            if finished is None:
                continue
            predictor = Predictor(finished.model)
            answers = predictor.predict_store(out, include_training_cases=allow_duplicates).predictions
            report = evaluate_predictions(answers, predictor.decision.thresholds())
            found.append(left_out_site(site, len(others), report))
        except (TrainingError, CohortError) as error:
            found.append(LeftOutSite(site, len(out), len(others), {}, str(error)))
    return LeftOutSites(tuple(found), int(np.sum(sites == ""))) if found else None
