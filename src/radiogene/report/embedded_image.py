"""Images as part of a page that needs no other file; a file's bytes are taken only if nothing in them acts."""

import base64
import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from radiogene.errors import SettingsError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 220
"""Sharp in print at the size that the pages give their images."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

ACTIVE = frozenset({"script", "foreignObject", "iframe", "handler", "set", "animate"})
"""Elements of SVG that run, or bring in what does."""

OUTSIDE_ADDRESS = re.compile(r"url\(\s*['\"]?(?!#)(?!data:)", re.IGNORECASE)
"""A reference of a style to something outside the image."""


def png_data_uri(figure: "Figure") -> str:
    """The figure as a PNG in a `data:` address; the same figure gives the same bytes."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return _data_uri("image/png", stream.getvalue())


def image_data_uri(name: str, content: bytes) -> str:
    """The image as a `data:` address; see `image_ending`."""
    return _data_uri({"png": "image/png", "svg": "image/svg+xml"}[image_ending(name, content)], content)


def image_ending(name: str, content: bytes) -> str:
    """`png` or `svg`.

    Args:
        name: of the figure, for the message.
        content: of the file.

    Raises:
        SettingsError: neither, or an SVG with scripts or references to elsewhere.
    """
    if content.startswith(PNG_SIGNATURE):
        return "png"
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise SettingsError(f"Figure {name!r} is neither a PNG nor an SVG ({error}).") from error
    if _local(root.tag) != "svg":
        raise SettingsError(f"Figure {name!r} is XML with the root {_local(root.tag)!r}; an SVG was expected.")
    for element in root.iter():
        _require_passive(name, element)
    return "svg"


def _data_uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _require_passive(name: str, element: ElementTree.Element) -> None:
    """Refuses an element that acts, or that refers to anything outside the image."""
    tag = _local(element.tag) if isinstance(element.tag, str) else ""
    if tag in ACTIVE:
        raise SettingsError(f"Figure {name!r} is an SVG with <{tag}>; an image without scripts was expected.")
    styles = [element.text or ""] if tag == "style" else []
    for key, value in element.attrib.items():
        attribute = _local(key)
        if attribute.lower().startswith("on"):
            raise SettingsError(f"Figure {name!r} is an SVG with the attribute {attribute!r}; none that acts may be.")
        if attribute == "href" and not value.startswith(("#", "data:image/")):
            raise SettingsError(f"Figure {name!r} refers to {value!r}; it must hold all that it shows.")
        styles.append(value)
    if any(OUTSIDE_ADDRESS.search(style) or "@import" in style for style in styles):
        raise SettingsError(f"Figure {name!r} has a style that refers outside it; it must hold all that it shows.")


def _local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]
