"""The CT series that a result belongs to: its headers, where its images lie, and which pixels a nodule fills."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydicom import Dataset, dcmread

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.location import Nodule
from radiogene.ct.series.dicom_headers import read_headers
from radiogene.ct.series.series_choice import choose_series
from radiogene.ct.series.slice_header import SliceHeader
from radiogene.ct.volume.volume_file import is_volume_file
from radiogene.ct.whole_slice import pixels_inside
from radiogene.errors import SeriesError
from radiogene.storage.regular_file import open_file


@dataclass(frozen=True, eq=False)
class SourceSeries:
    """A CT series in DICOM.

    Attributes:
        slices: its images along the slice axis.
    """

    slices: tuple[SliceHeader, ...]

    @cached_property
    def first(self) -> Dataset:
        """The header of its first image, with the patient and the study."""
        return self.header(self.slices[0])

    @property
    def frame_of_reference_uid(self) -> str:
        """That its positions belong to."""
        return self.slices[0].frame_of_reference_uid

    @property
    def is_multi_frame(self) -> bool:
        """Whether one file holds several of its images."""
        return self.slices[0].frames_in_file > 1

    def header(self, image: SliceHeader) -> Dataset:
        """Everything but the pixels of an image's file.

        Raises:
            SeriesError: the file is gone or cannot be read.
        """
        try:
            with open_file(image.path) as file:
                return dcmread(file, stop_before_pixels=True)
        except (OSError, ValueError) as unreadable:
            raise SeriesError(f"{image.path} cannot be read again: {unreadable}; give the series as it was.") from None

    def nearest(self, point_lps_mm: ArrayLike) -> SliceHeader:
        """The image in whose slice a point (3,) in LPS mm lies."""
        depths = [abs(float(_grid(image).to_index_ijk(point_lps_mm)[2])) for image in self.slices]
        return self.slices[int(np.argmin(depths))]

    def filled(self, nodule: Nodule) -> list[tuple[SliceHeader, NDArray[np.bool_]]]:
        """The images that show a part of the nodule, each with its pixels (rows, columns) inside; none for a point."""
        found = []
        for image in self.slices:
            inside = pixels_inside(_grid(image), nodule, 0)
            if inside is not None and inside.any():
                found.append((image, inside))
        return found


def source_series(ct: Path, series: str | None) -> SourceSeries:
    """The series that `predict` has read.

    Args:
        ct: a folder with DICOM files, or one file with several frames.
        series: SeriesInstanceUID, where a folder holds several.

    Raises:
        SeriesError: a volume file, or a series without a frame of reference, which has no place in a PACS.
    """
    if is_volume_file(ct):
        raise SeriesError(
            f"{ct} is no DICOM: DICOM results belong to a series of a patient and a study. Give the DICOM folder, or "
            "leave `dicom` out."
        )
    chosen = choose_series(read_headers(ct), ct, series).series
    found = SourceSeries(chosen.slices)
    if not found.frame_of_reference_uid:
        raise SeriesError(
            f"Series {chosen.name} has no FrameOfReferenceUID: a place in it cannot be told to a viewer. Leave `dicom` "
            "out."
        )
    return found


def _grid(image: SliceHeader) -> VoxelGrid:
    """The pixels of one image in the patient, as a grid of one slice; one step along its normal is 1 mm."""
    i, j = np.array(image.row_direction_lps), np.array(image.column_direction_lps)
    between_rows, between_columns = image.pixel_spacing_mm
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = i * between_columns, j * between_rows, np.cross(i, j)
    affine[:3, 3] = image.position_lps_mm
    return VoxelGrid(affine, (image.columns, image.rows, 1))
