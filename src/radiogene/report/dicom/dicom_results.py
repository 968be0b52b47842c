"""Writes the DICOM results of one prediction into a folder, and reads them back."""

import warnings
from dataclasses import dataclass
from pathlib import Path

from pydicom import Dataset, dcmread

from radiogene.ct.nodule.location import Nodule
from radiogene.errors import SettingsError
from radiogene.report.case_report import ReportedCase
from radiogene.report.dicom.equipment import Equipment
from radiogene.report.dicom.outline import outline_segmentation
from radiogene.report.dicom.source_series import source_series
from radiogene.report.dicom.structured_report import structured_report
from radiogene.report.dicom.summary_image import summary_image
from radiogene.storage.atomic_files import atomic_path

REPORT_FILE, OUTLINE_FILE, SUMMARY_FILE = "report-sr.dcm", "outline-seg.dcm", "summary-sc.dcm"


@dataclass(frozen=True)
class DicomResults:
    """The files of one prediction.

    Attributes:
        report: Comprehensive 3D SR.
        summary: Secondary Capture.
        outline: Segmentation; None where the nodule was marked by a point.
    """

    report: Path
    summary: Path
    outline: Path | None

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return tuple(file for file in (self.report, self.summary, self.outline) if file is not None)


def write_dicom_results(out: Path, case: ReportedCase, nodule: Nodule, ct: Path, series: str | None) -> DicomResults:
    """Write the report, the summary and the outline of a prediction, with the patient and study of its CT.

    They carry the patient's identifiers, because a PACS files them by these; nothing else that radiogene writes does.

    Args:
        out: the folder; other files in it stay.
        case: what the model says.
        nodule: that it says it of.
        ct: the DICOM folder or file that was read.
        series: SeriesInstanceUID, where the folder holds several.

    Raises:
        SeriesError: no DICOM series, one without a frame of reference, or one whose files have gone.
        SettingsError: a file that does not read back as it was written.
    """
    source = source_series(ct, series)
    equipment = Equipment(case.result.model)
    with warnings.catch_warnings():
        # The patient's name is taken over as the CT has it, in whatever form.
        warnings.filterwarnings("ignore", message=".*unlikely to represent the intended person name.*")
        outline = outline_segmentation(source, nodule, equipment)
        report = structured_report(source, case.result, nodule, outline, equipment)
        summary = summary_image(source, case, equipment)
    out.mkdir(parents=True, exist_ok=True)
    written = DicomResults(
        _written(report, out / REPORT_FILE),
        _written(summary, out / SUMMARY_FILE),
        None if outline is None else _written(outline, out / OUTLINE_FILE),
    )
    if written.outline is None:
        # That of another nodule, in a folder that is used again.
        (out / OUTLINE_FILE).unlink(missing_ok=True)
    return written


def _written(content: Dataset, file: Path) -> Path:
    """The file, read back."""
    with atomic_path(file) as temporary:
        content.save_as(temporary, enforce_file_format=True)
    if dcmread(file).SOPInstanceUID != content.SOPInstanceUID:
        raise SettingsError(f"{file} does not read back as it was written; is the disk full?")
    return file
