"""What holds of every drawing: its width, legible type, the stamp, nothing cut off, the same bytes twice."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.evaluation.measure import undefined
from radiogene.report.figures.activation_rows import activation_rows_figure
from radiogene.report.figures.attention_rows import attention_rows_figure
from radiogene.report.figures.calibration_plot import CalibrationLine, calibration_figure
from radiogene.report.figures.decision_curves import DecisionCurveLine, DecisionPanel, decision_curves_figure
from radiogene.report.figures.example_nodules import ExampleRow, example_nodules_figure
from radiogene.report.figures.forest_plot import ForestRow, forest_figure
from radiogene.report.figures.precision_recall_plot import (
    PrecisionRecallLine,
    PrecisionRecallPanel,
    precision_recall_figure,
)
from radiogene.report.figures.pretraining_bars import MEASURES, StartMeasures, pretraining_bars_figure
from radiogene.report.figures.printed_page import write_figure
from radiogene.report.figures.roc_panels import RocLine, RocPanel, roc_panels_figure
from radiogene.report.figures.view_weights import ViewWeights, view_weights_figure
from report.figures.figure_inputs import GENES, beyond_the_edges_mm, measure, nodule, words

SMALLEST_POINTS = 5.5

STEPS = np.linspace(0, 1, 21)


def examples(synthetic: bool) -> Figure:
    image = np.full((16, 16), -600.0)
    rows = [ExampleRow(gene, status, (image,) * 5) for gene in GENES for status in ("mutant", "wild type")]
    return example_nodules_figure(rows, synthetic)


def roc(synthetic: bool) -> Figure:
    lines = [
        RocLine(name, STEPS, STEPS ** (0.9 - 0.08 * n), measure(0.6 + 0.03 * n)) for n, name in enumerate(VIEW_NAMES)
    ]
    band = (np.clip(STEPS**0.2 - 0.1, 0, 1), np.clip(STEPS**0.2 + 0.1, 0, 1))
    best = RocLine("all nine views", STEPS, STEPS**0.2, measure(0.9), band, highlighted=True)
    panels = [RocPanel(f"{gene}, multi-task", (*lines, best), "162 patients, 25 mutants") for gene in GENES]
    return roc_panels_figure(panels, synthetic)


def activation(synthetic: bool) -> Figure:
    return activation_rows_figure([nodule(n, mutant=n < 4) for n in range(7)], synthetic)


def attention(synthetic: bool) -> Figure:
    without = [nodule(n, mutant=n < 4) for n in range(7)]
    return attention_rows_figure(without, [replace(one, maps_vhw=one.maps_vhw**2) for one in without], synthetic)


def weights(synthetic: bool) -> Figure:
    shares = np.random.default_rng(0).dirichlet(np.full(9, 5.0), size=5)
    members = tuple(tuple(member) for member in shares.tolist())
    return view_weights_figure({gene: ViewWeights(VIEW_NAMES, members) for gene in GENES}, synthetic)


def pretraining(synthetic: bool) -> Figure:
    measures = {gene: {name: measure(0.7) for name in MEASURES} for gene in GENES}
    return pretraining_bars_figure(
        [StartMeasures("pretrained", measures), StartMeasures("scratch", measures)], synthetic
    )


def calibration(synthetic: bool) -> Figure:
    points = STEPS[2:18:3]
    line = CalibrationLine("MMDL", points, points, (points * 0.9, points * 1.05), STEPS, highlighted=True)
    other = CalibrationLine("clinical model", points, points**2)
    return calibration_figure(dict.fromkeys(GENES, (other, line)), synthetic)


def decision(synthetic: bool) -> Figure:
    thresholds = np.linspace(0.05, 0.8, 16)
    lines = (DecisionCurveLine("MMDL", 0.3 - 0.3 * thresholds, None, highlighted=True),)
    panel = DecisionPanel(thresholds, 0.3 - 0.7 * thresholds / (1 - thresholds), lines)
    return decision_curves_figure(dict.fromkeys(GENES, panel), synthetic)


def precision_recall(synthetic: bool) -> Figure:
    line = PrecisionRecallLine("MMDL", STEPS[1:], 1 - 0.7 * STEPS[1:], measure(0.6), highlighted=True)
    return precision_recall_figure({gene: PrecisionRecallPanel(0.3, (line,)) for gene in GENES}, synthetic)


def forest(synthetic: bool) -> Figure:
    rows = [
        ForestRow("Inception-ResNet-v2, multi-task", measure(0.7), 0.72),
        ForestRow("PET/CT", undefined("no patient has SUVmax")),
        ForestRow("MMDL", measure(0.8), 0.81, highlighted=True),
    ]
    return forest_figure(dict.fromkeys(GENES, rows), synthetic)


DRAWINGS: tuple[Callable[[bool], Figure], ...] = (
    examples,
    roc,
    activation,
    attention,
    weights,
    pretraining,
    calibration,
    decision,
    precision_recall,
    forest,
)

every_drawing = pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)


@every_drawing
def test_is_as_wide_as_the_page_and_no_longer_than_it(draw):
    width, height = draw(True).get_size_inches() * 25.4
    assert width == pytest.approx(180)
    assert height < 240


@every_drawing
def test_type_is_legible_at_full_size(draw):
    figure = draw(True)
    figure.draw_without_rendering()
    assert min(t.get_fontsize() for t in figure.findobj(Text) if t.get_text() and t.get_visible()) >= SMALLEST_POINTS


@every_drawing
def test_nothing_is_cut_off(draw):
    assert beyond_the_edges_mm(draw(True)) < 0.2


@every_drawing
def test_synthetic_data_are_stamped_and_real_ones_are_not(draw):
    assert any("SYNTHETIC" in text for text in words(draw(True)))
    assert not any("SYNTHETIC" in text for text in words(draw(False)))


@pytest.mark.parametrize("draw", [activation, roc], ids=lambda draw: draw.__name__)
def test_the_same_figure_gives_the_same_bytes(draw, tmp_path):
    first = [path.read_bytes() for path in write_figure(draw(True), tmp_path / "first")]
    second = [path.read_bytes() for path in write_figure(draw(True), tmp_path / "second")]
    assert first == second
    assert first[0].startswith(b"<?xml")
    assert first[1].startswith(b"\x89PNG")
