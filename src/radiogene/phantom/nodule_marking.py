"""How the nodule is marked: DICOM SEG by highdicom, RTSTRUCT, or a point."""

from pathlib import Path

import highdicom as hd
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian, RTStructureSetStorage

from radiogene.phantom.dicom_identity import STUDY_DATE, STUDY_TIME, SYNTHETIC_COMMENT, DicomIdentity, with_file_meta
from radiogene.phantom.nodule import Nodule
from radiogene.phantom.scan_grid import ScanGrid
from radiogene.phantom.scanner import DECLARED_MAKER

FIRST_MARKING_SERIES = 11
SLICES_AROUND = 2
"""Source slices that a SEG refers to beyond the nodule's own."""

CONTOUR_ANGLES = 72
CONTOUR_STEP_MM = 0.05


def write_segmentation(
    path: Path, number: int, nodule: Nodule, grid: ScanGrid, headers: list[Dataset], identity: DicomIdentity
) -> None:
    """Writes the nodule's body, the voxels whose centres lie in it, as a binary DICOM SEG.

    Args:
        path: to write to.
        number: of the patient's nodule, from 1.
        nodule: whose body is marked.
        grid: of the scan.
        headers: of the scan's slices, in the grid's order.
        identity: of the patient.
    """
    box, mask = body_mask(nodule, grid)
    first = max(box[0].start - SLICES_AROUND, 0)
    last = min(box[0].stop + SLICES_AROUND, len(headers))
    pixels = np.zeros((last - first, *grid.shape_zyx[1:]), dtype=np.uint8)
    pixels[box[0].start - first : box[0].stop - first, box[1], box[2]] = mask
    description = hd.seg.SegmentDescription(
        segment_number=1,
        segment_label="Nodule",
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Nodule,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        tracking_id=f"nodule {number}",
        tracking_uid=identity.uid("nodule", str(number)),
    )
    segmentation = hd.seg.Segmentation(
        source_images=headers[first:last],
        pixel_array=pixels,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[description],
        series_instance_uid=identity.uid("series", "seg", str(number)),
        series_number=FIRST_MARKING_SERIES + number - 1,
        sop_instance_uid=identity.uid("seg", str(number)),
        instance_number=1,
        manufacturer=DECLARED_MAKER,
        manufacturer_model_name="radiogene phantom",
        software_versions="radiogene phantom",
        device_serial_number="SYNTHETIC",
        content_description=SYNTHETIC_COMMENT,
        series_description="SYNTHETIC nodule",
        omit_empty_frames=True,
    )
    _fix_times_and_uids(segmentation, identity.uid("dimensions", str(number)))
    segmentation.save_as(path, enforce_file_format=True)


def write_structure_set(
    path: Path, number: int, nodule: Nodule, grid: ScanGrid, headers: list[Dataset], identity: DicomIdentity
) -> None:
    """Writes the outline of the nodule's body in each slice as an RTSTRUCT (PS3.3 A.19); arguments as for a SEG."""
    dataset = identity.dataset("RTSTRUCT", FIRST_MARKING_SERIES + number - 1, "nodule")
    dataset.SOPClassUID = RTStructureSetStorage
    dataset.SOPInstanceUID = identity.uid("rtstruct", str(number))
    dataset.StructureSetLabel = "SYNTHETIC"
    dataset.StructureSetDescription = SYNTHETIC_COMMENT
    dataset.StructureSetDate, dataset.StructureSetTime = STUDY_DATE, STUDY_TIME
    frame_uid = identity.uid("frame of reference")
    contours, images = [], []
    for index, header in enumerate(headers):
        outline_lps_mm = body_outline_lps_mm(nodule, grid, index)
        if outline_lps_mm is None:
            continue
        image = Dataset()
        image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
        contour = Dataset()
        contour.ContourImageSequence = [image]
        contour.ContourGeometricType = "CLOSED_PLANAR"
        contour.NumberOfContourPoints = len(outline_lps_mm)
        contour.ContourData = [f"{value:.4f}" for value in outline_lps_mm.ravel()]
        contours.append(contour)
        images.append(image)
    dataset.ReferencedFrameOfReferenceSequence = [_referenced_frame(headers[0], frame_uid, images)]
    region = Dataset()
    region.ROINumber, region.ROIName, region.ROIGenerationAlgorithm = 1, "Nodule", "MANUAL"
    region.ReferencedFrameOfReferenceUID = frame_uid
    dataset.StructureSetROISequence = [region]
    drawn = Dataset()
    drawn.ReferencedROINumber, drawn.ROIDisplayColor, drawn.ContourSequence = 1, [255, 0, 0], contours
    dataset.ROIContourSequence = [drawn]
    observation = Dataset()
    observation.ObservationNumber, observation.ReferencedROINumber = 1, 1
    observation.RTROIInterpretedType, observation.ROIInterpreter = "GTV", ""
    dataset.RTROIObservationsSequence = [observation]
    with_file_meta(dataset, ExplicitVRLittleEndian).save_as(path, enforce_file_format=True)


