"""Figures 11 and 12: the same nodules' maps by a network without and one with attention."""

from radiogene.experiments.drawn_figure import drawn_figure, no_figure, share_words
from radiogene.experiments.experiment import Evidence, Shown
from radiogene.experiments.fit_maps import drawn_nodules, maps_of_fit
from radiogene.experiments.rows import mmdl
from radiogene.report.figures.attention_rows import attention_rows_figure

CAPTION = (
    "External patients, drawn by the experiment's seed; axial view. A: image; B: map of a network without masks; C: "
    "map of MMDL, with masks, trained in the same way. B: {without} C: {with_attention}"
)


def show_attention(evidence: Evidence, name: str, title: str, gene: str) -> Shown:
    """The figure of one gene.

    Args:
        evidence: with the outcomes of both networks.
        name: of the figure.
        title: in our words.
        gene: whose maps.
    """
    fits = (mmdl(evidence.settings, attention=False), mmdl(evidence.settings))
    positions = drawn_nodules(evidence, gene)
    results = [evidence.result(fit) for fit in fits]
    if not positions:
        return Shown(figures=(no_figure(name, title, f"no external patient has a known {gene} status"),))
    maps = []
    for fit, result in zip(fits, results, strict=True):
        if result is None:
            return Shown(figures=(no_figure(name, title, evidence.why_not(fit)),))
        maps.append(maps_of_fit(evidence, result, positions, gene))
    without, with_attention = maps
    figure = drawn_figure(
        name,
        title,
        CAPTION.format(without=share_words(without), with_attention=share_words(with_attention)),
        f"Nodules in columns; rows: image, map of {gene} without attention, map with attention.",
        attention_rows_figure(without, with_attention, evidence.external.synthetic),
        "png",
    )
    return Shown(figures=(figure,))
