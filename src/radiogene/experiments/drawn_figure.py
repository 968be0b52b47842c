"""A drawn matplotlib figure as a figure of the report."""

import io

import matplotlib
from matplotlib.figure import Figure

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
