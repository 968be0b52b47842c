"""A place that cannot be a nodule is refused with its likely cause where it would be answered, and else warned of."""

import numpy as np
import pytest
import SimpleITK

from ct.made_chest import AIR_LPS_MM, CHEST, LUNG_LPS_MM, NODULE_LPS_MM, SPINE_LPS_MM, TABLE_LPS_MM, chest_hu
from radiogene.ct.preparation import prepare_nodule
from radiogene.errors import NoduleError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The chest in DICOM, and two masks on its grid."""
    folder = tmp_path_factory.mktemp("chest")
    CHEST.write(folder / "ct")
    z, y, x = np.meshgrid(
        np.arange(50) * 2.0 - 50, np.arange(128) * 2.0 - 125, np.arange(130) * 2.0 - 130, indexing="ij"
    )
    points = np.stack([x, y, z], axis=-1)
    ball = np.linalg.norm(points - NODULE_LPS_MM, axis=-1) < 9
    box = np.abs(points - NODULE_LPS_MM).max(axis=-1) < 14
    lung = np.linalg.norm(points - LUNG_LPS_MM, axis=-1) < 8
    for name, mask in (("ball", ball), ("inverted", ~ball), ("inverted box", box & ~ball), ("lung", lung)):
        image = SimpleITK.GetImageFromArray(mask.astype(np.uint8))
        image.SetSpacing((2.0, 2.0, 2.0))
        image.SetOrigin(CHEST.origin_lps_mm)
        SimpleITK.WriteImage(image, folder / f"{name}.nrrd")
    return folder


@pytest.mark.parametrize("nodule", ["point", "ball.nrrd"])
def test_the_nodule_is_accepted_and_nothing_is_said(folder, nodule):
    place = NODULE_LPS_MM if nodule == "point" else folder / nodule
    assert prepare_nodule(folder / "ct", place, refuse_doubts=True).report.warnings == ()


@pytest.mark.parametrize(
    ("place", "cause"),
    [
        (AIR_LPS_MM, "the point lies in air, outside the body or in an airway"),
        (LUNG_LPS_MM, "the point lies in healthy lung"),
        (SPINE_LPS_MM, "bone, or a vessel full of contrast medium"),
        (TABLE_LPS_MM, "outside the body, in the air around it, in the table"),
    ],
)
def test_a_point_that_is_no_nodule_is_refused_and_may_be_looked_at(folder, place, cause):
    with pytest.raises(NoduleError, match=cause):
        prepare_nodule(folder / "ct", place, refuse_doubts=True)
    said = " ".join(prepare_nodule(folder / "ct", place, require_air=False).report.warnings)
    assert cause.lower() in said.lower()


def test_a_ras_point_given_as_lps_is_asked_about(folder):
    x, y, z = NODULE_LPS_MM
    with pytest.raises(NoduleError, match=r"healthy lung.*is this point in RAS\? Then say so with `frame` ras"):
        prepare_nodule(folder / "ct", (-x - 12, -y - 5, z), refuse_doubts=True)


@pytest.mark.parametrize(
    ("mask", "cause"),
    [
        ("inverted", r"260 mm wide, and no nodule is wider than 150 mm: it is inverted"),
        ("inverted box", "leaves out its own centre, which is denser"),
        ("lung", "which is air or healthy lung"),
    ],
)
def test_a_marking_that_is_no_nodule_is_refused(folder, mask, cause):
    with pytest.raises(NoduleError, match=cause):
        prepare_nodule(folder / "ct", folder / f"{mask}.nrrd", refuse_doubts=True)


def test_the_chest_has_what_the_places_are_named_for():
    places = np.array([NODULE_LPS_MM, SPINE_LPS_MM, TABLE_LPS_MM, LUNG_LPS_MM, AIR_LPS_MM])
    np.testing.assert_allclose(chest_hu(places), [40, 450, -150, -860, -1000], atol=60)
