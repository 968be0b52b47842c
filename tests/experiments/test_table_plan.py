from dataclasses import replace

import pytest

from radiogene.evaluation.comparison import holm_adjusted
from radiogene.experiments.experiment import Evidence
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import FitFailure, PlannedFit
from radiogene.experiments.row_comparison import unfair
from radiogene.experiments.table_plan import EXTERNAL, BlockPlan, RowPlan, TablePlan, build_table
from radiogene.methods.method_settings import MethodSettings, NetworkSettings, NineViewSettings

SETTINGS = ExperimentSettings(preset="tiny", folds=0)


def fit(seed: int) -> PlannedFit:
    return PlannedFit("clinical", MethodSettings(seed=seed))


def evidence_of(outcomes, tmp_path) -> Evidence:
    return Evidence(SETTINGS, None, None, outcomes, tmp_path)


@pytest.fixture
def table(made_result, tmp_path):
    outcomes = {
        fit(0): made_result(fit(0), 1.5),
        fit(1): made_result(fit(1), 0.4),
        fit(2): made_result(fit(2), 1.0),
        fit(3): FitFailure(fit(3), "three mutants only", 0.1),
    }
    rows = (
        RowPlan("Clinical model", fit(1), "Clinical model"),
        RowPlan("other", fit(2)),
        RowPlan("failed", fit(3)),
        RowPlan("Our model", fit(0), "Our model"),
    )
    blocks = tuple(BlockPlan(name, "EGFR", rows, fit(0)) for name in ("EGFR (a)", "EGFR (b)"))
    plan = TablePlan("table3", "a table", ("auc", "accuracy"), blocks, EXTERNAL)
    return build_table(plan, evidence_of(outcomes, tmp_path))


def test_a_failed_fit_leaves_its_row_empty_with_the_reason_and_the_others_whole(table):
    rows = {row.label: row for row in table.blocks[0].rows}
    assert rows["failed"].reason == "three mutants only"
    assert not rows["failed"].measures
    assert all(rows[name].measures["auc"].value is not None for name in rows if name != "failed")


def test_rows_carry_the_papers_figures_and_what_cannot_be_true_of_them(table):
    row = table.blocks[0].rows[0]
    assert row.paper["auc"] == 0.675
    assert any("F1" in note for note in row.notes)


def test_holm_runs_over_all_comparisons_of_the_table_and_gene(table):
    compared = [row.comparison for block in table.blocks for row in block.rows if row.comparison is not None]
    assert len(compared) == 4
    p_values = {str(n): found.p_value for n, found in enumerate(compared)}
    assert [found.p_holm for found in compared] == list(holm_adjusted(p_values).values())


def test_mmdl_is_not_compared_with_itself(table):
    assert table.blocks[0].rows[-1].comparison is None


def test_without_mmdl_the_other_rows_stand_without_a_comparison(made_result, tmp_path):
    rows = (RowPlan("other", fit(2)), RowPlan("MMDL", fit(0)))
    plan = TablePlan("table3", "a table", ("auc",), (BlockPlan("EGFR", "EGFR", rows, fit(0)),), EXTERNAL)
    outcomes = {fit(2): made_result(fit(2), 1.0), fit(0): FitFailure(fit(0), "no", 0.0)}
    other, ours = build_table(plan, evidence_of(outcomes, tmp_path)).blocks[0].rows
    assert other.measures["auc"].value is not None
    assert other.comparison is None
    assert ours.reason == "no"


def test_equal_settings_are_one_fit():
    assert fit(1) == PlannedFit("clinical", replace(MethodSettings(), seed=1))
    assert fit(1).key({"a": 1}) == fit(1).key({"a": 1}) != fit(1).key({"a": 2})
    assert fit(1).key({}) != replace(fit(1), shuffled=0).key({})


def test_a_network_from_random_weights_is_not_tested_against_a_pretrained_one(made_result, tmp_path):
    pretrained, random = (PlannedFit("mmdl", NineViewSettings(init=init)) for init in ("networks/ours", "random"))
    vgg, other = PlannedFit("vgg16", NineViewSettings()), PlannedFit("vgg16", NineViewSettings(init="networks/vgg"))
    cnn = PlannedFit("cnn-3d", NetworkSettings())
    assert "random weights" in unfair(pretrained, vgg)
    assert "random weights" in unfair(pretrained, cnn)
    for mmdl, row in ((random, vgg), (random, cnn), (pretrained, other), (pretrained, fit(0)), (pretrained, random)):
        assert unfair(mmdl, row) == "", (mmdl, row)
    rows = (RowPlan("VGG16", vgg), RowPlan("MMDL", pretrained))
    plan = TablePlan("table4", "a table", ("auc",), (BlockPlan("EGFR", "EGFR", rows, pretrained),), EXTERNAL)
    outcomes = {vgg: made_result(vgg, 1.0), pretrained: made_result(pretrained, 1.5)}
    row = build_table(plan, evidence_of(outcomes, tmp_path)).blocks[0].rows[0]
    assert row.measures["auc"].value is not None
    assert (row.comparison.p_value, row.comparison.p_mcnemar) == (None, None)
    assert "random weights" in row.comparison.difference.reason
