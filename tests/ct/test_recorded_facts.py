"""What nothing depends on may hold anything; positions that are rounded are even."""

import numpy as np
import pytest
from pydicom.config import disable_value_validation
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from ct.dicom_writers import SyntheticSeries
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import ScanOptions
from radiogene.errors import GeometryError


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("SliceThickness", "ANON"),
        ("SliceThickness", "2.0\\2.0"),
        ("SliceThickness", "1,25"),
        ("SliceThickness", "NaN"),
        ("KVP", "80\\140"),
        ("KVP", "120kV"),
        ("AcquisitionNumber", "1.5"),
        ("AcquisitionNumber", "ANON"),
    ],
)
def test_a_word_in_a_recorded_fact_leaves_the_scan_readable(tmp_path, keyword, text):
    def edit(dataset, k):
        content = text.encode() + b" " * (len(text) % 2)
        tag = Tag(tag_for_keyword(keyword))
        dataset._dict[tag] = RawDataElement(tag, dictionary_VR(tag), len(content), content, 0, False, True)

    with disable_value_validation():
        SyntheticSeries(edit=edit).write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    assert scan.grid.shape_ijk == (18, 14, 40)
    if keyword != "AcquisitionNumber":
        assert scan.facts["kvp" if keyword == "KVP" else "slice_thickness_mm"] is None
        assert f"{keyword} left out of the record, as no number stands there" in scan.decisions


@pytest.mark.parametrize(("step_mm", "decimals", "slices"), [(0.625, 2, 104), (0.625, 2, 128), (1.25, 1, 64)])
@pytest.mark.parametrize("allow_gaps", [False, True])
def test_rounded_positions_are_even(tmp_path, step_mm, decimals, slices, allow_gaps):
    def edit(dataset, k):
        x, y, z = map(float, dataset.ImagePositionPatient)
        dataset.ImagePositionPatient = [str(x), str(y), f"{z:.{decimals}f}"]

    SyntheticSeries(slice_step_mm=step_mm, slices=slices, edit=edit).write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions(allow_gaps=allow_gaps))
    assert scan.grid.shape_ijk[2] == slices
    assert scan.grid.spacing_mm[2] == pytest.approx(step_mm, rel=2e-3)
    assert any("positions are written to" in said for said in scan.decisions)


def test_a_missing_slice_is_still_missed_where_positions_are_rounded(tmp_path):
    depths = [k for k in range(60) if k != 30]
    SyntheticSeries(slice_step_mm=1.25, slices=59, depths=np.round(np.array(depths) * 1.25, 1) / 1.25).write(tmp_path)
    with pytest.raises(GeometryError, match="missing or uneven"):
        open_scan(tmp_path, ScanOptions())


def test_a_wide_gap_is_not_filled_with_slices_of_no_file(tmp_path):
    depths = [*range(20), *range(2000, 2020)]
    SyntheticSeries(depths=depths, slope=lambda _: 1.0, value_hu=lambda points: points[..., 0] - 300).write(tmp_path)
    with pytest.raises(GeometryError, match="a gap of 3962 mm, which would be filled with slices of no file"):
        open_scan(tmp_path, ScanOptions(allow_gaps=True))
