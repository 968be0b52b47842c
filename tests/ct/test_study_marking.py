"""`auto` finds the marking of a scan in its study: one is taken, several are listed, others' are passed over."""

import numpy as np
import pytest
from pydicom.uid import generate_uid

from ct.dicom_writers import SyntheticSeries
from ct.nodule_objects import ball_on, epad_seg, saved
from radiogene.ct.nodule.study_marking import study_marking
from radiogene.ct.open_scan import open_scan
from radiogene.ct.preparation import prepare_nodule
from radiogene.ct.scan import ScanOptions
from radiogene.errors import NoduleError


@pytest.fixture
def study(tmp_path):
    """(folder of the CT, its scan, a SEG of a ball in its middle)."""
    SyntheticSeries(slices=40).write(tmp_path / "study" / "ct")
    scan = open_scan(tmp_path / "study" / "ct", ScanOptions())
    middle = scan.grid.to_lps_mm([[8, 7, 20]])[0]
    return tmp_path / "study" / "ct", scan, epad_seg(scan, ball_on(scan.grid, middle, 4.0))


@pytest.mark.parametrize("place", ["ct/marking.dcm", "segmentation/1.dcm"])
def test_the_one_marking_of_the_study_is_taken(study, place):
    ct, scan, marking = study
    path = ct.parent / place
    path.parent.mkdir(exist_ok=True)
    saved(marking, path)
    assert study_marking(ct, scan) == path
    found = prepare_nodule(ct, "auto", require_air=False)
    named = prepare_nodule(ct, path, require_air=False)
    np.testing.assert_array_equal(found.nodule.centre_lps_mm, named.nodule.centre_lps_mm)


def test_several_are_listed_and_none_is_guessed(study):
    ct, scan, marking = study
    for name in ("a.dcm", "b.dcm"):
        marking.SOPInstanceUID = generate_uid()
        saved(marking, ct / name)
    with pytest.raises(NoduleError, match=r"(?s)2 markings.*a\.dcm.*b\.dcm"):
        study_marking(ct, scan)


def test_the_marking_of_another_scan_is_none_of_this(study, tmp_path):
    ct, scan, _ = study
    other = tmp_path / "other"
    SyntheticSeries(slices=40).write(other)
    saved(epad_seg(open_scan(other, ScanOptions()), np.ones((40, 14, 18), bool)), ct / "other.dcm")
    with pytest.raises(NoduleError, match="Neither"):
        study_marking(ct, scan)
