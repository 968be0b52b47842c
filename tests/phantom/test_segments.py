"""One phantom nodule marked as SEG, as RTSTRUCT and as a mask volume has one segment, which is the modelled body."""

from dataclasses import replace

import numpy as np
import pydicom
import pytest
import SimpleITK

from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.open_scan import open_scan
from radiogene.ct.preparation import segment_cube
from radiogene.ct.resampling import sample_points_lps_mm
from radiogene.ct.scan import ScanOptions
from radiogene.phantom.dicom_identity import DicomIdentity
from radiogene.phantom.genetics import site_model
from radiogene.phantom.nodule_marking import body_mask, write_segmentation, write_structure_set
from radiogene.phantom.patient import draw_patient
from radiogene.phantom.scan_grid import scan_grid


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * (a & b).sum() / (a.sum() + b.sum())


@pytest.mark.parametrize(("site", "index"), [("A", 0), ("A", 5), ("B", 1)])
def test_three_markings_of_a_nodule_have_one_segment(cohort_a, cohort_b, tmp_path, site, index):
    patient = draw_patient(site_model(site), site, {"A": 3, "B": 7}[site], index)
    nodule, grid = patient.subject.nodules[0], scan_grid(patient.acquisition, patient.subject.nodules[0].centre_mm)
    folder = {"A": cohort_a, "B": cohort_b}[site].parent / patient.patient_id / "ct"
    scan = open_scan(folder, ScanOptions())
    read = [pydicom.dcmread(file, stop_before_pixels=True) for file in folder.iterdir()]
    by_uid = {header.SOPInstanceUID: header for header in read}
    headers = [by_uid[uid] for uid in scan.slice_sop_uids]
    np.testing.assert_allclose(grid.grid.affine_lps_mm, scan.grid.affine_lps_mm, atol=1e-3)
    identity = DicomIdentity(patient)
    write_segmentation(tmp_path / "seg.dcm", 1, nodule, grid, headers, identity)
    write_structure_set(tmp_path / "rt.dcm", 1, nodule, grid, headers, identity)
    box, body = body_mask(nodule, grid)
    mask = np.zeros(grid.shape_zyx, np.uint8)
    mask[box] = body
    image = SimpleITK.GetImageFromArray(mask)
    image.SetOrigin(grid.grid.affine_lps_mm[:3, 3].tolist())
    image.SetSpacing(grid.grid.spacing_mm.tolist())
    image.SetDirection(grid.grid.directions_lps.ravel().tolist())
    SimpleITK.WriteImage(image, str(tmp_path / "mask.nrrd"))

    centre = nodule.centre_mm + grid.offset_lps_mm
    points = sample_points_lps_mm(centre)
    modelled = nodule.contains(points - grid.offset_lps_mm)
    found = [locate_nodule(str(tmp_path / name), scan) for name in ("seg.dcm", "rt.dcm", "mask.nrrd")]
    segments = [segment_cube(replace(one, centre_lps_mm=centre)) for one in found]
    for one, segment in zip(found, segments, strict=True):
        assert dice(segment, modelled) > 0.85
        assert segment.sum() / 1000 == pytest.approx(one.volume_ml, rel=0.06)
        np.testing.assert_allclose(points[segment].mean(axis=0), one.centre_lps_mm, atol=0.5)
    assert dice(segments[0], segments[2]) == 1.0
    assert dice(segments[0], segments[1]) > 0.9
