from dataclasses import replace

import pytest

from radiogene.experiments.cost import GPU, OPERATIONS, cost_list, expected_seconds
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.rows import PAPERS_OWN, mmdl, system
from radiogene.methods.method_settings import StageSettings
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
    one = expected_seconds(mmdl(settings), 100, "gpu")
    assert expected_seconds(mmdl(settings), 300, "gpu") == pytest.approx(3 * one)
    assert expected_seconds(mmdl(settings, views=("axial",)), 100, "gpu") == pytest.approx(one / 9)
    folded = ExperimentSettings(preset="paper", folds=5, accelerator="gpu")
    assert expected_seconds(mmdl(folded), 100, "gpu") > 4 * one
    assert expected_seconds(system(settings, "clinical"), 100, "gpu") < 10


def test_the_list_prints_the_hours_of_the_papers_network():
    costs = cost_list(ExperimentSettings(preset="paper", folds=5, accelerator="gpu"), None)
    assert costs.all_hours > 24
    assert GPU.words in costs.rests_on
    assert "363 training patients" in costs.rests_on
    named = {cost.name: cost for cost in costs.lines}
    assert named["table5"].fits == 24
    assert named["table1"].hours == 0


def test_a_fit_costs_by_the_epochs_that_its_stages_have():
    short = ExperimentSettings(
        preset="paper", folds=0, all_layers=StageSettings(epochs=10), fusion=StageSettings(epochs=0)
    )
    one = expected_seconds(mmdl(short), 100, "gpu")
    longer = replace(short, fusion=StageSettings(epochs=10))
    assert expected_seconds(mmdl(longer), 100, "gpu") == pytest.approx(2 * one)
    left_out = replace(longer, all_layers=StageSettings(epochs=0))
    assert expected_seconds(mmdl(left_out), 100, "gpu") == pytest.approx(one)
