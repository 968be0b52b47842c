"""What each drawing shows, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection

from radiogene.errors import SettingsError
from radiogene.evaluation.measure import Measure, undefined
from radiogene.report.figures.activation_rows import activation_rows_figure, view_maps_figure
from radiogene.report.figures.attention_rows import attention_rows_figure
from radiogene.report.figures.example_nodules import ExampleRow, example_nodules_figure
from radiogene.report.figures.forest_plot import ForestRow, forest_figure
from radiogene.report.figures.precision_recall_plot import (
    PrecisionRecallLine,
    PrecisionRecallPanel,
    precision_recall_figure,
)
from radiogene.report.figures.pretraining_bars import MEASURES, StartMeasures, pretraining_bars_figure
from radiogene.report.figures.roc_panels import RocLine, RocPanel, roc_panels_figure
from radiogene.report.figures.view_weights import ViewWeights, view_weights_figure
from radiogene.report.line_styles import curve_styles
from report.figures.figure_inputs import GENES, measure, nodule, words

STEPS = np.linspace(0, 1, 5)


def test_ten_curves_are_all_told_apart_and_one_stands_out():
    styles = curve_styles([False] * 9 + [True])
    assert len({(style["color"], str(style["linestyle"])) for style in styles}) == 10
    assert styles[-1]["linewidth"] > max(style["linewidth"] for style in styles[:-1])


def test_roc_panels_have_letters_figures_and_the_band_of_one_curve():
    lines = (
        RocLine("clinical", STEPS, STEPS, measure(0.6)),
        RocLine("MMDL", STEPS, STEPS**0.5, measure(0.8), (STEPS * 0.5, STEPS**0.3), highlighted=True),
    )
    figure = roc_panels_figure([RocPanel(f"{gene}, {task}", lines) for task in ("1", "2") for gene in GENES], False)
    found = words(figure)
    assert [t for t in found if t[:3] in ("A  ", "B  ", "C  ", "D  ")] == [
        "A  EGFR, 1",
        "B  KRAS, 1",
        "C  EGFR, 2",
        "D  KRAS, 2",
    ]
    assert found.count("MMDL: 0.800 (0.720 to 0.860)") == 4
    for axes in figure.axes:
        bands = axes.findobj(FillBetweenPolyCollection)
        assert len(bands) == 1
        assert axes.get_aspect() == 1


def test_a_missing_interval_or_figure_is_not_made_up():
    steps = np.linspace(0, 1, 3)
    lines = (
        RocLine("two", steps, steps, Measure(0.7, reason="two patients"), highlighted=True),
        RocLine("none", steps, steps, undefined("one class")),
    )
    drawn = words(roc_panels_figure([RocPanel("EGFR", lines, "2 patients")], synthetic=True))
    assert {"two: 0.700", "none: undefined"} <= set(drawn)


def test_columns_are_grouped_by_status_and_say_how_much_lies_on_the_nodule():
    nodules = [nodule(n, mutant=n < 2) for n in range(3)]
    figure = activation_rows_figure(nodules, False)
    found = words(figure)
    assert found.count("EGFR mutant") == found.count("EGFR wild type") == 1
    for one in nodules:
        assert f"{one.mass.mass_share:.1%} / {one.mass.area_share:.1%}" in found
    # Three rows of three images and the colour bar.
    assert len(figure.axes) == 10
    image, alone, both = (figure.axes[3 * row].images for row in range(3))
    assert (len(image), len(alone), len(both)) == (1, 1, 2)
    np.testing.assert_array_equal(alone[0].get_array(), nodules[0].maps_vhw[0])
    np.testing.assert_array_equal(both[0].get_array(), image[0].get_array())


def test_another_view_is_drawn_in_its_own_proportions():
    figure = activation_rows_figure([nodule(0)], False, view="F,L+P")
    figure.draw_without_rendering()
    box = figure.axes[0].get_window_extent()
    assert box.width / box.height == pytest.approx(np.sqrt(2), rel=1e-3)
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), nodule(0).maps_vhw[3])


def test_a_nodule_marked_by_a_point_has_no_line_and_no_share():
    found = words(activation_rows_figure([nodule(0, marked=False, mutant=None)], False))
    assert "EGFR unknown" in found
    assert not any("/" in text for text in found)


def test_no_name_of_a_view_or_patient_but_the_view_stands_on_a_figure_of_maps():
    nodules = [nodule(n) for n in range(2)]
    assert not any("SYN-" in text for text in words(activation_rows_figure(nodules, True)))


def test_rows_of_maps_refuse_what_does_not_belong_side_by_side():
    with pytest.raises(SettingsError, match="no nodule"):
        activation_rows_figure([], False)
    with pytest.raises(SettingsError, match=r"\['EGFR', 'KRAS'\]"):
        activation_rows_figure([nodule(0), nodule(1, gene="KRAS")], False)
    with pytest.raises(SettingsError, match="the same nodules in the same order"):
        attention_rows_figure([nodule(0), nodule(1)], [nodule(1), nodule(0)], False)
    with pytest.raises(SettingsError, match="2 nodules without and 1 with"):
        attention_rows_figure([nodule(0), nodule(1)], [nodule(0)], False)


def test_attention_is_compared_on_the_same_images():
    without = [nodule(0)]
    attending = [replace(without[0], maps_vhw=without[0].maps_vhw ** 2)]
    figure = attention_rows_figure(without, attending, False)
    _, second, third = (axes.images[0].get_array() for axes in figure.axes[:3])
    np.testing.assert_array_equal(second, without[0].maps_vhw[0])
    np.testing.assert_array_equal(third, attending[0].maps_vhw[0])


def test_all_views_of_a_nodule_are_stamped_too():
    assert "SYNTHETIC" in words(view_maps_figure(nodule(0), True))
    assert "SYNTHETIC" not in words(view_maps_figure(nodule(0), False))


def test_too_many_examples_in_a_row_are_refused():
    image = np.zeros((8, 8))
    with pytest.raises(SettingsError, match="up to 8 examples"):
        example_nodules_figure([ExampleRow("EGFR", "mutant", (image,) * 8)], False)


def test_a_shorter_row_leaves_its_places_empty():
    image = np.zeros((8, 8))
    rows = [ExampleRow("EGFR", "mutant", (image,) * 3), ExampleRow("EGFR", "wild type", (image,))]
    figure = example_nodules_figure(rows, False)
    assert [len(axes.images) for axes in figure.axes] == [1, 1, 1, 1, 0, 0]


def test_a_bar_is_the_members_mean():
    figure = view_weights_figure({"EGFR": ViewWeights(("axial", "coronal"), ((0.2, 0.8), (0.4, 0.6)))}, False)
    assert [bar.get_width() for bar in figure.axes[0].patches] == pytest.approx([0.3, 0.7])
    assert [line.get_xdata().tolist() for line in figure.axes[0].lines[:2]] == [[0.2, 0.4], [0.8, 0.6]]


def test_bars_have_the_papers_figures_only_where_it_prints_them():
    measures = {"EGFR": {name: measure(0.7) for name in MEASURES}}
    own = StartMeasures("pretrained", measures)
    assert "paper" not in words(pretraining_bars_figure([own], False))
    printed = replace(own, paper={"EGFR": {"auc": 0.81}})
    figure = pretraining_bars_figure([printed], False)
    assert "paper" in words(figure)
    marks = [line.get_ydata() for line in figure.axes[0].lines if line.get_marker() == "D"]
    assert [float(np.ravel(mark)[0]) for mark in marks] == [0.81]


def test_an_undefined_figure_has_no_bar():
    measures = {"EGFR": {name: measure(0.7) for name in MEASURES} | {"sensitivity": undefined("no mutant")}}
    figure = pretraining_bars_figure([StartMeasures("scratch", measures)], False)
    assert len(figure.axes[0].patches) == 3
    assert "undefined" in words(figure)


def test_an_empty_row_of_the_forest_gives_its_reason():
    found = words(forest_figure({"EGFR": [ForestRow("PET/CT", undefined("no patient has SUVmax"))]}, False))
    assert any("no patient has SUVmax" in text for text in found)


def test_the_area_under_the_drawn_precision_recall_curve_is_the_average_precision():
    from sklearn.metrics import average_precision_score

    from radiogene.evaluation.precision_recall import precision_recall

    generator = np.random.default_rng(0)
    labels = (generator.random(60) < 0.3).astype(np.int8)
    probabilities = generator.random(60) * 0.7 + 0.3 * labels
    curve = precision_recall(labels, probabilities)
    line = PrecisionRecallLine("MMDL", curve.recall, curve.precision, curve.average_precision, highlighted=True)
    figure = precision_recall_figure({"EGFR": PrecisionRecallPanel(0.3, (line,))}, False)
    (drawn,) = [one for one in figure.axes[0].lines if one.get_drawstyle() == "steps-pre"]
    recall, precision = drawn.get_data()
    area = float((np.diff(recall) * precision[1:]).sum())
    assert area == pytest.approx(average_precision_score(labels, probabilities))
