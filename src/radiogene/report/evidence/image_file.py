"""A figure's bytes: which kind they are, and that nothing in them acts or reaches out."""

import base64
import re
from xml.etree import ElementTree

from radiogene.errors import SettingsError

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

ACTIVE = frozenset({"script", "foreignObject", "iframe", "handler", "set", "animate"})
"""Elements of SVG that run, or bring in what does."""

OUTSIDE_ADDRESS = re.compile(r"url\(\s*['\"]?(?!#)(?!data:)", re.IGNORECASE)
"""A reference of a style to something outside the image."""


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


def image_data_uri(name: str, content: bytes) -> str:
    """The image as a `data:` address; see `image_ending`."""
    kind = {"png": "image/png", "svg": "image/svg+xml"}[image_ending(name, content)]
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
