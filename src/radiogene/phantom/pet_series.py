"""The PET series of a synthetic patient as DICOM PET Images (PS3.3 A.21), ready for SUV by body weight."""

from pathlib import Path

import highdicom as hd
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code
from pydicom.uid import ExplicitVRLittleEndian, PositronEmissionTomographyImageStorage
from scipy.ndimage import gaussian_filter

from radiogene.phantom.dicom_identity import STUDY_DATE, DicomIdentity, with_file_meta
from radiogene.phantom.scan_grid import ScanGrid

PET_SERIES = 5
PET_PIXEL_MM = 4.0
PET_SLICE_MM = 4.0
PET_MATRIX = 96
PET_FWHM_MM = 6.0
PET_NOISE_SUV = 0.05
PET_MARGIN_MM = 32.0
"""The PET reaches this far from the first nodule along the table, where the CT does."""

FLUORINE_18 = Code("77004003", "SCT", "^18^Fluorine")
"""PS3.16 CID 4020."""

FLUORINE_18_HALF_LIFE_S = 6586.2
INJECTED_BQ = 3.7e8
INJECTION_TIME = "110000.00"
WAIT_S = 3600.0
"""From the injection to the scan, which starts at 12:00."""

WEIGHT_KG = 70.0
LARGEST_STORED = 32767

LUNG_SUV, TISSUE_SUV, BLOOD_SUV, HEART_SUV, LIVER_SUV = 0.35, 0.7, 1.4, 2.2, 2.0


def write_pet_series(folder: Path, grid: ScanGrid, identity: DicomIdentity) -> None:
    """Writes the PET images into a folder that exists; the first nodule's largest SUV is the patient's `suv_max`."""
    suv, first_lps_mm = _suv_volume(grid, identity)
    # SUV = concentration / (dose at scan time / weight in g), with 1 g of tissue taken as 1 ml.
    dose_bq = INJECTED_BQ * 0.5 ** (WAIT_S / FLUORINE_18_HALF_LIFE_S)
    concentration = suv * dose_bq / (WEIGHT_KG * 1000)
    # A decimal string holds at most 16 characters: the slope is rounded first, so that reader and writer share it.
    slope = float(f"{concentration.max() / LARGEST_STORED:.10g}")
    stored = np.minimum(np.rint(concentration / slope), LARGEST_STORED).astype("<i2")
    for number, slice_stored in enumerate(stored):
        dataset = _pet_template(identity, len(stored), slope)
        dataset.SOPInstanceUID = identity.uid("pet", str(number))
        x, y, z = first_lps_mm + np.array([0, 0, PET_SLICE_MM * number])
        dataset.ImagePositionPatient = [f"{x:.3f}", f"{y:.3f}", f"{z:.3f}"]
        dataset.SliceLocation = f"{z:.3f}"
        dataset.InstanceNumber = number + 1
        dataset.ImageIndex = number + 1
        dataset.PixelData = slice_stored.tobytes()
        file = with_file_meta(dataset, ExplicitVRLittleEndian)
        file.save_as(folder / f"PT{number + 1:04d}.dcm", enforce_file_format=True)


