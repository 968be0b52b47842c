"""A CT series of realistic size on disk: a chest without anatomy, for what costs time and not for what is learnt."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

PIXEL_MM, SLICE_MM = 0.7, 1.25
MATRIX = 512
TISSUE_HU, LUNG_HU, AIR_HU, NOISE_HU = 40, -850, -1000, 30


def write_series(folder: Path, slices: int, seed: int) -> Path:
    """The folder of a new axial series of `slices` x 512 x 512, centred on the origin, uncompressed."""
    folder.mkdir(parents=True)
    generator = np.random.default_rng(seed)
    picture = _picture()
    noise = generator.normal(0, NOISE_HU, (8, MATRIX, MATRIX)).astype(np.int16)
    template = _template()
    for number in range(slices):
        header = Dataset()
        header.update(template)
        header.SOPInstanceUID = generate_uid()
        header.file_meta = FileMetaDataset()
        header.file_meta.MediaStorageSOPClassUID = CTImageStorage
        header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
        header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        header.InstanceNumber = number + 1
        corner_mm = -PIXEL_MM * (MATRIX - 1) / 2
        header.ImagePositionPatient = [corner_mm, corner_mm, SLICE_MM * (number - (slices - 1) / 2)]
        # Each slice gets other noise, or a compressor and a cache would have it too easy.
        stored = picture + np.roll(noise[number % 8], number, axis=0) + 1024
        header.PixelData = stored.astype("<u2").tobytes()
        header.save_as(folder / f"IM{number:04d}.dcm", enforce_file_format=True)
    return folder


def _picture() -> np.ndarray:
    """(512, 512) int16 HU: air, a body and two lungs."""
    y, x = np.mgrid[:MATRIX, :MATRIX] - (MATRIX - 1) / 2
    picture = np.full((MATRIX, MATRIX), AIR_HU, dtype=np.int16)
    picture[(x / 230) ** 2 + (y / 170) ** 2 < 1] = TISSUE_HU
    for side in (-1, 1):
        picture[((x - side * 105) / 80) ** 2 + (y / 120) ** 2 < 1] = LUNG_HU
    return picture


def _template() -> Dataset:
    """What all slices share."""
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.Modality = "CT"
    dataset.Manufacturer = "radiogene benchmark (synthetic)"
    dataset.PatientID = "benchmark"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.FrameOfReferenceUID = generate_uid()
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [PIXEL_MM, PIXEL_MM]
    dataset.SliceThickness = SLICE_MM
    dataset.Rows = dataset.Columns = MATRIX
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.RescaleIntercept, dataset.RescaleSlope = -1024, 1
    return dataset
