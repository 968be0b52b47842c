"""The best single views, chosen by what they reached for training patients whom their networks had not seen."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import FitResult, Outcome, PlannedFit
from radiogene.experiments.row_measures import training_figures
from radiogene.experiments.rows import mmdl

BEST_VIEWS = 4
"""The paper combines four of its nine views; their numbers have no published key, so ours are chosen anew."""


def single_view_fits(settings: ExperimentSettings) -> dict[str, PlannedFit]:
    """MMDL with one view, by the view's name."""
    return {view: mmdl(settings, views=(view,)) for view in VIEW_NAMES}


def best_views(settings: ExperimentSettings, outcomes: Mapping[PlannedFit, Outcome]) -> tuple[str, ...]:
    """The four views with the highest mean training-side AUC over both genes, in the views' order.

    Empty as long as fewer than four single views have results. The external cohort has no say.

    Args:
        settings: of the experiment.
        outcomes: of the single views' fits.
    """
    reached: dict[str, float] = {}
    for view, fit in single_view_fits(settings).items():
        outcome = outcomes.get(fit)
        if outcome is None:
            return ()
        if isinstance(outcome, FitResult):
            areas = [training_figures(outcome, gene).measures["auc"].value for gene in GENES]
            known = [area for area in areas if area is not None]
            reached[view] = float(np.mean(known)) if known else 0.0
    if len(reached) < BEST_VIEWS:
        return ()
    best = sorted(reached, key=lambda view: (-reached[view], VIEW_NAMES.index(view)))[:BEST_VIEWS]
    return tuple(sorted(best, key=VIEW_NAMES.index))


def combination_fits(settings: ExperimentSettings, views: tuple[str, ...]) -> dict[tuple[str, ...], PlannedFit]:
    """MMDL with every pair, triple and all four of the best views."""
    subsets = [subset for size in range(2, len(views) + 1) for subset in combinations(views, size)]
    return {subset: mmdl(settings, views=subset) for subset in subsets}
