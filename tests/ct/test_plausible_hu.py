"""Pixels that cannot be Hounsfield units are refused where they would be answered, and warned of where shown."""

import nibabel
import numpy as np
import pytest

from ct.made_chest import CHEST, NODULE_LPS_MM, chest, chest_hu
from radiogene.ct.open_scan import open_scan
from radiogene.ct.preparation import prepare_nodule, stored_cube
from radiogene.ct.scan import ScanOptions
from radiogene.errors import SeriesError

ODD = 25
"""A slice in the middle of the nodule."""


def words_of(dataset):
    return np.frombuffer(dataset.PixelData, "<u2").copy()


def with_words(change, only=None):
    """An edit of the stored words of all slices, or of one."""

    def edit(dataset, k):
        if only is None or k == only:
            dataset.PixelData = change(words_of(dataset)).astype("<u2").tobytes()

    return edit


def with_elements(only=None, **values):
    """An edit of elements of all slices, or of one."""

    def edit(dataset, k):
        if only is None or k == only:
            for name, value in values.items():
                setattr(dataset, name, value)

    return edit


def shuffled_from_row(row):
    """What a decoder makes of a stream that is damaged there: the rest of the slice is something else."""

    def change(words):
        image = words.reshape(CHEST.rows, CHEST.columns)
        image[row:] = np.roll(image[row:], 40, axis=1)[::-1]
        return image

    return change


DEFECTS = {
    "signed read as unsigned": with_elements(PixelRepresentation=0),
    "byte-swapped": with_words(lambda words: words.byteswap()),
    "shifted by -1000": with_elements(RescaleIntercept="-1000"),
    "shifted by 1000": with_elements(RescaleIntercept="1000"),
    "tenfold": with_elements(RescaleSlope="10"),
    "doubled": with_elements(RescaleSlope="2"),
    "halved": with_elements(RescaleSlope="0.5"),
    "slope of nothing": with_elements(RescaleSlope="1e-300"),
    "one slope of 1e300": with_elements(ODD, RescaleSlope="1e300"),
    "one slope of 1e36": with_elements(ODD, RescaleSlope="1e36"),
    "one slope of 1.3": with_elements(ODD, RescaleSlope="1.3"),
    "one slope of 0.8": with_elements(ODD, RescaleSlope="0.8"),
    "one intercept of 100": with_elements(ODD, RescaleIntercept="100"),
    "one unsigned": with_elements(ODD, PixelRepresentation=0),
    "one of 8 bits stored": with_elements(ODD, BitsStored=8, HighBit=7),
    "one of 10 bits stored": with_elements(ODD, BitsStored=10, HighBit=9),
    "one byte-swapped": with_words(lambda words: words.byteswap(), ODD),
    "one damaged in its lower half": with_words(shuffled_from_row(64), ODD),
    "the first slice byte-swapped": with_words(lambda words: words.byteswap(), 0),
    "half of them with another slope": lambda dataset, k: setattr(dataset, "RescaleSlope", "1.3" if k > ODD else "1"),
}


def test_the_undamaged_chest_is_prepared_and_nothing_is_said(tmp_path):
    CHEST.write(tmp_path)
    prepared = prepare_nodule(tmp_path, NODULE_LPS_MM, refuse_doubts=True)
    assert prepared.report.warnings == ()
    assert prepared.cube_hu[28:36, 28:36, 28:36].mean() == pytest.approx(40, abs=2)


@pytest.mark.parametrize("name", DEFECTS)
def test_defects_of_pixels_are_refused(name, tmp_path):
    chest(edit=DEFECTS[name]).write(tmp_path)
    with pytest.raises(SeriesError) as refusal:
        prepare_nodule(tmp_path, NODULE_LPS_MM, refuse_doubts=True)
    assert "Hounsfield" in str(refusal.value) or "HU" in str(refusal.value)


def test_the_odd_slice_is_named_by_its_file(tmp_path):
    chest(edit=DEFECTS["one slope of 1.3"]).write(tmp_path)
    with pytest.raises(SeriesError, match=rf"slice {ODD} \(.*00{ODD}\.dcm\) .*another slope"):
        prepare_nodule(tmp_path, NODULE_LPS_MM, refuse_doubts=True)


def test_where_images_are_only_shown_doubts_are_warnings(tmp_path):
    chest(edit=DEFECTS["doubled"]).write(tmp_path)
    warnings = prepare_nodule(tmp_path, NODULE_LPS_MM, require_air=False).report.warnings
    assert any("where nothing is" in warning for warning in warnings)


def test_slopes_that_differ_and_are_right_are_read_and_told(tmp_path):
    chest(slope=lambda k: 0.5 if k % 3 == 0 else 1.0, intercept=lambda k: -50.0 * (k % 2)).write(tmp_path)
    prepared = prepare_nodule(tmp_path, NODULE_LPS_MM, refuse_doubts=True)
    assert prepared.report.warnings == ()
    assert any("another slope, intercept, sign or number of bits" in said for said in prepared.report.decisions)


def nifti(path, slope=1.0, change=lambda volume: volume):
    """The chest as a NIfTI file."""
    z, y, x = np.meshgrid(np.arange(-50, 50, 2.0), np.arange(-125, 131, 2.0), np.arange(-130, 130, 2.0), indexing="ij")
    volume = np.stack([chest_hu(plane) for plane in np.stack([x, y, z], axis=-1)])
    affine = np.diag([-2.0, -2.0, 2.0, 1.0])
    affine[:3, 3] = (130, 125, -50)
    image = nibabel.Nifti1Image(change(volume).T.astype(np.int16), affine)
    nibabel.save(image, path)
    content = bytearray(path.read_bytes())
    content[112:120] = np.array([slope, 0], "<f4").tobytes()
    path.write_bytes(content)
    return path


def test_a_nifti_file_with_a_slope_that_is_none_is_refused(tmp_path):
    good = prepare_nodule(nifti(tmp_path / "good.nii"), NODULE_LPS_MM, refuse_doubts=True)
    assert good.report.warnings == ()
    with pytest.raises(SeriesError, match="where nothing is"):
        prepare_nodule(nifti(tmp_path / "twice.nii", 2.0), NODULE_LPS_MM, refuse_doubts=True)
    with pytest.raises(SeriesError, match="a slope below 0 turns air into bone"):
        open_scan(nifti(tmp_path / "inverted.nii", -1.0), ScanOptions())


def test_values_that_no_cube_can_hold_are_refused_everywhere(tmp_path):
    with pytest.raises(SeriesError, match="no CT in HU reaches"):
        open_scan(nifti(tmp_path / "large.nii", 100.0), ScanOptions())
    chest(intercept=lambda _: -500.0, edit=with_elements(PixelRepresentation=0)).write(tmp_path / "unsigned")
    with pytest.raises(SeriesError, match=r"pixels reach 6\d{4} HU.*PixelRepresentation"):
        prepare_nodule(tmp_path / "unsigned", NODULE_LPS_MM, require_air=False)
    with pytest.raises(SeriesError, match="infinite or no number"):
        stored_cube(np.full((64, 64, 64), np.nan, np.float32))


def test_a_window_that_cut_off_the_bones_is_told(tmp_path):
    path = nifti(tmp_path / "windowed.nii", change=lambda volume: np.minimum(volume, 400))
    assert any("a window may have cut off" in said for said in prepare_nodule(path, NODULE_LPS_MM).report.warnings)
