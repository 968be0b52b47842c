"""Synthetic scans, masks and DICOM objects that mark a nodule, as different writers make them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import highdicom as hd
import numpy as np
from pydicom import Dataset, FileDataset
from pydicom.dataset import FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, SegmentationStorage, generate_uid

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.scan import Scan

SHAPE_IJK = (37, 33, 18)
"""37 x 33 pixels are 152 bytes and 5 bits: packed frames do not end on whole bytes."""

CENTRE_IJK = (20.0, 13.0, 9.0)


def rotation(axis: int, degrees: float) -> np.ndarray:
    """Rotation matrix about an axis."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = [a for a in range(3) if a != axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cos
    matrix[first, second], matrix[second, first] = -sin, sin
    return matrix


GRIDS = {
    "axial": (np.eye(3), (0.8, 0.8, 2.0)),
    "non-square": (np.eye(3), (0.7, 0.9, 1.5)),
    "prone": (np.diag([-1.0, -1.0, 1.0]), (0.8, 0.8, 2.0)),
    "feet-up": (np.diag([1.0, -1.0, -1.0]), (0.8, 0.8, 2.0)),
    "coronal": (np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]), (0.8, 0.8, 2.0)),
    "oblique": (rotation(0, 20) @ rotation(2, -15), (0.8, 0.8, 2.0)),
}


def grid_of(name: str = "axial", shape_ijk: tuple[int, int, int] = SHAPE_IJK) -> VoxelGrid:
    """One of several right-handed grids."""
    directions, spacing_mm = GRIDS[name]
    affine = np.eye(4)
    affine[:3, :3] = directions * spacing_mm
    affine[:3, 3] = (-31.25, 17.5, -203.0)
    return VoxelGrid(affine, shape_ijk)


def scan_on(grid: VoxelGrid) -> Scan:
    """A synthetic scan with DICOM identifiers; its pixels are never read here."""
    return Scan(
        grid=grid,
        read_slices=lambda first, stop: np.zeros((stop - first, *grid.shape_ijk[1::-1]), np.float32),
        source="series synthetic",
        series_uid=generate_uid(),
        frame_of_reference_uid=generate_uid(),
        patient_id="SYNTHETIC-1",
        slice_sop_uids=tuple(generate_uid() for _ in range(grid.shape_ijk[2])),
    )


def anonymous(scan: Scan) -> Scan:
    """The scan as a NIfTI or NRRD file would give it."""
    return replace(scan, series_uid=None, frame_of_reference_uid=None, patient_id=None, slice_sop_uids=())


def voxel_centres(grid: VoxelGrid) -> np.ndarray:
    """(slices, rows, columns, 3) voxel centres in LPS mm."""
    columns, rows, slices = grid.shape_ijk
    k, j, i = np.meshgrid(np.arange(slices), np.arange(rows), np.arange(columns), indexing="ij")
    return grid.to_lps_mm(np.stack([i, j, k], axis=-1))


def ball_on(grid: VoxelGrid, centre_lps_mm: Sequence[float] | np.ndarray, radius_mm: float = 6.0) -> np.ndarray:
    """Bool (slices, rows, columns): voxel centres within the radius."""
    return np.linalg.norm(voxel_centres(grid) - centre_lps_mm, axis=-1) <= radius_mm


def centroid_of(grid: VoxelGrid, mask_kji: np.ndarray) -> np.ndarray:
    """Mean of the voxel centres, the long way."""
    return voxel_centres(grid)[mask_kji].mean(axis=0)


