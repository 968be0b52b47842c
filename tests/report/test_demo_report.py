import re
from dataclasses import replace

import numpy as np
import pytest

from radiogene.errors import SettingsError
from radiogene.evaluation.predictions import Predictions
from radiogene.report.demo_figures import auc_figure, calibration_figure, roc_figure, training_figure
from radiogene.report.demo_report import SYSTEMS, write_demo_report
from report.report_inputs import GENES, case, geometry, history, metrics, model, parsed, predictions

PREDICTIONS = predictions()
METRICS = metrics(PREDICTIONS)


def example():
    return case(
        nodule=geometry(synthetic=True), model=model(synthetic=True), truth={"EGFR": "mutant", "KRAS": "not tested"}
    )


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / "report.html"
    write_demo_report(path, METRICS, PREDICTIONS, example(), history())
    return path.read_text(encoding="utf-8")


def test_says_synthetic_first(html):
    assert "<title>SYNTHETIC cohort: radiogene demonstration</title>" in html
    text = parsed(html).text
    assert text.index("SYNTHETIC cohort") < text.index("The question")
    assert "it says nothing about patients" in text


def test_holds_every_figure_with_its_interval(html):
    text = parsed(html).text
    for system in SYSTEMS:
        for gene in GENES:
            found = METRICS.external[system].genes[gene]
            for key in ("auc", "accuracy", "sensitivity", "specificity", "f1", "brier", "calibration_slope", "ece"):
                measure = found.measures[key]
                assert f"{measure.value:.3f}" in text
                if measure.interval is None:
                    assert measure.reason in text
                else:
                    assert f"{measure.interval.low:.3f} to {measure.interval.high:.3f}" in text
            auc, best = found.auc, METRICS.ceiling[gene][system]
            interval = f"{auc.interval.low:.3f} to {auc.interval.high:.3f}"
            assert f"{system} {auc.value:.3f} {interval} {best:.3f}" in text
    assert "0.400 inner validation" in text
    assert "Intervals: the wider of Newcombe's and DeLong's on the logit scale." in text
    assert "percentile bootstrap of patients" in text


def test_says_on_whom_and_how_long(html):
    text = parsed(html).text
    assert "A training 130 137 EGFR 41 80 9 KRAS 41 80 9" in text
    assert "B external evaluation 90 95 EGFR 41 80 9" in text
    assert "training, both 95.7 all 157.3" in text
    assert "Peak memory 1843 MiB" in text
    assert f"all layers 12 11 {history()[0].best_validation_loss:.4f} the schedule's last epoch" in text
    assert "torch 2.11.0" in text


def test_shows_the_example_with_its_truth(html):
    text = parsed(html).text
    assert "EGFR mutation 86.6%" in text
    assert "Call: mutant · truth: mutant" in text
    assert "Call: wild type · truth: not tested" in text


