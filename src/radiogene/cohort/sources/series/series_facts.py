"""What is known of a series before its pixels are read, from a list of series or from DICOM headers."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Plane = Literal["axial", "coronal", "sagittal", "oblique"]


@dataclass(frozen=True)
class SeriesGeometry:
    """What the headers of a CT series say of its place; a list of series says nothing of it.

    Attributes:
        plane: in which the slices lie.
        step_mm: median distance between neighbouring slices.
        thickness_mm: SliceThickness; None where it is not stated.
        length_mm: along the slice axis.
        kernel: ConvolutionKernel; None where it is not stated.
        fault: why no CT in Hounsfield units can be made of it (`ct.series`); None for none.
    """

    plane: Plane
    step_mm: float
    thickness_mm: float | None
    length_mm: float
    kernel: str | None
    fault: str | None = None


@dataclass(frozen=True, kw_only=True)
class SeriesFacts:
    """One series of a patient.

    Attributes:
        name: what the column `series` of a cohort table takes; the series UID unless it holds several stacks.
        images: objects in the series, or slices of a stack.
        geometry: None where only a list was read.
    """

    patient_id: str
    study_uid: str
    series_uid: str
    name: str
    modality: str
    images: int
    description: str = ""
    study_description: str = ""
    study_date: date | None = None
    manufacturer: str = ""
    geometry: SeriesGeometry | None = None


@dataclass(frozen=True, kw_only=True)
class MarkingFacts:
    """A segmentation or structure set of a patient.

    Attributes:
        referenced_series: names of the series it was made on that are there; None where only a list was read, so that
            nothing but the study ties it to a series.
        path: the file; None where only a list was read.
    """

    patient_id: str
    study_uid: str
    series_uid: str
    modality: str
    description: str = ""
    referenced_series: tuple[str, ...] | None = None
    path: str | None = None