def _suv_volume(grid: ScanGrid, identity: DicomIdentity) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Standardised uptake (slices, rows, columns) and the place (3,) of its first voxel in LPS mm."""
    patient = identity.patient
    chest, nodule = patient.subject.chest, patient.subject.nodules[0]
    rng = patient.rng(3)
    heights = np.arange(-PET_MARGIN_MM, PET_MARGIN_MM + 1, PET_SLICE_MM) + nodule.centre_mm[2]
    in_plane = (np.arange(PET_MATRIX) - (PET_MATRIX - 1) / 2) * PET_PIXEL_MM
    x, y, z = in_plane[None, None, :], in_plane[None, :, None], heights[:, None, None]
    shape = (len(heights), PET_MATRIX, PET_MATRIX)
    suv = np.where(np.broadcast_to(chest.body_depth_mm(x, y) > 0, shape), TISSUE_SUV, 0.0)
    suv = np.where(chest.cavity_depth_mm(x, y) > 0, BLOOD_SUV, suv)
    suv = np.where((chest.cavity_depth_mm(x, y) > 0) & (chest.diaphragm_height_mm(x, y, z) < 0), LIVER_SUV, suv)
    suv = np.where(chest.heart_depth_mm(x, y, z) > 0, HEART_SUV, suv)
    suv = np.where(chest.lung_depth_mm(x, y, z) > 0, LUNG_SUV, suv)
    sigma = PET_FWHM_MM / 2.355 / np.array([PET_SLICE_MM, PET_PIXEL_MM, PET_PIXEL_MM])
    suv = gaussian_filter(suv, sigma)
    suv += rng.normal(0, PET_NOISE_SUV, shape) * suv
    # The nodule's hot spot has its peak at the voxel next to its centre, where it replaces the background.
    offsets = (z - nodule.centre_mm[2], y - nodule.centre_mm[1], x - nodule.centre_mm[0])
    squared = sum(offset**2 for offset in offsets)
    spread_mm = np.hypot(nodule.diameter_mm / 3, PET_FWHM_MM / 2.355)
    spot = np.exp(-squared / (2 * spread_mm**2))
    suv += (patient.suv_max - suv) * spot / spot.max()
    inside = squared <= (nodule.diameter_mm / 2 + PET_PIXEL_MM) ** 2
    suv[inside] = np.minimum(suv[inside], patient.suv_max)
    first = np.array([in_plane[0], in_plane[0], heights[0]]) + grid.offset_lps_mm
    return np.maximum(suv, 0).astype(np.float32), np.round(first, 3)


def _pet_template(identity: DicomIdentity, slice_count: int, slope: float) -> Dataset:
    """What all images of the series share (PS3.3 C.8.9.1 to C.8.9.4)."""
    dataset = identity.image_dataset("PT", PET_SERIES, "PET FDG")
    dataset.SOPClassUID = PositronEmissionTomographyImageStorage
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.PatientWeight = WEIGHT_KG
    dataset.PatientPosition = "FFS" if identity.patient.acquisition.feet_first else "HFS"
    dataset.BodyPartExamined = "CHEST"
    dataset.Units = "BQML"
    dataset.CountsSource = "EMISSION"
    dataset.SeriesType = ["STATIC", "IMAGE"]
    dataset.NumberOfSlices = slice_count
    dataset.CorrectedImage = ["DECY", "ATTN", "SCAT", "DTIM", "RAN"]
    dataset.DecayCorrection = "START"
    dataset.DecayFactor = "1"
    dataset.FrameReferenceTime = "0"
    dataset.ActualFrameDuration = 120000
    dataset.CollimatorType = "NONE"
    dataset.RadiopharmaceuticalInformationSequence = [_injection()]
    dataset.SliceThickness = PET_SLICE_MM
    dataset.PixelSpacing = [PET_PIXEL_MM, PET_PIXEL_MM]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.Rows = dataset.Columns = PET_MATRIX
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 1
    dataset.RescaleIntercept = 0
    dataset.RescaleSlope = f"{slope:.10g}"
    return dataset


def _injection() -> Dataset:
    """The item that says what was injected, how much and when."""
    item = Dataset()
    item.Radiopharmaceutical = "FDG -- fluorodeoxyglucose (synthetic)"
    item.RadiopharmaceuticalStartTime = INJECTION_TIME
    item.RadiopharmaceuticalStartDateTime = STUDY_DATE + INJECTION_TIME
    item.RadionuclideTotalDose = INJECTED_BQ
    item.RadionuclideHalfLife = FLUORINE_18_HALF_LIFE_S
    item.RadionuclidePositronFraction = 0.97
    item.RadionuclideCodeSequence = [hd.sr.CodedConcept.from_code(FLUORINE_18)]
    return item