def point_text(nodule: Nodule, grid: ScanGrid) -> str:
    """The nodule's centre as it stands in the table: x y z in LPS mm."""
    return " ".join(f"{value:.2f}" for value in nodule.centre_mm + grid.offset_lps_mm)


def body_mask(nodule: Nodule, grid: ScanGrid) -> tuple[tuple[slice, slice, slice], NDArray[np.bool_]]:
    """The box around the nodule's body and which of its voxels (slices, rows, columns) lie in the body."""
    box = grid.box(nodule.centre_mm, nodule.diameter_mm / 2 + 1)
    x, y, z = grid.coordinates_mm(box)
    return box, nodule.contains(np.stack(np.broadcast_arrays(x, y, z), axis=-1))


def body_outline_lps_mm(nodule: Nodule, grid: ScanGrid, slice_index: int) -> NDArray[np.float64] | None:
    """The outline (points, 3) of the nodule's body in one slice, in LPS mm; None where the slice misses it."""
    row, column = grid.grid.directions_lps[:, 0], grid.grid.directions_lps[:, 1]
    in_plane = grid.grid.to_lps_mm([0, 0, slice_index]) - grid.offset_lps_mm
    normal = np.cross(row, column)
    middle = nodule.centre_mm - ((nodule.centre_mm - in_plane) @ normal) * normal
    if not nodule.contains(middle):
        return None
    turns = np.arange(CONTOUR_ANGLES) * 2 * np.pi / CONTOUR_ANGLES
    rays = np.cos(turns)[:, None] * row + np.sin(turns)[:, None] * column
    reach_mm = np.arange(0, nodule.diameter_mm, CONTOUR_STEP_MM)
    inside = nodule.contains(middle + reach_mm[None, :, None] * rays[:, None, :])
    # The first sample outside lies half a step beyond the edge on average.
    edge_mm = (np.argmin(inside, axis=1) - 0.5) * CONTOUR_STEP_MM
    return middle + edge_mm[:, None] * rays + grid.offset_lps_mm


def _fix_times_and_uids(segmentation: hd.seg.Segmentation, dimension_uid: str) -> None:
    """Replaces the time of writing and the random UID that highdicom puts in: the same seed gives the same bytes."""
    for part in (segmentation, *segmentation.ContributingEquipmentSequence):
        for keyword in ("InstanceCreationDate", "ContentDate", "InstanceCreationTime", "ContentTime"):
            if keyword in part:
                setattr(part, keyword, STUDY_DATE if keyword.endswith("Date") else STUDY_TIME)
        if "ContributionDateTime" in part:
            part.ContributionDateTime = STUDY_DATE + STUDY_TIME
    for item in (*segmentation.DimensionOrganizationSequence, *segmentation.DimensionIndexSequence):
        item.DimensionOrganizationUID = dimension_uid


def _referenced_frame(header: Dataset, frame_uid: str, images: list[Dataset]) -> Dataset:
    """The item that ties a structure set to its frame of reference, study and series (PS3.3 C.8.8.5)."""
    series = Dataset()
    series.SeriesInstanceUID, series.ContourImageSequence = header.SeriesInstanceUID, images
    study = Dataset()
    study.ReferencedSOPClassUID = "1.2.840.10008.3.1.2.3.1"
    study.ReferencedSOPInstanceUID, study.RTReferencedSeriesSequence = header.StudyInstanceUID, [series]
    frame = Dataset()
    frame.FrameOfReferenceUID, frame.RTReferencedStudySequence = frame_uid, [study]
    return frame
