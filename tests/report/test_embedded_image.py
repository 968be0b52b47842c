import pytest

from radiogene.errors import SettingsError
from radiogene.report.embedded_image import image_data_uri, image_ending
from report.evidence.evidence_inputs import maps_figure, png_of, svg_of

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


def test_what_matplotlib_draws_is_a_image():
    assert image_ending("a", svg_of(maps_figure())) == "svg"
    assert image_ending("a", png_of(maps_figure())) == "png"
    assert image_data_uri("a", SVG.format("<g/>").encode()).startswith("data:image/svg+xml;base64,")


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ('<g onload="alert(1)"/>', "'onload'"),
        ('<image xlink:href="https://example.org/a.png"/>', "refers to 'https://example.org/a.png'"),
        ('<a href="javascript:alert(1)"/>', "refers to 'javascript:alert"),
        ("<style>@import 'https://example.org/a.css';</style>", "style that refers outside"),
        ('<rect style="fill: url(https://example.org/a)"/>', "style that refers outside"),
        ("<foreignObject/>", "<foreignObject>"),
    ],
)
def test_an_svg_that_acts_or_reaches_out_is_refused(inside, words):
    with pytest.raises(SettingsError, match="Figure 'roc'") as refused:
        image_ending("roc", SVG.format(inside).encode())
    assert words in str(refused.value)


def test_references_within_the_image_are_kept():
    inside = '<defs><path id="p"/></defs><use xlink:href="#p"/><rect clip-path="url(#c)"/>'
    assert image_ending("a", SVG.format(inside).encode()) == "svg"


@pytest.mark.parametrize("content", [b"GIF89a", b"", b"<html/>"])
def test_other_bytes_are_refused(content):
    with pytest.raises(SettingsError, match="Figure 'roc'"):
        image_ending("roc", content)
