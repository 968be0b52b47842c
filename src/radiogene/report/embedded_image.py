"""A matplotlib figure as part of a page that needs no other file."""

import base64
import io

from matplotlib.figure import Figure

DOTS_PER_INCH = 220
"""Sharp in print at the size that the pages give their images."""


def png_data_uri(figure: Figure) -> str:
    """The figure as a PNG in a `data:` address; the same figure gives the same bytes."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
