"""DICOM results carry the CT's patient and study, say what the prediction says, and lie where the nodule lies."""

import json
import shutil
import subprocess
from itertools import permutations, product

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import SecondaryCaptureImageStorage

from ct.dicom_writers import AXIAL, SyntheticSeries, rotated, write_enhanced
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.ct.geometry_report import GeometryReport, MarkedNodule
from radiogene.ct.nodule.location import DICOM_SEG, POINT, Nodule
from radiogene.ct.preparation import prepare_nodule
from radiogene.errors import SeriesError
from radiogene.prediction.result import ConformalAnswer, GeneResult, ModelIdentity, PredictionResult
from radiogene.report.dicom.equipment import Equipment
from radiogene.report.dicom.outline import outline_segmentation
from radiogene.report.dicom.source_series import source_series
from radiogene.report.dicom.structured_report import structured_report

BALL_MM = 7.0
STEP_MM = 2.0

DIRECTIONS = {
    f"{axes}{signs}": (tuple(first), tuple(second))
    for axes in permutations(range(3), 2)
    for signs in product((1.0, -1.0), repeat=2)
    for first, second in [(np.eye(3)[axes[0]] * signs[0], np.eye(3)[axes[1]] * signs[1])]
}
"""All 24 right-handed ways in which rows and columns can follow the patient's axes."""

GEOMETRIES = {
    **{name: SyntheticSeries(directions=of) for name, of in DIRECTIONS.items()},
    "oblique": SyntheticSeries(directions=rotated((20.0, -15.0, 30.0))),
    "tilted gantry": SyntheticSeries(directions=AXIAL, step_lps_mm=(0.0, 0.35, 2.0)),
}


class Ball:
    """All points within 7 mm of a centre."""

    def __init__(self, centre):
        self.centre = np.asarray(centre)

    def contains(self, points_lps_mm):
        return np.linalg.norm(points_lps_mm - self.centre, axis=-1) < BALL_MM


def middle_of(series: SyntheticSeries) -> np.ndarray:
    """The middle of a series, and a little more, in LPS mm."""
    row, column = map(np.asarray, series.directions)
    step = STEP_MM * np.cross(row, column) if series.step_lps_mm is None else np.array(series.step_lps_mm)
    return np.array(series.origin_lps_mm) + 8.3 * row + 6.8 * column + 20.2 * step


def nodule_at(centre, kind=DICOM_SEG) -> Nodule:
    if kind == POINT:
        return Nodule(np.asarray(centre), None, None, POINT, None, None, ())
    return Nodule(np.asarray(centre), np.full(3, 2 * BALL_MM), 1.4, kind, "1", Ball(centre), ())


def result_at(centre) -> PredictionResult:
    place = tuple(float(n) for n in centre)
    return PredictionResult(
        genes={
            "EGFR": GeneResult(0.6312, None, 0.5, "mutant", conformal=ConformalAnswer("undetermined", 0.9, 40)),
            "KRAS": GeneResult(0.2, None, 0.31, "wild type"),
        },
        nodule=GeometryReport(
            centre_lps_mm=place,
            centre_ijk=place,
            spacing_mm=(1.0, 1.0, 2.0),
            shape_ijk=(18, 14, 40),
            directions_lps=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
            share_outside=0.0,
            nodule=MarkedNodule(POINT, None, None, None, False),
            decisions=(),
            warnings=(),
            series_uid="2.25.1",
            facts={},
            synthetic=True,
        ),
        warnings=("The scan is synthetic: this is no patient.", "Slices are missing."),
        model=ModelIdentity("mmdl", "MMDL", "tiny", "b", "single", 1, "ab" * 32, ("age",), None, True),
    )


def segmented_points(segmentation: Dataset) -> np.ndarray:
    """(N, 3) LPS mm of the pixels that a Segmentation marks, from its own geometry alone."""
    shared = segmentation.SharedFunctionalGroupsSequence[0]
    row = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient[:3], float)
    column = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient[3:], float)
    between_rows, between_columns = map(float, shared.PixelMeasuresSequence[0].PixelSpacing)
    frames = segmentation.pixel_array.reshape(-1, segmentation.Rows, segmentation.Columns)
    points = []
    for pixels, groups in zip(frames, segmentation.PerFrameFunctionalGroupsSequence, strict=True):
        position = np.array(groups.PlanePositionSequence[0].ImagePositionPatient, float)
        j, i = np.nonzero(pixels)
        points.append(position + i[:, None] * between_columns * row + j[:, None] * between_rows * column)
    return np.concatenate(points)


def items_of(report: Dataset):
    """Every content item, with those inside it."""
    for item in report.ContentSequence:
        yield item
        if "ContentSequence" in item:
            yield from items_of(item)


