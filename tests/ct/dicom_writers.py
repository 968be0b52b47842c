"""Writers of synthetic CT in DICOM, whose values are a known function of the place in the patient."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)

RAMP_HU_PER_MM = np.array([3.0, -2.0, 4.0])
RAMP_OFFSET_HU = -300.0

AXIAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
SAGITTAL = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0))
CORONAL = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))
FLIPPED = ((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0))


def ramp_hu(points_lps_mm: np.ndarray) -> np.ndarray:
    """A linear function of LPS mm, so that every voxel tells where it lies."""
    return points_lps_mm @ RAMP_HU_PER_MM + RAMP_OFFSET_HU


def rotated(degrees: tuple[float, float, float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The axial directions turned about x, then y, then z."""
    turn = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        first, second = [k for k in range(3) if k != axis]
        about = np.eye(3)
        about[first, first] = about[second, second] = np.cos(angle)
        about[first, second], about[second, first] = -np.sin(angle), np.sin(angle)
        turn = about @ turn
    return tuple(turn[:, 0].tolist()), tuple(turn[:, 1].tolist())


@dataclass
class SyntheticSeries:
    """A CT series to be written: geometry, coding and the quirks under test.

    `step_lps_mm` is the vector from slice to slice; None means `slice_step_mm` along row x column direction.
    `depths` are the slice positions in steps. `edit` changes a data set before it is written.
    """

    directions: tuple[Sequence[float], Sequence[float]] = AXIAL
    origin_lps_mm: tuple[float, float, float] = (-20.0, -15.0, -40.0)
    between_rows_mm: float = 1.0
    between_columns_mm: float = 1.0
    slice_step_mm: float = 2.0
    step_lps_mm: tuple[float, float, float] | None = None
    rows: int = 14
    columns: int = 18
    slices: int = 40
    depths: Sequence[float] | None = None
    slope: Callable[[int], float] = lambda _: 0.05
    intercept: Callable[[int], float] = lambda _: 0.0
    signed: bool = True
    bits_stored: int = 16
    transfer_syntax: str = ExplicitVRLittleEndian
    series_uid: str = field(default_factory=generate_uid)
    frame_uid: str = field(default_factory=generate_uid)
    study_uid: str = field(default_factory=generate_uid)
    patient_id: str = "SYNTHETIC-1"
    description: str = "synthetic ramp"
    acquisition: int = 1
    value_hu: Callable[[np.ndarray], np.ndarray] = ramp_hu
    file_name: Callable[[int], str] = lambda k: f"{k:04d}.dcm"
    edit: Callable[[FileDataset, int], None] = lambda dataset, k: None

    def slice_positions(self) -> np.ndarray:
        """(slices, 3) ImagePositionPatient, in the order of writing."""
        row, column = map(np.asarray, self.directions)
        step = self.slice_step_mm * np.cross(row, column) if self.step_lps_mm is None else np.array(self.step_lps_mm)
        depths = np.arange(self.slices) if self.depths is None else np.asarray(self.depths)
        return np.asarray(self.origin_lps_mm) + np.outer(depths, step)

    def slice_hu(self, position: np.ndarray) -> np.ndarray:
        """(rows, columns) of exact HU at a slice's position."""
        row, column = map(np.asarray, self.directions)
        points = (
            position
            + np.arange(self.rows)[:, None, None] * self.between_rows_mm * column
            + np.arange(self.columns)[None, :, None] * self.between_columns_mm * row
        )
        return self.value_hu(points)

    def stored(self, k: int, position: np.ndarray) -> np.ndarray:
        """(rows, columns) of stored values of slice k."""
        values = np.round((self.slice_hu(position) - self.intercept(k)) / self.slope(k))
        low = -(1 << (self.bits_stored - 1)) if self.signed else 0
        assert low <= values.min(), "the synthetic values do not fit"
        assert values.max() < low + (1 << self.bits_stored), "the synthetic values do not fit"
        return values.astype(np.int16 if self.signed else np.uint16)

    def dataset(self, k: int, position: np.ndarray) -> FileDataset:
        """One slice as a CT Image Storage object."""
        dataset = _file_dataset(CTImageStorage, self.transfer_syntax)
        _identify(dataset, self)
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        dataset.SliceThickness = "5"  # deliberately not the step
        dataset.KVP = "120"
        dataset.ConvolutionKernel = "SYN"
        dataset.AcquisitionNumber = self.acquisition
        dataset.InstanceNumber = k + 1
        dataset.ImagePositionPatient = [_decimal(x) for x in position]
        dataset.ImageOrientationPatient = [_decimal(x) for direction in self.directions for x in direction]
        dataset.PixelSpacing = [_decimal(self.between_rows_mm), _decimal(self.between_columns_mm)]
        dataset.RescaleIntercept = _decimal(self.intercept(k))
        dataset.RescaleSlope = _decimal(self.slope(k))
        dataset.RescaleType = "HU"
        _set_pixels(dataset, self, self.stored(k, position)[None])
        self.edit(dataset, k)
        return dataset

    def write(self, folder: Path) -> list[Path]:
        """The files of all slices, in the order of `slice_positions`."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for k, position in enumerate(self.slice_positions()):
            path = folder / self.file_name(k)
            self.dataset(k, position).save_as(path, enforce_file_format=True)
            paths.append(path)
        return paths


def write_enhanced(
    series: SyntheticSeries,
    path: Path,
    *,
    order: Sequence[int] | None = None,
    stack_ids: Sequence[str] | None = None,
    shared_rescale: bool = False,
    shared_geometry: bool = True,
    edit: Callable[[FileDataset], None] = lambda dataset: None,
) -> Path:
    """The series as one Enhanced CT object, its frames in `order`."""
    positions = series.slice_positions()
    order = list(range(len(positions)) if order is None else order)
    dataset = _file_dataset(EnhancedCTImageStorage, series.transfer_syntax)
    _identify(dataset, series)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    dataset.NumberOfFrames = len(order)
    shared, frames = Dataset(), []
    orientation = _item(ImageOrientationPatient=[_decimal(x) for direction in series.directions for x in direction])
    measures = _item(
        PixelSpacing=[_decimal(series.between_rows_mm), _decimal(series.between_columns_mm)], SliceThickness="5"
    )
    if shared_geometry:
        shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = orientation, measures
    if shared_rescale:
        shared.PixelValueTransformationSequence = _rescale_item(series, 0)
    shared.CTReconstructionSequence = _item(ConvolutionKernel="SYN")
    for number, k in enumerate(order):
        frame = Dataset()
        content = {"StackID": stack_ids[k] if stack_ids else "1", "InStackPositionNumber": k + 1}
        frame.FrameContentSequence = _item(FrameAcquisitionNumber=series.acquisition, **content)
        frame.PlanePositionSequence = _item(ImagePositionPatient=[_decimal(x) for x in positions[k]])
        if not shared_geometry:
            frame.PlaneOrientationSequence, frame.PixelMeasuresSequence = orientation, measures
        if not shared_rescale:
            frame.PixelValueTransformationSequence = _rescale_item(series, k)
        frames.append(frame)
        assert number < len(order)
    dataset.SharedFunctionalGroupsSequence = DicomSequence([shared])
    dataset.PerFrameFunctionalGroupsSequence = DicomSequence(frames)
    _set_pixels(dataset, series, np.stack([series.stored(0 if shared_rescale else k, positions[k]) for k in order]))
    edit(dataset)
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return path


def _rescale_item(series: SyntheticSeries, k: int) -> DicomSequence:
    return _item(
        RescaleIntercept=_decimal(series.intercept(k)), RescaleSlope=_decimal(series.slope(k)), RescaleType="HU"
    )


def _item(**elements: Any) -> DicomSequence:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return DicomSequence([item])


def _file_dataset(storage_class: str, transfer_syntax: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = storage_class
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = transfer_syntax
    dataset = FileDataset(
        "",
        {},
        file_meta=meta,
        preamble=b"\0" * 128,
        is_implicit_VR=transfer_syntax == ImplicitVRLittleEndian,
        is_little_endian=transfer_syntax != ExplicitVRBigEndian,
    )
    dataset.SOPClassUID = storage_class
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    return dataset


def _identify(dataset: FileDataset, series: SyntheticSeries) -> None:
    dataset.Modality = "CT"
    dataset.Manufacturer = "radiogene synthetic"
    dataset.PatientName = "Synthetic^Ramp"
    dataset.PatientID = series.patient_id
    dataset.PatientBirthDate = ""
    dataset.PatientSex = ""
    dataset.StudyDate = dataset.ContentDate = dataset.AcquisitionDate = "20200101"
    dataset.StudyTime = dataset.ContentTime = dataset.AcquisitionTime = "120000"
    dataset.AccessionNumber = dataset.StudyID = dataset.ReferringPhysicianName = ""
    dataset.StudyInstanceUID = series.study_uid
    dataset.SeriesInstanceUID = series.series_uid
    dataset.SeriesDescription = series.description
    dataset.SeriesNumber = 1
    dataset.FrameOfReferenceUID = series.frame_uid
    dataset.PositionReferenceIndicator = ""
    dataset.PatientPosition = "HFS"


def _set_pixels(dataset: FileDataset, series: SyntheticSeries, stored_zyx: np.ndarray) -> None:
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored_zyx.shape[1:]
    dataset.BitsAllocated = 16
    dataset.BitsStored = series.bits_stored
    dataset.HighBit = series.bits_stored - 1
    dataset.PixelRepresentation = int(series.signed)
    syntax = dataset.file_meta.TransferSyntaxUID
    plain = syntax in (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian) or syntax.is_deflated
    if plain:
        order = ">" if syntax == ExplicitVRBigEndian else "<"
        words = stored_zyx.view(np.uint16) & np.uint16((1 << series.bits_stored) - 1)
        dataset.PixelData = words.astype(f"{order}u2").tobytes()
        dataset["PixelData"].VR = "OW"
        return
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.compress(
        syntax, np.squeeze(stored_zyx, 0) if len(stored_zyx) == 1 else stored_zyx, generate_instance_uid=False
    )


def _decimal(number: float) -> str:
    """A decimal string of at most 16 characters (PS3.5 6.2)."""
    return f"{number:.10g}"[:16]
