"""Small trees of real DICOM files: CT series of a few slices, and markings that refer to them."""

from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, SegmentationStorage

from cohort.sources.uids import uid


def write_ct(
    folder: Path,
    patient="p1",
    *,
    series="thin",
    study="chest",
    description="THIN LUNG WINDOW",
    slices=70,
    step_mm=1.0,
    **more,
):
    """Writes a CT series of one-pixel-thin slices (2 x 2) and returns their SOP Instance UIDs."""
    folder.mkdir(parents=True, exist_ok=True)
    uids = []
    for number in range(slices):
        dataset = Dataset()
        dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, uid(patient, series, number)
        dataset.Modality, dataset.PatientID = "CT", patient
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uid(patient, study), uid(patient, series)
        dataset.StudyDate, dataset.StudyDescription = "19940810", "CT CHEST"
        dataset.FrameOfReferenceUID = uid(patient, study, "frame")
        dataset.SeriesDescription = description
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        dataset.ImagePositionPatient = [0, 0, number * step_mm]
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        dataset.PixelSpacing, dataset.SliceThickness = [1, 1], step_mm
        dataset.Rows = dataset.Columns = 2
        dataset.BitsAllocated = dataset.BitsStored = 16
        dataset.HighBit, dataset.PixelRepresentation, dataset.SamplesPerPixel = 15, 1, 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        dataset.RescaleIntercept, dataset.RescaleSlope = 0, 1
        for keyword, value in more.items():
            setattr(dataset, keyword, value)
        dataset.PixelData = bytes(8)
        save(dataset, folder / f"{series}-{number:03d}.dcm")
        uids.append(str(dataset.SOPInstanceUID))
    return uids


def write_marking(path: Path, patient="p1", *, study="chest", name="seg", sop_uids=(), series_uid=None):
    """Writes a segmentation without pixels that refers to instances, or to a series."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = SegmentationStorage, uid(patient, name)
    dataset.Modality, dataset.PatientID = "SEG", patient
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uid(patient, study), uid(patient, name, "series")
    dataset.FrameOfReferenceUID = dataset.SeriesInstanceUID
    dataset.SeriesDescription = "3D Slicer segmentation result"
    referenced = Dataset()
    if series_uid is not None:
        referenced.SeriesInstanceUID = series_uid
    referenced.ReferencedInstanceSequence = [_instance(one) for one in sop_uids]
    dataset.ReferencedSeriesSequence = [referenced]
    path.parent.mkdir(parents=True, exist_ok=True)
    save(dataset, path)


def save(dataset: Dataset, path: Path):
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.save_as(path, enforce_file_format=True)


def _instance(sop_uid):
    instance = Dataset()
    instance.ReferencedSOPClassUID, instance.ReferencedSOPInstanceUID = CTImageStorage, sop_uid
    return instance
