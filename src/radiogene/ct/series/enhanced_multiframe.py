"""Enhanced (multi-frame) CT: the header of every frame from shared and per-frame functional groups."""

from pathlib import Path

from pydicom.dataset import Dataset

from radiogene.ct.series.dicom_image_header import (
    PixelElement,
    as_triple,
    checked_spacing,
    image_type_of,
    required_numbers,
    required_size,
    rescale_of,
    stored_pixels,
    study_of,
    unit_directions,
    unreadable_facts,
)
from radiogene.ct.series.dicom_values import (
    UnreadableValueError,
    first_item,
    recorded_number,
    recorded_text,
    text_of,
    value_of,
    whole_number_of,
)
from radiogene.ct.series.header_elements import HeaderElements
from radiogene.ct.series.slice_header import AcquisitionFacts, Rescale, SliceHeader


class _FrameGroups:
    """The functional groups of one frame: its own, or else the shared ones (PS3.3 C.7.6.16)."""

    def __init__(self, own: Dataset, shared: Dataset | None) -> None:
        self._own = own
        self._shared = shared

    def find(self, keyword: str) -> Dataset | None:
        """The item of a functional group, or None where the frame has none."""
        return first_item(self._own, keyword) or first_item(self._shared, keyword)

    def get(self, keyword: str) -> Dataset:
        """The item of a functional group that must be there."""
        item = self.find(keyword)
        if item is None:
            raise UnreadableValueError(f"has a frame without {keyword}, neither its own nor shared")
        return item


def multiframe_headers(dataset: HeaderElements, path: Path, pixel_element: PixelElement) -> list[SliceHeader]:
    """The headers of all frames of an Enhanced CT or Legacy Converted Enhanced CT object, in file order.

    Raises:
        UnreadableValueError: the functional groups do not place every frame.

    Source: DICOM PS3.3 A.38.1.4 (functional groups of enhanced CT).
    """
    frames = whole_number_of(dataset, "NumberOfFrames") or 0
    per_frame = value_of(dataset, "PerFrameFunctionalGroupsSequence") or []
    if frames < 1 or len(per_frame) != frames:
        raise UnreadableValueError(f"states {frames} frames and has functional groups for {len(per_frame)}")
    shared = first_item(dataset, "SharedFunctionalGroupsSequence")
    return [
        _frame_header(dataset, path, pixel_element, index, frames, _FrameGroups(own, shared))
        for index, own in enumerate(per_frame)
    ]


def _frame_header(
    dataset: HeaderElements, path: Path, pixel_element: PixelElement, index: int, frames: int, groups: _FrameGroups
) -> SliceHeader:
    """The header of frame `index`."""
    row, column = unit_directions(
        required_numbers(groups.get("PlaneOrientationSequence"), "ImageOrientationPatient", 6)
    )
    position = required_numbers(groups.get("PlanePositionSequence"), "ImagePositionPatient", 3)
    measures = groups.get("PixelMeasuresSequence")
    content = groups.find("FrameContentSequence") or Dataset()
    frame_type = groups.find("CTImageFrameTypeSequence")
    transformation = groups.find("PixelValueTransformationSequence")
    return SliceHeader(
        path=path,
        frame=index,
        frames_in_file=frames,
        series_uid=text_of(dataset, "SeriesInstanceUID"),
        sop_uid=text_of(dataset, "SOPInstanceUID"),
        patient_id=text_of(dataset, "PatientID"),
        frame_of_reference_uid=text_of(dataset, "FrameOfReferenceUID"),
        description=text_of(dataset, "SeriesDescription"),
        image_type=image_type_of(frame_type, "FrameType") if frame_type else image_type_of(dataset, "ImageType"),
        stack=text_of(content, "StackID"),
        acquisition=recorded_text(content, "FrameAcquisitionNumber"),
        phase=recorded_text(content, "TemporalPositionIndex"),
        rows=required_size(dataset, "Rows"),
        columns=required_size(dataset, "Columns"),
        pixel_spacing_mm=checked_spacing(required_numbers(measures, "PixelSpacing", 2)),
        position_lps_mm=as_triple(position),
        row_direction_lps=row,
        column_direction_lps=column,
        pixels=stored_pixels(dataset, pixel_element),
        rescale=rescale_of(transformation) if transformation else Rescale(None, None, ""),
        facts=_frame_facts(dataset, groups, measures),
        study=study_of(dataset),
    )


def _frame_facts(dataset: HeaderElements, groups: _FrameGroups, measures: Dataset) -> AcquisitionFacts:
    """Manufacturer, kernel, tube voltage and thickness of one frame."""
    reconstruction = groups.find("CTReconstructionSequence")
    beam = groups.find("CTXRayDetailsSequence")
    return AcquisitionFacts(
        manufacturer=text_of(dataset, "Manufacturer") or None,
        model=text_of(dataset, "ManufacturerModelName") or None,
        kernel=text_of(reconstruction or dataset, "ConvolutionKernel") or None,
        kvp=recorded_number(beam or dataset, "KVP"),
        slice_thickness_mm=recorded_number(measures, "SliceThickness"),
        unreadable=unreadable_facts(beam or dataset, measures),
    )
