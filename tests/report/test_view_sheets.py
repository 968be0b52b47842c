import numpy as np
import pytest
from matplotlib.image import AxesImage

from radiogene.ct.nine_views import NINE_VIEWS, ViewSampling
from radiogene.report.view_sheets import activation_sheet, heat_colours, views_sheet

VIEWS_VHW = np.linspace(-1000, 100, 9 * 16 * 16).reshape(9, 16, 16)
MAPS_VHW = np.linspace(0, 1, 9 * 8 * 8).reshape(9, 8, 8)


def sizes(image: AxesImage) -> tuple[float, float]:
    left, right, bottom, top = image.get_extent()
    return abs(bottom - top), abs(right - left)


def test_views_are_drawn_at_one_scale_with_true_proportions():
    figure = views_sheet(VIEWS_VHW, NINE_VIEWS)
    figure.draw_without_rendering()
    scales = []
    for axes, view in zip(figure.axes, NINE_VIEWS, strict=True):
        assert axes.get_title() == view.name
        assert sizes(axes.images[0]) == pytest.approx(view.size_mm)
        height_mm, width_mm = view.size_mm
        box = axes.get_window_extent()
        scales += [box.height / height_mm, box.width / width_mm]
    assert scales == pytest.approx([scales[0]] * 18, rel=1e-6)


@pytest.mark.parametrize("sampling", list(ViewSampling))
def test_maps_lie_where_the_network_saw_the_view(sampling):
    figure = activation_sheet(VIEWS_VHW, MAPS_VHW, NINE_VIEWS, sampling)
    for axes, view, heat in zip(figure.axes, NINE_VIEWS, MAPS_VHW, strict=False):
        image, laid_over = axes.images
        height_mm, width_mm = view.size_mm
        expected = (width_mm, width_mm) if sampling is ViewSampling.ISOTROPIC else (height_mm, width_mm)
        assert sizes(laid_over) == pytest.approx(expected)
        np.testing.assert_array_equal(laid_over.get_array(), heat)
        assert laid_over.get_clim() == (0, 1)
        # Rows run downwards in both, and the image alone decides what is shown.
        assert (axes.get_ylim()[0], axes.get_ylim()[1]) == pytest.approx((height_mm / 2, -height_mm / 2))
        assert laid_over.get_zorder() > image.get_zorder()


def test_a_map_fades_to_nothing_at_0():
    colours = heat_colours()(np.linspace(0, 1, 11))
    assert colours[0, 3] == 0
    assert (np.diff(colours[:, 3]) >= 0).all()
    assert 0.5 <= colours[-1, 3] < 1