def test_stands_alone(html):
    page = parsed(html)
    assert not {tag for tag, _ in page.elements} & {"script", "link", "iframe", "object", "a"}
    assert not re.search(r"https?:|@import|url\(", re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", html))
    sources = [attributes["src"] for _, attributes in page.elements if "src" in attributes]
    assert len(sources) == 7
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "SYN-B-" not in html


def test_the_answer_says_whether_the_interval_is_above_chance(tmp_path):
    genes = dict(METRICS.external["both"].genes)
    for gene, low in (("EGFR", 0.51), ("KRAS", 0.49)):
        auc = genes[gene].auc
        genes[gene] = replace(genes[gene], auc=replace(auc, interval=replace(auc.interval, low=low)))
    external = {**METRICS.external, "both": replace(METRICS.external["both"], genes=genes)}
    changed = replace(METRICS, external=external)
    write_demo_report(tmp_path / "report.html", changed, PREDICTIONS, example(), history())
    text = parsed((tmp_path / "report.html").read_text(encoding="utf-8")).text
    for gene, low, words in (("EGFR", "0.510", "lies above 0.5"), ("KRAS", "0.490", "does not lie above 0.5")):
        assert re.search(rf"{gene}: external AUC \d\.\d+ \({low} to .{{0,110}} The 95% interval {words}\.", text)


def test_refuses_figures_that_are_not_marked_synthetic_or_not_whole(tmp_path):
    with pytest.raises(SettingsError, match="must be marked synthetic"):
        write_demo_report(tmp_path / "r.html", replace(METRICS, synthetic=False), PREDICTIONS, example(), history())
    with pytest.raises(SettingsError, match="expected both, image only, clinical only"):
        write_demo_report(tmp_path / "r.html", METRICS, {"both": PREDICTIONS["both"]}, example(), history())
    assert not (tmp_path / "r.html").exists()


def test_the_area_under_the_drawn_roc_curve_is_the_auc():
    figure = roc_figure(PREDICTIONS)
    for axes, gene in zip(figure.axes, GENES, strict=True):
        _, *curves = axes.lines
        assert len(curves) == len(PREDICTIONS)
        for curve, (system, _) in zip(curves, PREDICTIONS.items(), strict=True):
            area = METRICS.external[system].genes[gene].auc.value
            assert np.trapezoid(curve.get_ydata(), curve.get_xdata()) == pytest.approx(area)
            assert curve.get_label() == f"{system}: AUC {area:.3f}"


def test_the_interval_and_ceiling_are_drawn_where_they_are():
    figure = auc_figure(METRICS.external, METRICS.ceiling, METRICS.ceiling_range, SYSTEMS)
    for axes, gene in zip(figure.axes, GENES, strict=True):
        drawn = [sorted(set(np.asarray(line.get_xdata(), dtype=float))) for line in axes.lines]
        for system in SYSTEMS:
            auc = METRICS.external[system].genes[gene].auc
            assert [auc.interval.low, auc.interval.high] in drawn
            assert [METRICS.ceiling[gene][system]] in drawn
        shaded = [sorted(set(patch.get_paths()[0].vertices[:, 0])) for patch in axes.collections]
        assert shaded == [list(METRICS.ceiling_range[gene][system]) for system in SYSTEMS]


def test_the_page_says_what_the_image_adds_and_whether_the_shown_calls_are_right(html):
    text = " ".join(parsed(html).text.split())
    assert text.count("changes the AUC of age, sex and smoking by 0.123 (0.057 to 0.190): it adds something here") == 2
    right = example().result.genes["EGFR"].call == "mutant"
    assert ("EGFR is called rightly" in text) == right
    assert ("EGFR is called wrongly" in text) != right
    assert "KRAS is called" not in text, "its status is not known"


def test_calibrated_probabilities_lie_on_the_diagonal():
    probabilities = np.repeat([0.1, 0.3, 0.5, 0.7, 0.9], 10)
    labels = np.concatenate([np.arange(10) < 10 * p - 0.5 for p in (0.1, 0.3, 0.5, 0.7, 0.9)]).astype(np.int8)
    ids = tuple(str(number) for number in range(50))
    figure = calibration_figure({"one": Predictions(ids, ("EGFR",), probabilities[:, None], labels[:, None])})
    _, curve = figure.axes[0].lines
    assert curve.get_xdata() == pytest.approx(curve.get_ydata())
    assert curve.get_xdata() == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])


def test_a_gene_without_both_classes_has_no_curve():
    one_class = Predictions(("a", "b"), ("EGFR",), np.array([[0.2], [0.8]]), np.array([[1], [1]], dtype=np.int8))
    assert len(roc_figure({"one": one_class}).axes[0].lines) == 1


def test_every_stage_has_its_losses_and_its_kept_epoch():
    figure = training_figure(history())
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["all layers", "fusion"]
    for axes, stage in zip(figure.axes, history(), strict=True):
        training, validation, kept = axes.lines
        assert training.get_ydata() == pytest.approx([epoch["loss"] for epoch in stage.history])
        losses = [stage.incoming_validation_loss, *(epoch["validation_loss"] for epoch in stage.history)]
        assert validation.get_ydata() == pytest.approx(losses)
        assert list(validation.get_xdata()) == list(range(stage.epochs + 1))
        assert list(kept.get_xdata()) == [stage.best_epoch + 1] * 2
