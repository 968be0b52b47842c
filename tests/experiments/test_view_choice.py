from itertools import combinations

from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.tables import table5
from radiogene.experiments.view_choice import best_views, combination_cells, single_view_cells

SETTINGS = ExperimentSettings(preset="tiny", folds=4)
STRONG = ("coronal", VIEW_NAMES[4], VIEW_NAMES[7], "axial")


def outcomes_where(made_result, strong):
    return {
        cell: made_result(cell, 2.0 if view in strong else 0.2, flip=view in strong)
        for view, cell in single_view_cells(SETTINGS).items()
    }


def test_the_best_views_are_those_of_the_training_side_whatever_they_are_worth_outside(made_result):
    # In `outcomes_where` the strong views are the worst ones for external patients.
    found = best_views(SETTINGS, outcomes_where(made_result, STRONG))
    assert found == tuple(view for view in VIEW_NAMES if view in STRONG)


def test_no_view_is_chosen_before_all_are_done(made_result):
    outcomes = outcomes_where(made_result, STRONG)
    outcomes.pop(single_view_cells(SETTINGS)["sagittal"])
    assert best_views(SETTINGS, outcomes) == ()


def test_all_pairs_triples_and_the_four_are_combined():
    assert set(combination_cells(SETTINGS, STRONG)) == {
        subset for size in (2, 3, 4) for subset in combinations(STRONG, size)
    }


def test_table_5_asks_for_combinations_once_single_views_are_done(made_result):
    first = set(table5.EXPERIMENT.cells(SETTINGS, {}))
    then = set(table5.EXPERIMENT.cells(SETTINGS, outcomes_where(made_result, STRONG)))
    assert len(first) == 10
    assert len(then - first) == 11