def ct_datasets(scan: Scan) -> list[Dataset]:
    """The slices of a synthetic CT, as highdicom wants its source images."""
    columns, rows, slices = scan.grid.shape_ijk
    cosines = scan.grid.directions_lps[:, :2].T.ravel()
    study_uid = generate_uid()
    datasets = []
    for index in range(slices):
        image = Dataset()
        image.file_meta = FileMetaDataset()
        image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, scan.slice_sop_uids[index]
        image.StudyInstanceUID, image.SeriesInstanceUID = study_uid, scan.series_uid
        image.FrameOfReferenceUID, image.PatientID = scan.frame_of_reference_uid, scan.patient_id
        image.PatientName, image.PatientBirthDate, image.PatientSex = "Synthetic^", "", ""
        image.StudyDate = image.StudyTime = image.AccessionNumber = image.StudyID = image.ReferringPhysicianName = ""
        image.Modality, image.SeriesNumber, image.InstanceNumber = "CT", 1, index + 1
        image.Rows, image.Columns = rows, columns
        image.PixelSpacing = [float(scan.grid.spacing_mm[1]), float(scan.grid.spacing_mm[0])]
        image.SliceThickness = float(scan.grid.spacing_mm[2])
        image.ImageOrientationPatient = [round(float(c), 12) for c in cosines]
        image.ImagePositionPatient = [round(float(p), 9) for p in scan.grid.to_lps_mm([0, 0, index])]
        image.SamplesPerPixel, image.BitsAllocated, image.BitsStored, image.HighBit = 1, 16, 16, 15
        image.PixelRepresentation, image.PhotometricInterpretation = 0, "MONOCHROME2"
        image.PixelData = bytes(2 * rows * columns)
        datasets.append(image)
    return datasets


def highdicom_seg(
    scan: Scan,
    mask: np.ndarray,
    labels: Sequence[str] = ("Nodule",),
    kind: str = "BINARY",
    **options: object,
) -> Dataset:
    """A DICOM SEG of a mask (slices, rows, columns[, segments]) by highdicom."""
    descriptions = [
        hd.seg.SegmentDescription(
            segment_number=number,
            segment_label=label,
            segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
            segmented_property_type=codes.SCT.Nodule,
            algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        )
        for number, label in enumerate(labels, start=1)
    ]
    return hd.seg.Segmentation(
        source_images=options.pop("source_images", None) or ct_datasets(scan),
        pixel_array=mask.astype(np.uint8) if mask.dtype == bool else mask,
        segmentation_type=kind,
        segment_descriptions=descriptions,
        series_instance_uid=generate_uid(),
        series_number=2,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="Synthetic",
        manufacturer_model_name="Synthetic",
        software_versions="1",
        device_serial_number="1",
        **options,
    )


def saved(dataset: Dataset, path: Path) -> str:
    """The path of a DICOM object that was written to it."""
    dataset.save_as(path, enforce_file_format=True)
    return str(path)


def slicer_seg(scan: Scan, mask_kji: np.ndarray) -> FileDataset:
    """A segmentation as the first writer of 3D Slicer made it (65 of 100 in NSCLC Radiogenomics).

    All slices are there, empty ones too; the sources are listed once for all frames; the frame of reference is the
    segmentation's own series; there is no spacing between slices, no series reference and no anatomic region.
    """
    dataset = _bare_segmentation(scan, mask_kji, label="Segmentation")
    dataset.FrameOfReferenceUID = dataset.SeriesInstanceUID
    shared = dataset.SharedFunctionalGroupsSequence[0]
    shared.DerivationImageSequence = [_item(SourceImageSequence=[_source(uid) for uid in scan.slice_sop_uids])]
    for index, frame in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        frame.FrameContentSequence = [_item(StackID="1", InStackPositionNumber=index + 1)]
        frame.SegmentIdentificationSequence = [_item(ReferencedSegmentNumber=1)]
    return dataset


def epad_seg(scan: Scan, mask_kji: np.ndarray) -> FileDataset:
    """A segmentation as ePAD made it (35 of 100 in NSCLC Radiogenomics).

    The segment is identified once for all frames, each frame names its source, and the study is another one.
    """
    dataset = _bare_segmentation(scan, mask_kji, label="Mass")
    dataset.FrameOfReferenceUID = scan.frame_of_reference_uid
    instances = [_item(ReferencedSOPClassUID=CTImageStorage, ReferencedSOPInstanceUID=u) for u in scan.slice_sop_uids]
    dataset.ReferencedSeriesSequence = [
        _item(SeriesInstanceUID=scan.series_uid, ReferencedInstanceSequence=[*instances, instances[0]])
    ]
    dataset.SharedFunctionalGroupsSequence[0].SegmentIdentificationSequence = [_item(ReferencedSegmentNumber=1)]
    for index, frame in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        source = _source(scan.slice_sop_uids[index])
        frame.DerivationImageSequence = [_item(SourceImageSequence=[source])]
    return dataset


