"""Figures 7 and 8: rows A (image), B (class activation map) and C (both), and all views of one nodule."""

from radiogene.experiments.drawn_figure import drawn_figure, no_figure, share_words
from radiogene.experiments.experiment import Evidence, Shown
from radiogene.experiments.fit_maps import drawn_nodules, maps_of_fit
from radiogene.experiments.rows import mmdl
from radiogene.report.figures.activation_rows import activation_rows_figure, view_maps_figure

CAPTION = (
    "External patients, drawn by the experiment's seed; the largest nodule of each, axial view. A: image; B: "
    "Grad-CAM of the fused {gene} logit, scaled over all views; C: both. {share}"
)
VIEWS_CAPTION = (
    "The first nodule of the figure above in all views, scaled together: a dark view moves the {gene} logit little."
)


def show_activation(evidence: Evidence, name: str, title: str, gene: str) -> Shown:
    """The figure of one gene.

    Args:
        evidence: with MMDL's outcome.
        name: of the figure.
        title: in our words.
        gene: whose maps.
    """
    fit = mmdl(evidence.settings)
    result, positions = evidence.result(fit), drawn_nodules(evidence, gene)
    if result is None or not positions:
        reason = evidence.why_not(fit) if result is None else f"no external patient has a known {gene} status"
        return Shown(figures=(no_figure(name, title, reason),))
    nodules = maps_of_fit(evidence, result, positions, gene)
    synthetic = evidence.external.synthetic
    rows = drawn_figure(
        name,
        title,
        CAPTION.format(gene=gene, share=share_words(nodules)),
        f"Nodules in columns; rows: image, activation map of {gene}, both.",
        activation_rows_figure(nodules, synthetic),
        "png",
    )
    views = drawn_figure(
        f"{name}-views",
        f"{title}: all views of one nodule",
        VIEWS_CAPTION.format(gene=gene),
        f"All views of one nodule with the activation map of {gene}.",
        view_maps_figure(nodules[0], synthetic),
        "png",
    )
    return Shown(figures=(rows, views))
