from itertools import combinations

from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.tables import table5
from radiogene.experiments.view_choice import best_views, combination_fits, single_view_fits

SETTINGS = ExperimentSettings(preset="tiny", folds=4)
STRONG = ("coronal", VIEW_NAMES[4], VIEW_NAMES[7], "axial")


def outcomes_where(made_result, strong):
    return {
        fit: made_result(fit, 2.0 if view in strong else 0.2, flip=view in strong)
        for view, fit in single_view_fits(SETTINGS).items()
    }


def test_the_best_views_are_those_of_the_training_side_whatever_they_are_worth_outside(made_result):
    # In `outcomes_where` the strong views are the worst ones for external patients.
    found = best_views(SETTINGS, outcomes_where(made_result, STRONG))
    assert found == tuple(view for view in VIEW_NAMES if view in STRONG)


def test_no_view_is_chosen_before_all_are_done(made_result):
    outcomes = outcomes_where(made_result, STRONG)
    outcomes.pop(single_view_fits(SETTINGS)["sagittal"])
    assert best_views(SETTINGS, outcomes) == ()


def test_all_pairs_triples_and_the_four_are_combined():
    assert set(combination_fits(SETTINGS, STRONG)) == {
        subset for size in (2, 3, 4) for subset in combinations(STRONG, size)
    }


def test_table_5_asks_for_combinations_once_single_views_are_done(made_result):
    first = set(table5.EXPERIMENT.fits(SETTINGS, {}))
    then = set(table5.EXPERIMENT.fits(SETTINGS, outcomes_where(made_result, STRONG)))
    assert len(first) == 13  # nine single views, three fusions that are not trained, MMDL
    assert len(then - first) == 11