def _bare_segmentation(scan: Scan, mask_kji: np.ndarray, label: str) -> FileDataset:
    """What the old writers have in common."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, SegmentationStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID = SegmentationStorage, meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.PatientID, dataset.Modality, dataset.SegmentationType = scan.patient_id, "SEG", "BINARY"
    frames, dataset.Rows, dataset.Columns = mask_kji.shape
    dataset.NumberOfFrames, dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = frames, 1, 1, 0
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.SegmentSequence = [_item(SegmentNumber=1, SegmentLabel=label, SegmentAlgorithmType="SEMIAUTOMATIC")]
    columns_mm, rows_mm, thickness_mm = scan.grid.spacing_mm.tolist()
    cosines = scan.grid.directions_lps[:, :2].T.ravel().tolist()
    dataset.SharedFunctionalGroupsSequence = [
        _item(
            PlaneOrientationSequence=[_item(ImageOrientationPatient=[round(c, 12) for c in cosines])],
            PixelMeasuresSequence=[_item(PixelSpacing=[rows_mm, columns_mm], SliceThickness=thickness_mm)],
        )
    ]
    dataset.PerFrameFunctionalGroupsSequence = [
        _item(PlanePositionSequence=[_item(ImagePositionPatient=[round(float(p), 9) for p in position])])
        for position in scan.grid.to_lps_mm([[0, 0, index] for index in range(frames)])
    ]
    packed = np.packbits(mask_kji.ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + bytes(len(packed) % 2)
    dataset["PixelData"].VR = "OB"
    return dataset


def _source(uid: str) -> Dataset:
    return _item(ReferencedSOPClassUID=CTImageStorage, ReferencedSOPInstanceUID=uid, ReferencedFrameNumber="1")


def _item(**attributes: object) -> Dataset:
    item = Dataset()
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return item


dicom_item: Callable[..., Dataset] = _item


@dataclass(frozen=True)
class Roi:
    """A region of a structure set: name, contours (n, 3) in LPS mm and their geometric type."""

    name: str
    contours: Sequence[np.ndarray]
    kind: str = "CLOSED_PLANAR"


def structure_set(scan: Scan, rois: Sequence[Roi]) -> FileDataset:
    """An RT Structure Set with these regions in the scan's frame of reference."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.481.3"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.PatientID, dataset.SeriesInstanceUID = "RTSTRUCT", scan.patient_id, generate_uid()
    images = [_item(ReferencedSOPClassUID=CTImageStorage, ReferencedSOPInstanceUID=u) for u in scan.slice_sop_uids]
    series = _item(SeriesInstanceUID=scan.series_uid, ContourImageSequence=images)
    dataset.ReferencedFrameOfReferenceSequence = [
        _item(
            FrameOfReferenceUID=scan.frame_of_reference_uid,
            RTReferencedStudySequence=[_item(RTReferencedSeriesSequence=[series])],
        )
    ]
    dataset.StructureSetROISequence = [
        _item(ROINumber=n, ReferencedFrameOfReferenceUID=scan.frame_of_reference_uid, ROIName=roi.name)
        for n, roi in enumerate(rois, start=1)
    ]
    dataset.ROIContourSequence = [
        _item(
            ReferencedROINumber=n,
            ContourSequence=[
                _item(
                    ContourGeometricType=roi.kind,
                    NumberOfContourPoints=len(corners),
                    ContourData=[round(float(value), 6) for value in np.ravel(corners)],
                )
                for corners in roi.contours
            ],
        )
        for n, roi in enumerate(rois, start=1)
    ]
    return dataset
