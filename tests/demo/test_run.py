"""The demonstration at a small size: every file it promises, and figures that fit together."""

import json
import shutil

import pytest

from radiogene.cli.progress import progress_bar
from radiogene.demo.run import DemoSettings, run_demo
from radiogene.prediction.predictor import Predictor
from radiogene.report.terminal_text import demo_text

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def demo(tmp_path_factory, synthetic_cohort):
    """The training patients are those of other tests: of the same site and seed they are kept, as after a break."""
    out = tmp_path_factory.mktemp("demo")
    shutil.copytree(synthetic_cohort.parent, out / "site-a", ignore=shutil.ignore_patterns("*.csv"))
    settings = DemoSettings(training_patients=28, external_patients=16, seed=3, epochs=1, workers=1, progress=False)
    return out, run_demo(out, settings, lambda title: progress_bar(title, quiet=True))


def test_it_writes_the_report_the_metrics_and_a_model_that_can_be_read(demo):
    out, metrics = demo
    assert json.loads((out / "metrics.json").read_text()) == json.loads(json.dumps(metrics.to_json()))
    assert Predictor.from_folder(out / "model").facts.synthetic
    page = (out / "report.html").read_text()
    assert "SYNTHETIC" in page
    assert 'src="http' not in page


def test_every_system_is_measured_beside_its_ceilings(demo):
    _, metrics = demo
    for gene in ("EGFR", "KRAS"):
        for system in ("both", "image only", "clinical only"):
            assert 0 <= metrics.external[system].genes[gene].auc.value <= 1
            assert 0.5 < metrics.ceiling[gene][system] < 1
            assert 0 <= metrics.ceiling_on_these_patients[gene][system] <= 1
    assert metrics.ceiling_draws >= 1_000_000
    assert metrics.sites["A"].patients == 28
    assert metrics.external["both"].patients == 16


def test_the_answer_says_synthetic_first(demo):
    assert demo_text(demo[1]).startswith("SYNTHETIC")
