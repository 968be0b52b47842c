"""Who and what a synthetic DICOM file says it is: the attributes that all files of a patient share.

Every file declares itself synthetic in its manufacturer, patient name, series description and image comments. Dates
and UIDs follow from the seed, so that the same seed gives the same bytes.
"""

from dataclasses import dataclass

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, generate_uid

from radiogene.phantom.patient import SyntheticPatient
from radiogene.phantom.scanner import DECLARED_MAKER

STUDY_DATE = "20200101"
STUDY_TIME = "120000"
PATIENT_NAME = "Synthetic^Phantom"
SYNTHETIC_COMMENT = "Synthetic phantom, not a patient"


@dataclass(frozen=True)
class DicomIdentity:
    """The identity of one patient's study."""

    patient: SyntheticPatient

    def uid(self, *purpose: str) -> UID:
        """The UID for a purpose, always the same for the same seed, site and patient."""
        seed = [str(number) for number in self.patient.seed]
        return generate_uid(entropy_srcs=["radiogene phantom", *seed, *purpose])

    def dataset(self, modality: str, series_number: int, description: str) -> Dataset:
        """The patient, study, series and equipment modules (PS3.3 C.7.1 to C.7.5) of one series.

        Args:
            modality: `CT`, `PT`, `RTSTRUCT`.
            series_number: within the study; it also makes the series UID.
            description: what the series is.
        """
        clinical = self.patient.clinical
        dataset = Dataset()
        dataset.PatientName = PATIENT_NAME
        dataset.PatientID = self.patient.patient_id
        dataset.PatientBirthDate = ""
        dataset.PatientSex = clinical.sex[0].upper() if clinical.sex else ""
        dataset.PatientAge = f"{clinical.age_years:03d}Y" if clinical.age_years is not None else ""
        dataset.PatientComments = SYNTHETIC_COMMENT
        dataset.StudyInstanceUID = self.uid("study")
        dataset.StudyDate = STUDY_DATE
        dataset.StudyTime = STUDY_TIME
        dataset.StudyID = "1"
        dataset.StudyDescription = "SYNTHETIC chest CT"
        dataset.AccessionNumber = ""
        dataset.ReferringPhysicianName = ""
        dataset.Modality = modality
        dataset.SeriesInstanceUID = self.uid("series", str(series_number))
        dataset.SeriesNumber = series_number
        dataset.SeriesDate = STUDY_DATE
        dataset.SeriesTime = STUDY_TIME
        dataset.SeriesDescription = f"SYNTHETIC {description}"
        dataset.Manufacturer = DECLARED_MAKER
        dataset.ManufacturerModelName = self.patient.acquisition.scanner.model
        dataset.DeviceSerialNumber = "SYNTHETIC"
        dataset.SoftwareVersions = "radiogene phantom"
        return dataset

    def image_dataset(self, modality: str, series_number: int, description: str) -> Dataset:
        """As `dataset`, with the frame of reference and what any image says of itself."""
        dataset = self.dataset(modality, series_number, description)
        dataset.FrameOfReferenceUID = self.uid("frame of reference")
        dataset.PositionReferenceIndicator = ""
        dataset.AcquisitionDate = STUDY_DATE
        dataset.AcquisitionTime = STUDY_TIME
        dataset.ContentDate = STUDY_DATE
        dataset.ContentTime = STUDY_TIME
        dataset.ImageComments = SYNTHETIC_COMMENT
        dataset.DerivationDescription = SYNTHETIC_COMMENT
        dataset.BurnedInAnnotation = "NO"
        dataset.SamplesPerPixel = 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        return dataset


def with_file_meta(dataset: Dataset, syntax: UID) -> Dataset:
    """The data set, ready to be written in a transfer syntax."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = syntax
    return dataset
