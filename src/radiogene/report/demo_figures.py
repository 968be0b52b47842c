"""The demonstration's images: AUC beside the ceiling, ROC curves, calibration curves, training curves."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from sklearn.metrics import roc_curve

from radiogene.evaluation.calibration_error import calibration_bins
from radiogene.evaluation.evaluation import EvaluationReport
from radiogene.evaluation.metrics import auc, missing_class
from radiogene.evaluation.predictions import Predictions
from radiogene.report.demo_metrics import BySystem, RangeBySystem
from radiogene.report.line_styles import COLOURS, MARKERS, numbered_line
from radiogene.report.numbers import value_text

if TYPE_CHECKING:
    from radiogene.training.fitting.fit import FitOutcome

PANEL_INCH = 3.1

CURVE_BINS = 5
"""Points of a calibration curve; ten bins of a small cohort would hold too few patients each."""

SMALL, NORMAL = 7.0, 8.0


def auc_figure(
    external: Mapping[str, EvaluationReport],
    ceiling: Mapping[str, BySystem],
    ranges: Mapping[str, RangeBySystem],
    systems: Sequence[str],
) -> Figure:
    """Each system's AUC with its interval, the ceiling as a line across it, and where chance puts it; a panel per gene.

    Args:
        external: per system, its evaluation.
        ceiling: per gene and system, the best AUC there can be.
        ranges: per gene and system, between which AUCs the ceiling falls in 95% of cohorts of this size.
        systems: from top to bottom.
    """
    figure, panels = _panels(list(ceiling), height=0.65 + 0.3 * len(systems))
    for axes, (gene, best) in zip(panels, ceiling.items(), strict=True):
        axes.axvline(0.5, color="0.6", linewidth=0.8, linestyle=":")
        lowest = 0.5
        for row, system in enumerate(systems):
            measure = external[system].genes[gene].auc
            if system in ranges.get(gene, {}):
                low, high = ranges[gene][system]
                axes.fill_betweenx([row - 0.32, row + 0.32], low, high, color="0.88", linewidth=0)
                lowest = min(lowest, low)
            axes.plot([best[system]] * 2, [row - 0.32, row + 0.32], color="black", linewidth=1.8)
            if measure.value is None:
                continue
            interval = measure.interval
            if interval is not None:
                axes.plot([interval.low, interval.high], [row, row], color=COLOURS[row], linewidth=2)
                lowest = min(lowest, interval.low)
            marker = MARKERS[row % len(MARKERS)]
            axes.plot(measure.value, row, marker, color=COLOURS[row], markersize=5, clip_on=False)
        axes.set_yticks(range(len(systems)), systems, fontsize=NORMAL)
        axes.set_ylim(len(systems) - 0.5, -0.5)
        axes.set_xlim(min(lowest - 0.03, 0.45), 1.005)
        axes.set_xlabel(
            "AUC with 95% interval; black: ceiling;\ngrey: where it falls in 95% of such cohorts", fontsize=SMALL
        )
    return figure


def roc_figure(predictions: Mapping[str, Predictions]) -> Figure:
    """The ROC curves of all systems, one panel per gene.

    Args:
        predictions: per system, in the order of the legend.
    """
    genes = next(iter(predictions.values())).genes
    figure, panels = _panels(genes, height=PANEL_INCH)
    for axes, gene in zip(panels, genes, strict=True):
        axes.plot([0, 1], [0, 1], color="0.6", linewidth=0.8, linestyle=":")
        for number, (system, predicted) in enumerate(predictions.items()):
            known = predicted.gene(gene)
            if missing_class(known.labels):
                continue
            false_share, true_share, _ = roc_curve(known.labels, known.probabilities, drop_intermediate=False)
            area = auc(known.labels, known.probabilities).value
            axes.plot(false_share, true_share, label=f"{system}: AUC {value_text(area)}", **numbered_line(number))
        axes.set_xlabel("1 − specificity", fontsize=NORMAL)
        axes.set_ylabel("sensitivity", fontsize=NORMAL)
        _unit_square(axes)
        _legend(axes, "lower right")
    return figure


def calibration_figure(predictions: Mapping[str, Predictions]) -> Figure:
    """The share of mutants against the mean probability in bins of equally many patients, one panel per gene.

    Args:
        predictions: per system, in the order of the legend.
    """
    genes = next(iter(predictions.values())).genes
    figure, panels = _panels(genes, height=PANEL_INCH)
    for axes, gene in zip(panels, genes, strict=True):
        axes.plot([0, 1], [0, 1], color="0.6", linewidth=0.8, linestyle=":")
        for number, (system, predicted) in enumerate(predictions.items()):
            known = predicted.gene(gene)
            if not known.labels.size:
                continue
            bins = calibration_bins(known.labels, known.probabilities, CURVE_BINS)
            marker = MARKERS[number % len(MARKERS)]
            axes.plot(
                bins.mean_probability,
                bins.mutant_share,
                label=system,
                marker=marker,
                markersize=4,
                **numbered_line(number),
            )
        axes.set_xlabel("mean probability of a mutation", fontsize=NORMAL)
        axes.set_ylabel("share of mutants", fontsize=NORMAL)
        _unit_square(axes)
        _legend(axes, "upper left")
    return figure


def training_figure(history: "Sequence[FitOutcome]") -> Figure:
    """The loss of each epoch, one panel per stage, because stages minimise different losses.

    The validation loss begins at 0 with that of the weights that the stage started from.

    Args:
        history: one entry per stage, as in a model folder's `history.json`.
    """
    figure, panels = _panels([stage.name for stage in history], height=2.1)
    for axes, stage in zip(panels, history, strict=True):
        incoming = [] if stage.incoming_validation_loss is None else [stage.incoming_validation_loss]
        for number, (key, words, before) in enumerate(
            (("loss", "training", []), ("validation_loss", "validation", incoming))
        ):
            losses = [*before, *(epoch[key] for epoch in stage.history)]
            epochs = range(1 - len(before), len(stage.history) + 1)
            axes.plot(epochs, losses, label=words, **numbered_line(number))
        # Weights that no epoch made better lie before the first, at 0.
        axes.axvline(stage.best_epoch + 1, color="0.4", linewidth=0.8, linestyle=":", label="kept")
        axes.set_xlabel("epoch of the stage", fontsize=NORMAL)
        axes.set_ylabel("loss", fontsize=NORMAL)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _legend(axes, "upper right")
    return figure


def _panels(titles: Sequence[str], height: float) -> tuple[Figure, list[Axes]]:
    """A figure with one panel per title, side by side."""
    figure = Figure(figsize=(PANEL_INCH * 1.15 * max(len(titles), 2), height), layout="constrained", facecolor="white")
    panels = list(figure.subplots(1, len(titles), squeeze=False)[0])
    for axes, title in zip(panels, titles, strict=True):
        axes.set_title(title, fontsize=NORMAL + 1, loc="left", fontweight="bold", parse_math=False)
        axes.tick_params(labelsize=SMALL, width=0.6, length=2.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_linewidth(0.6)
    return figure, panels


def _unit_square(axes: Axes) -> None:
    """Both axes from 0 to 1 at one scale."""
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.01)
    axes.set_aspect("equal")


def _legend(axes: Axes, place: Literal["lower right", "upper left", "upper right"]) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc=place, fontsize=SMALL, edgecolor="none", framealpha=0.85, handlelength=2.6)
