"""The CT series of a synthetic patient as DICOM CT Images (PS3.3 A.3)."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RLELossless

from radiogene.phantom.dicom_identity import DicomIdentity, with_file_meta
from radiogene.phantom.scan_grid import ScanGrid
from radiogene.phantom.scanner import StoredPixels

LOCALISER_SERIES, CT_SERIES = 1, 2
LUNG_WINDOW_HU = (-600, 1500)
"""Centre and width."""


def write_ct_series(
    folder: Path, volume_hu: NDArray[np.float32], grid: ScanGrid, identity: DicomIdentity
) -> list[Dataset]:
    """The headers, without pixels, of the written slices, counted to the head.

    Args:
        folder: to write into; it exists.
        volume_hu: (slices, rows, columns), slices counted to the head.
        grid: of the volume.
        identity: of the patient.
    """
    patient, acquisition = identity.patient, identity.patient.acquisition
    template = _ct_template(grid, identity)
    outside = _outside_field(grid)
    headers = []
    for number, slice_hu in enumerate(volume_hu):
        header = _copied(template)
        header.SOPInstanceUID = identity.uid("ct", str(number))
        position = grid.grid.to_lps_mm([0, 0, number])
        header.ImagePositionPatient = [_decimal(value) for value in position]
        header.SliceLocation = _decimal(position[2])
        header.InstanceNumber = number + 1 if acquisition.feet_first else len(volume_hu) - number
        stored = _stored_pixels(slice_hu, acquisition.stored, outside)
        file = with_file_meta(_copied(header), acquisition.syntax)
        file.PixelData = stored.tobytes()
        if acquisition.syntax == RLELossless:
            file.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            file.compress(RLELossless, generate_instance_uid=False)
        name = header.SOPInstanceUID[-12:] if patient.has_nameless_files else f"IM{header.InstanceNumber:04d}.dcm"
        file.save_as(folder / name, enforce_file_format=True)
        headers.append(header)
    return headers


def write_localiser(folder: Path, volume_hu: NDArray[np.float32], grid: ScanGrid, identity: DicomIdentity) -> None:
    """Writes the scan's frontal projection (slices, columns) as a localiser of its own series into the CT's folder."""
    acquisition = identity.patient.acquisition
    header = _ct_template(grid, identity)
    header.update(identity.image_dataset("CT", LOCALISER_SERIES, "localiser"))
    header.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    header.SOPInstanceUID = identity.uid("localiser")
    image = volume_hu.mean(axis=1)[::-1]
    top = grid.grid.to_lps_mm([0, 0, grid.shape_zyx[0] - 1])
    header.ImagePositionPatient = [_decimal(top[0]), _decimal(acquisition.offset_lps_mm[1]), _decimal(top[2])]
    row_direction = [_decimal(value) for value in grid.grid.directions_lps[:, 0]]
    header.ImageOrientationPatient = [*row_direction, "0", "0", "-1"]
    header.PixelSpacing = [acquisition.slice_mm, acquisition.pixel_mm]
    header.InstanceNumber = 1
    header.Rows, header.Columns = image.shape
    stored = acquisition.stored
    header.PixelData = _stored_pixels(image, stored, np.zeros(image.shape, dtype=bool)).tobytes()
    with_file_meta(header, ExplicitVRLittleEndian)
    header.save_as(
        folder / ("LOCALISER" if identity.patient.has_nameless_files else "SC0001.dcm"), enforce_file_format=True
    )


def _ct_template(grid: ScanGrid, identity: DicomIdentity) -> Dataset:
    """What all slices of the series share."""
    acquisition = identity.patient.acquisition
    scanner, stored = acquisition.scanner, acquisition.stored
    dataset = identity.image_dataset("CT", CT_SERIES, f"CT chest {scanner.kernel.lower()}")
    dataset.SOPClassUID = CTImageStorage
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.PatientPosition = "FFS" if acquisition.feet_first else "HFS"
    dataset.BodyPartExamined = "CHEST"
    dataset.KVP = "120"
    dataset.AcquisitionNumber = 1
    dataset.ConvolutionKernel = scanner.kernel
    dataset.GantryDetectorTilt = _decimal(acquisition.tilt_deg)
    dataset.SliceThickness = acquisition.thickness_mm
    dataset.PixelSpacing = [acquisition.pixel_mm, acquisition.pixel_mm]
    directions = grid.grid.directions_lps
    dataset.ImageOrientationPatient = [_decimal(value) for value in (*directions[:, 0], *directions[:, 1])]
    dataset.Rows, dataset.Columns = grid.shape_zyx[1:]
    dataset.BitsAllocated = 16
    dataset.BitsStored = stored.bits_stored
    dataset.HighBit = stored.bits_stored - 1
    dataset.PixelRepresentation = int(stored.signed)
    if stored.padding is not None:
        dataset.PixelPaddingValue = stored.padding
    dataset.RescaleIntercept = stored.intercept
    dataset.RescaleSlope = 1
    dataset.RescaleType = "HU"
    dataset.WindowCenter, dataset.WindowWidth = LUNG_WINDOW_HU
    return dataset


def _copied(dataset: Dataset) -> Dataset:
    """A data set with the same elements that can take others of its own."""
    copied = Dataset()
    copied.update(dataset)
    return copied


def _stored_pixels(
    slice_hu: NDArray[np.float32], stored: StoredPixels, outside: NDArray[np.bool_]
) -> NDArray[np.signedinteger] | NDArray[np.unsignedinteger]:
    """The stored values (rows, columns) of a slice in HU; padding outside the field of view where there is any."""
    values = np.rint(slice_hu) - stored.intercept
    if stored.padding is not None:
        values = np.where(outside, stored.padding, values)
    return values.astype("<i2" if stored.signed else "<u2")


def _outside_field(grid: ScanGrid) -> NDArray[np.bool_]:
    """Which pixels (rows, columns) lie outside the round field of view."""
    _, rows, columns = grid.shape_zyx
    row = np.arange(rows)[:, None] - (rows - 1) / 2
    column = np.arange(columns)[None, :] - (columns - 1) / 2
    return np.asarray(np.hypot(row, column) > columns / 2)


def _decimal(value: float) -> str:
    """A decimal string of at most 16 characters (PS3.5 6.2, DS), without a negative zero."""
    return f"{round(float(value), 10) + 0.0:.10g}"
