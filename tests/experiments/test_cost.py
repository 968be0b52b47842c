import pytest
from radiogene.experiments.price_list import price_list

from radiogene.experiments.cost import GPU, OPERATIONS, expected_seconds
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.rows import PAPERS_OWN, mmdl, system
from radiogene.networks.description import describe
from radiogene.networks.presets import preset_named


@pytest.mark.parametrize(
    ("preset", "method"), [(preset, method) for preset, found in OPERATIONS.items() for method in found]
)
def test_operations_are_those_that_describe_counts(preset, method):
    backbone = PAPERS_OWN if method == "mmdl" else method
    counted = describe(preset_named(preset, backbone), ("EGFR", "KRAS")).total.operations
    assert OPERATIONS[preset][method] == pytest.approx(counted, rel=0.01)


def test_a_fit_costs_in_proportion_to_patients_folds_and_views():
    settings = ExperimentSettings(preset="paper", folds=0, accelerator="gpu")
    one = expected_seconds(mmdl(settings), 100)
    assert expected_seconds(mmdl(settings), 300) == pytest.approx(3 * one)
    assert expected_seconds(mmdl(settings, views=("axial",)), 100) == pytest.approx(one / 9)
    folded = ExperimentSettings(preset="paper", folds=5, accelerator="gpu")
    assert expected_seconds(mmdl(folded), 100) > 4 * one
    assert expected_seconds(system(settings, "clinical"), 100) < 10


def test_the_list_prints_the_hours_of_the_papers_network():
    prices = price_list(ExperimentSettings(preset="paper", folds=5, accelerator="gpu"), None)
    assert prices.all_hours > 24
    assert GPU.words in prices.rests_on
    assert "363 training patients" in prices.rests_on
    named = {price.name: price for price in prices.prices}
    assert named["table5"].fits == 21
    assert named["table1"].hours == 0