@pytest.mark.parametrize("name", GEOMETRIES)
def test_outline_and_point_lie_where_the_nodule_lies_in_every_orientation(name, tmp_path):
    series = GEOMETRIES[name]
    series.write(tmp_path)
    centre = middle_of(series)
    source, equipment = source_series(tmp_path, None), Equipment(result_at(centre).model)
    outline = outline_segmentation(source, nodule_at(centre), equipment)
    outline.save_as(tmp_path / "outline.dcm", enforce_file_format=True)
    found = segmented_points(dcmread(tmp_path / "outline.dcm"))
    row, column = map(np.asarray, series.directions)
    pixels = np.concatenate(
        [
            (position + i * row + j * column)[None]
            for position in series.slice_positions()
            for j in range(series.rows)
            for i in range(series.columns)
        ]
    )
    inside = pixels[Ball(centre).contains(pixels)]
    assert len(found) == len(inside) > 500
    np.testing.assert_allclose(found.mean(axis=0), inside.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(np.sort(found, axis=0), np.sort(inside, axis=0), atol=1e-3)

    report = structured_report(source, result_at(centre), nodule_at(centre), None, equipment)
    point = next(item for item in items_of(report) if item.ValueType == "SCOORD3D")
    np.testing.assert_allclose(point.GraphicData, centre, atol=0.01)
    assert point.ReferencedFrameOfReferenceUID == series.frame_uid


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A series with what a hospital writes, and the objects of its nodule."""
    folder = tmp_path_factory.mktemp("ct")

    def as_hospitals_write(dataset, k):
        dataset.SpecificCharacterSet = "ISO_IR 192"
        dataset.PatientName = "Müller^Jürgen"
        dataset.PatientBirthDate, dataset.PatientSex, dataset.PatientAge = "19480229", "M", "077Y"
        dataset.IssuerOfPatientID, dataset.AccessionNumber, dataset.StudyID = "Klinik", "A-77", "S1"
        dataset.StudyDate, dataset.StudyTime, dataset.StudyDescription = "20260102", "101112", "CT Thorax"
        dataset.ReferringPhysicianName, dataset.PatientSize = "Øre^Åse", "1.8"

    series = SyntheticSeries(edit=as_hospitals_write)
    series.write(folder / "series")
    centre = middle_of(series)
    source, equipment = source_series(folder / "series", None), Equipment(result_at(centre).model)
    outline = outline_segmentation(source, nodule_at(centre), equipment)
    report = structured_report(source, result_at(centre), nodule_at(centre), outline, equipment)
    for name, content in (("outline", outline), ("report", report)):
        content.save_as(folder / f"{name}.dcm", enforce_file_format=True)
    return source.first, folder


PATIENT_AND_STUDY = [
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "StudyID",
    "StudyDescription",
    "ReferringPhysicianName",
    "PatientAge",
    "PatientSize",
    "SpecificCharacterSet",
]


@pytest.mark.parametrize("name", ["outline", "report"])
@pytest.mark.parametrize("keyword", PATIENT_AND_STUDY)
def test_patient_and_study_are_taken_over_without_loss(written, name, keyword):
    source, folder = written
    assert dcmread(folder / f"{name}.dcm")[keyword].value == source[keyword].value


def test_the_report_has_the_numbers_with_codes_that_say_predicted_and_is_not_verified(written):
    report = dcmread(written[1] / "report.dcm")
    items = list(items_of(report))
    numbers = {
        item.ConceptNameCodeSequence[0].CodeMeaning: float(item.MeasuredValueSequence[0].NumericValue)
        for item in items
        if item.ValueType == "NUM"
    }
    assert numbers == {
        "Probability of EGFR mutation predicted from CT": 0.6312,
        "Threshold for EGFR mutation predicted from CT": 0.5,
        "Probability of KRAS mutation predicted from CT": 0.2,
        "Threshold for KRAS mutation predicted from CT": 0.31,
    }
    calls = [
        (item.ConceptNameCodeSequence[0].CodeMeaning, item.ConceptCodeSequence[0].CodeMeaning)
        for item in items
        if item.ValueType == "CODE" and item.ConceptNameCodeSequence[0].CodingSchemeDesignator == "99RADIOGENE"
    ]
    assert calls == [
        ("Gene whose mutation is predicted from CT", "EGFR"),
        ("EGFR status predicted from CT", "Mutant, predicted from CT"),
        ("EGFR conformal set predicted from CT", "Undetermined, predicted from CT"),
        ("Gene whose mutation is predicted from CT", "KRAS"),
        ("KRAS status predicted from CT", "Wild type, predicted from CT"),
    ]
    genes = [
        i.ConceptCodeSequence[0]
        for i in items
        if i.ValueType == "CODE" and i.ConceptCodeSequence[0].CodingSchemeDesignator == "HGNC"
    ]
    assert [(gene.CodeValue, gene.CodeMeaning) for gene in genes] == [("3236", "EGFR"), ("6407", "KRAS")]
    assert not any(code.CodingSchemeDesignator == "LN" for code in codes_of(items))
    texts = [item.TextValue for item in items if item.ValueType == "TEXT"]
    assert "Slices are missing." in texts
    assert f"weights SHA-256 {'ab' * 32}" in texts
    assert (report.VerificationFlag, report.CompletionFlag) == ("UNVERIFIED", "COMPLETE")
    assert report.SeriesDescription.startswith("RESEARCH radiogene")
    assert "CurrentRequestedProcedureEvidenceSequence" in report


def codes_of(items):
    """Every code of the content items."""
    for item in items:
        for keyword in ("ConceptNameCodeSequence", "ConceptCodeSequence"):
            yield from item.get(keyword, ())


def test_the_report_points_at_the_outline(written):
    _, folder = written
    outline, report = dcmread(folder / "outline.dcm"), dcmread(folder / "report.dcm")
    referenced = [
        reference
        for item in items_of(report)
        if item.ValueType == "IMAGE"
        for reference in item.ReferencedSOPSequence
        if reference.ReferencedSOPInstanceUID == outline.SOPInstanceUID
    ]
    assert [reference.ReferencedSegmentNumber for reference in referenced] == [1]
    assert outline.SegmentSequence[0].SegmentAlgorithmType == "MANUAL"


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (Debian's dicom3tools) is absent")
@pytest.mark.parametrize("name", ["outline", "report"])
def test_a_validator_finds_no_error(written, name):
    done = subprocess.run(
        ["dciodvfy", str(written[1] / f"{name}.dcm")], capture_output=True, text=True, check=False, timeout=60
    )
    assert [line for line in done.stderr.splitlines() if line.startswith("Error")] == []


@pytest.mark.skipif(shutil.which("dsrdump") is None, reason="dsrdump (Debian's dcmtk) is absent")
def test_another_reader_reads_the_report(written):
    done = subprocess.run(
        ["dsrdump", str(written[1] / "report.dcm")], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert '"Probability of EGFR mutation predicted from CT")="0.6312"' in done.stdout


def test_a_volume_file_and_a_series_without_a_frame_of_reference_are_refused(tmp_path):
    def without_frame(dataset, k):
        del dataset.FrameOfReferenceUID

    SyntheticSeries(edit=without_frame).write(tmp_path / "series")
    with pytest.raises(SeriesError, match="has no FrameOfReferenceUID"):
        source_series(tmp_path / "series", None)
    volume = tmp_path / "scan.nrrd"
    volume.write_bytes(b"NRRD0004\n")
    with pytest.raises(SeriesError, match="is no DICOM: DICOM results belong to a series"):
        source_series(volume, None)


def test_frames_of_one_file_in_any_order_are_marked_where_they_lie(tmp_path):
    series = SyntheticSeries()
    order = [int(n) for n in np.random.default_rng(0).permutation(series.slices)]
    file = write_enhanced(series, tmp_path / "enhanced.dcm", order=order)
    centre = middle_of(series)
    outline = outline_segmentation(source_series(file, None), nodule_at(centre), Equipment(result_at(centre).model))
    outline.save_as(tmp_path / "outline.dcm", enforce_file_format=True)
    found = segmented_points(dcmread(tmp_path / "outline.dcm"))
    np.testing.assert_allclose(found.mean(axis=0), centre, atol=0.1)


@pytest.mark.parametrize("marking", ["seg.dcm", "point"])
def test_predict_writes_them_beside_its_answer(trained_model, synthetic_cohort, tmp_path, radiogene, marking):
    row = next(r for r in read_cohort(synthetic_cohort).rows if str(r.nodule).endswith("seg.dcm"))
    nodule = row.nodule
    if marking == "point":
        place = prepare_nodule(row.ct, row.nodule, segment=row.segment).report.centre_lps_mm
        nodule = " ".join(f"{value:.6f}" for value in place)
    case = ("--model", trained_model, "--ct", row.ct, "--nodule", nodule, "--age", 61, "--sex", "male")
    done = radiogene("predict", *case, "--json", "--dicom", tmp_path / "dicom")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    report = dcmread(tmp_path / "dicom" / "report-sr.dcm")
    of_egfr = next(
        item
        for item in items_of(report)
        if item.ValueType == "NUM" and item.ConceptNameCodeSequence[0].CodeValue == "PROB_EGFR"
    )
    said = float(of_egfr.MeasuredValueSequence[0].NumericValue)
    assert said == pytest.approx(answer["EGFR"]["probability"], abs=5e-5)
    source = dcmread(next(row.ct.glob("*.dcm")))
    assert report.PatientID == source.PatientID
    assert report.StudyInstanceUID == source.StudyInstanceUID
    summary = dcmread(tmp_path / "dicom" / "summary-sc.dcm")
    assert summary.SOPClassUID == SecondaryCaptureImageStorage
    assert summary.pixel_array.std() > 20
    assert (tmp_path / "dicom" / "outline-seg.dcm").exists() == (marking == "seg.dcm")
    if shutil.which("dciodvfy"):
        for file in (tmp_path / "dicom").iterdir():
            checked = subprocess.run(["dciodvfy", str(file)], capture_output=True, text=True, check=False, timeout=60)
            assert [line for line in checked.stderr.splitlines() if line.startswith("Error")] == []
