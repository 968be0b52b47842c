"""A chest-sized DICOM series for timing: tissue, two lungs, a mass and noise. No patient, and nothing like one."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RLELossless
from scipy import ndimage

ROWS = COLUMNS = 512
PIXEL_MM = 0.7
SLICE_MM = 1.25
BITS = 12
COARSENESS = 4
COARSE_SLICES = 64
COARSE_SD_HU, FINE_SD_HU = 15.0, 15.0

AIR_HU, LUNG_HU, TISSUE_HU = -1000.0, -850.0, 40.0
BODY_MM, LUNG_MM, LUNG_ASIDE_MM = 170.0, (60.0, 100.0), 75.0
"""Radius of the body; half axes of a lung along x and y, and how far its middle lies from the body's."""

MASS_LPS_MM, MASS_MM = (-61.0, 0.0, 0.0), 30.0
"""Middle and radius of the mass in which every nodule is marked: solid, so that a point in it is taken."""


@dataclass(frozen=True)
class SeriesForm:
    """What a series is written as.

    Attributes:
        slices: how many.
        syntax: transfer syntax UID.
        rotation_deg: of the stack about the x axis.
        tilt_deg: of the gantry: each slice is moved along y.
        seed: of the noise.
    """

    slices: int = 300
    syntax: str = ExplicitVRLittleEndian
    rotation_deg: float = 0.0
    tilt_deg: float = 0.0
    seed: int = 0

    def position_lps_mm(self, number: int) -> NDArray[np.float64]:
        """(3,) of the first pixel of a slice; the stack's middle lies near 0."""
        first = np.array([-PIXEL_MM * COLUMNS / 2, -PIXEL_MM * ROWS / 2, 0.0])
        depth = (number - self.slices / 2) * SLICE_MM
        if self.tilt_deg:
            return first + np.array([0, depth * np.tan(np.radians(self.tilt_deg)), depth])
        return self._turn() @ (first + np.array([0, 0, depth]))

    @property
    def orientation(self) -> list[float]:
        """ImageOrientationPatient."""
        turn = self._turn()
        return [*turn[:, 0], *turn[:, 1]]

    def mass(self, number: int) -> NDArray[np.bool_]:
        """(rows, columns) where a slice shows the mass."""
        columns, rows = np.meshgrid(np.arange(COLUMNS) * PIXEL_MM, np.arange(ROWS) * PIXEL_MM)
        turn = np.eye(3) if self.tilt_deg else self._turn()
        points = self.position_lps_mm(number) + columns[..., None] * turn[:, 0] + rows[..., None] * turn[:, 1]
        return np.linalg.norm(points - MASS_LPS_MM, axis=-1) < MASS_MM

    def _turn(self) -> NDArray[np.float64]:
        c, s = np.cos(np.radians(self.rotation_deg)), np.sin(np.radians(self.rotation_deg))
        return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def write_series(folder: Path, form: SeriesForm) -> Path:
    """The folder, filled with one file per slice."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(form.seed)
    # It begins anew every 64 slices, so it is filtered as if it went round: no slice differs sharply from the next.
    shape = (COARSE_SLICES, ROWS // COARSENESS, COLUMNS // COARSENESS)
    coarse = ndimage.gaussian_filter(rng.standard_normal(shape), 2, mode="wrap")
    coarse *= COARSE_SD_HU / coarse.std()
    chest = _chest()
    dataset = slice_template()
    dataset.ImageOrientationPatient = [f"{value:.10g}" for value in form.orientation]
    for number in range(form.slices):
        values = np.where(form.mass(number), TISSUE_HU, chest)
        values += np.kron(coarse[number % COARSE_SLICES], np.ones((COARSENESS, COARSENESS)))
        values += rng.standard_normal(values.shape) * FINE_SD_HU
        stored = np.clip(np.rint(values + 1024), 0, 2**BITS - 1).astype("<u2")
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.4.{number}"
        dataset.InstanceNumber = number + 1
        dataset.ImagePositionPatient = [f"{value:.10g}" for value in form.position_lps_mm(number)]
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.PixelData = stored.tobytes()
        if form.syntax != ExplicitVRLittleEndian:
            plugin = "pylibjpeg" if form.syntax != RLELossless else ""
            dataset.compress(form.syntax, encoding_plugin=plugin, generate_instance_uid=False)
        dataset.save_as(folder / f"{number:04d}.dcm", enforce_file_format=True)
    return folder


def _chest() -> NDArray[np.float64]:
    """(rows, columns) HU of a slice without the mass: a round body with two lungs, in air."""
    x, y = np.meshgrid((np.arange(COLUMNS) - COLUMNS / 2) * PIXEL_MM, (np.arange(ROWS) - ROWS / 2) * PIXEL_MM)
    lung = np.hypot((np.abs(x) - LUNG_ASIDE_MM) / LUNG_MM[0], y / LUNG_MM[1]) < 1
    return np.select([lung, np.hypot(x, y) < BODY_MM], [LUNG_HU, TISSUE_HU], AIR_HU)


def slice_template() -> Dataset:
    """A CT slice with the elements that a scanner writes, but its pixels and its place."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = "20200101"
    dataset.StudyTime = dataset.SeriesTime = dataset.AcquisitionTime = dataset.ContentTime = "120000"
    dataset.Modality, dataset.Manufacturer, dataset.ManufacturerModelName = "CT", "synthetic", "benchmark"
    dataset.StudyDescription, dataset.SeriesDescription = "CT CHEST", "THIN LUNG WINDOW"
    dataset.PatientName, dataset.PatientID, dataset.PatientSex = "X", "SYNTHETIC", "F"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    dataset.FrameOfReferenceUID = "1.2.3.5"
    dataset.SliceThickness, dataset.KVP, dataset.ConvolutionKernel = SLICE_MM, 120, "LUNG"
    dataset.DataCollectionDiameter, dataset.ReconstructionDiameter = 500, 350
    dataset.ExposureTime, dataset.XRayTubeCurrent, dataset.Exposure = 500, 200, 100
    dataset.PatientPosition, dataset.SeriesNumber, dataset.AcquisitionNumber = "HFS", 2, 1
    dataset.PixelSpacing = [PIXEL_MM, PIXEL_MM]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = ROWS, COLUMNS
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, BITS, BITS - 1, 0
    dataset.RescaleIntercept, dataset.RescaleSlope = -1024, 1
    dataset.WindowCenter, dataset.WindowWidth = -600, 1500
    return dataset
