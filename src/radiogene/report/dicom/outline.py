"""The nodule's marking as a DICOM Segmentation on the pixels of the CT."""

import numpy as np
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentationTypeValues, SegmentDescription
from highdicom.uid import UID
from numpy.typing import NDArray
from pydicom import Dataset

from radiogene import __version__
from radiogene.ct.nodule.location import Nodule
from radiogene.ct.series.slice_header import SliceHeader
from radiogene.report.dicom.codes import LUNG, MORPHOLOGICALLY_ABNORMAL, NODULE
from radiogene.report.dicom.equipment import MANUFACTURER, Equipment, as_research
from radiogene.report.dicom.source_series import SourceSeries

SERIES_NUMBER = 9302
LABEL = "Nodule"


def outline_segmentation(source: SourceSeries, nodule: Nodule, equipment: Equipment) -> Segmentation | None:
    """The marking that the prediction rests on, as it lies on the CT's pixels; None for a point.

    It is the user's marking, not one of ours: the segment's algorithm type is MANUAL.

    Args:
        source: the CT.
        nodule: its marking.
        equipment: that writes it.
    """
    filled = source.filled(nodule)
    if not filled:
        return None
    if source.is_multi_frame:
        images, pixels = _frames_of_one_file(source, filled)
    else:
        images = [source.header(image) for image, _ in filled]
        pixels = np.stack([inside for _, inside in filled])
    written = Segmentation(
        source_images=images,
        pixel_array=pixels.astype(np.uint8),
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[
            SegmentDescription(
                segment_number=1,
                segment_label=LABEL,
                segmented_property_category=MORPHOLOGICALLY_ABNORMAL,
                segmented_property_type=NODULE,
                algorithm_type=SegmentAlgorithmTypeValues.MANUAL,
                tracking_uid=UID(),
                tracking_id=LABEL,
                anatomic_regions=[LUNG],
            )
        ],
        series_instance_uid=UID(),
        series_number=SERIES_NUMBER,
        sop_instance_uid=UID(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=equipment.model_name,
        software_versions=__version__,
        device_serial_number=equipment.serial_number,
        content_label="NODULE",
        content_description="Marking that the prediction rests on",
    )
    as_research(written, equipment, "marking of the nodule")
    return written


def _frames_of_one_file(
    source: SourceSeries, filled: list[tuple[SliceHeader, NDArray[np.bool_]]]
) -> tuple[list[Dataset], NDArray[np.bool_]]:
    """A multi-frame object and a mask for each of its frames, in the order of the file."""
    first = source.slices[0]
    pixels = np.zeros((first.frames_in_file, first.rows, first.columns), dtype=bool)
    for image, inside in filled:
        pixels[image.frame] = inside
    return [source.first], pixels
