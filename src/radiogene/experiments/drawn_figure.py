"""A drawn matplotlib figure as a figure of the report, and a sentence of its caption."""

import io
from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from radiogene.explanation.nodule_maps import NoduleMaps
from radiogene.report.evidence.evidence_report import EvidenceFigure

IMAGE_DOTS_PER_INCH = 200


def drawn_figure(name: str, title: str, caption: str, alt: str, figure: Figure, kind: str = "svg") -> EvidenceFigure:
    """The figure with its words.

    Args:
        name: of its file, without ending.
        title: printed above it.
        caption: printed beneath it.
        alt: what it shows, for who cannot see it.
        figure: drawn.
        kind: `svg` for lines, `png` for images of CT, which would make a huge SVG.
    """
    content = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with matplotlib.rc_context({"svg.hashsalt": "radiogene"}):
        figure.savefig(content, format=kind, dpi=IMAGE_DOTS_PER_INCH, metadata=metadata)
    return EvidenceFigure(name, title, caption, content.getvalue(), alt)


def no_figure(name: str, title: str, reason: str) -> EvidenceFigure:
    """A figure that could not be drawn, with its reason.

    Args:
        name: of its file.
        title: printed above it.
        reason: why.
    """
    return EvidenceFigure(name, title, "", b"", "", reason)


def share_words(nodules: Sequence[NoduleMaps]) -> str:
    """The maps' mean share of mass on the nodule beside the mean share of the views that the nodules cover.

    Args:
        nodules: with maps; those that were marked by a point have no share.
    """
    masses = [nodule.mass for nodule in nodules if nodule.mass is not None and nodule.mass.mass.sum() > 0]
    if not masses:
        return "No nodule shown has both a segment and a map, so no share is given."
    inside = float(np.mean([mass.mass_share for mass in masses]))
    area = float(np.mean([mass.area_share for mass in masses]))
    return (
        f"On average {inside:.0%} of the maps' mass lies on the nodule, which covers {area:.0%} of the views "
        f"({len(masses)} of {len(nodules)} nodules have a segment and a map)."
    )
