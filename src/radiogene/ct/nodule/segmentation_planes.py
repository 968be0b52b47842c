"""Where the frames of a DICOM segmentation lie in the patient, also where old files leave that out."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from radiogene.ct.nodule.dicom_object import first_item, numbers_of
from radiogene.ct.nodule.reference import references_of
from radiogene.ct.scan import Scan
from radiogene.errors import NoduleError

ORIENTATION_TOLERANCE = 1e-3
"""Direction cosines written with few digits differ by less than this."""

SAME_PLACE_MM = 1e-3

LARGEST_OFFSET_SLICES = 1.0
"""A frame made from one slice lies on that slice; a whole slice away, position and reference contradict each other."""

LARGEST_OFFSET_PIXELS = 1.0
"""A frame of a slice's rows and columns has its corners."""

LARGEST_OFFSET_BETWEEN_SLICES = 0.3
"""A frame on one of the slices lies on it but for rounding, and one of another series mostly does not."""


@dataclass(frozen=True, eq=False)
class FramePlanes:
    """The planes of all frames.

    Attributes:
        origins_lps_mm: (frames, 3) float64, centre of the first pixel of each frame.
        column_step_mm: (3,) float64 from a pixel to the next of its row.
        row_step_mm: (3,) float64 from a pixel to the next of its column.
        segment_numbers: the segment that each frame belongs to; None in a label map.
        spacing_between_slices_mm, slice_thickness_mm: as the file states them, else None.
        made_on_scan: True where frames name slices of the scan as their sources.
        decisions: what was decided, in words for the result.
    """

    origins_lps_mm: NDArray[np.float64]
    column_step_mm: NDArray[np.float64]
    row_step_mm: NDArray[np.float64]
    segment_numbers: tuple[int | None, ...]
    spacing_between_slices_mm: float | None
    slice_thickness_mm: float | None
    made_on_scan: bool
    decisions: tuple[str, ...]


def frame_planes(dataset: Dataset, count: int, scan: Scan | None, where: str) -> FramePlanes:
    """The planes of the frames of a segmentation.

    Args:
        dataset: the segmentation.
        count: the number of its frames.
        scan: the scan whose slices stand in for what the file leaves out; None to take the file alone.
        where: the file, for messages.

    Raises:
        NoduleError: a position, orientation or spacing is missing and no referenced slice has it, frames have several
            orientations, or positions contradict the slices that they refer to.

    Source: DICOM PS3.3 C.7.6.16.2 (functional groups) and A.51.5.
    """
    return _FrameTable(dataset, count, scan, where).planes()


class _FrameTable:
    """The functional groups of a segmentation, with the scan's slices to fall back on."""

    def __init__(self, dataset: Dataset, count: int, scan: Scan | None, where: str) -> None:
        self.dataset, self.count, self.scan, self.where = dataset, count, scan, where
        self.shared = first_item(dataset, "SharedFunctionalGroupsSequence") or Dataset()
        self.frames = list(dataset.get("PerFrameFunctionalGroupsSequence") or []) or [Dataset()] * count
        self.decisions: list[str] = []
        uids = () if scan is None else scan.slice_sop_uids
        uses = Counter(uids)
        self.slice_of_uid = {uid: index for index, uid in enumerate(uids) if uid and uses[uid] == 1}

    def planes(self) -> FramePlanes:
        """The planes of all frames."""
        row_direction, column_direction = self._orientation()
        spacing = self._values("PixelMeasuresSequence", "PixelSpacing", 2)
        if spacing is None:
            scan = self._stand_in("Pixel Spacing (0028,0030)")
            spacing = scan.grid.spacing_mm[[1, 0]]
        if spacing.min() <= 0:
            raise NoduleError(f"{self.where}: Pixel Spacing {spacing.tolist()} mm must be positive.")
        column_step, row_step = row_direction * spacing[1], column_direction * spacing[0]
        numbers = self._segment_numbers()
        origins = self._origins(numbers)
        self._check_sources(origins, column_step, row_step)
        self._check_depths(origins)
        return FramePlanes(
            origins_lps_mm=origins,
            column_step_mm=column_step,
            row_step_mm=row_step,
            segment_numbers=numbers,
            spacing_between_slices_mm=self._depth("SpacingBetweenSlices"),
            slice_thickness_mm=self._depth("SliceThickness"),
            made_on_scan=self._names_slices(),
            decisions=tuple(self.decisions),
        )

    def _segment_numbers(self) -> tuple[int | None, ...]:
        """The segment number of each frame; None where frames hold label values."""
        if str(self.dataset.get("SegmentationType") or "").upper() == "LABELMAP":
            return (None,) * self.count
        declared = [int(item.get("SegmentNumber") or 1) for item in self.dataset.get("SegmentSequence") or []]
        numbers: list[int] = []
        for index, frame in enumerate(self.frames):
            group = self._group(frame, "SegmentIdentificationSequence")
            number = None if group is None else group.get("ReferencedSegmentNumber")
            if number is None and len(declared) > 1:
                raise NoduleError(
                    f"{self.where}: frame {index + 1} does not say which of {len(declared)} segments it is."
                )
            numbers.append(int(number) if number is not None else (declared or [1])[0])
        return tuple(numbers)

    def _orientation(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Unit vectors (3,) along rows and along columns, the same for all frames."""
        cosines = self._values("PlaneOrientationSequence", "ImageOrientationPatient", 6, ORIENTATION_TOLERANCE)
        if cosines is None:
            scan = self._stand_in("Image Orientation (0020,0037)")
            return scan.grid.directions_lps[:, 0], scan.grid.directions_lps[:, 1]
        row, column = cosines[:3], cosines[3:]
        lengths = float(np.linalg.norm(row)), float(np.linalg.norm(column))
        if max(abs(lengths[0] - 1), abs(lengths[1] - 1), abs(float(row @ column))) > 10 * ORIENTATION_TOLERANCE:
            raise NoduleError(
                f"{self.where}: Image Orientation {cosines.tolist()} is no pair of perpendicular unit vectors."
            )
        return row / lengths[0], column / lengths[1]

    def _origins(self, numbers: tuple[int | None, ...]) -> NDArray[np.float64]:
        """Centres (frames, 3) of the first pixels in LPS mm."""
        origins = [
            numbers_of(self._group(frame, "PlanePositionSequence"), "ImagePositionPatient", 3, self.where)
            for frame in self.frames
        ]
        missing = [index for index, origin in enumerate(origins) if origin is None]
        twice = _same_place([origin for origin in origins if origin is not None], numbers) if not missing else None
        if not missing and twice is None:
            return np.array(origins)
        sources = self._source_slices()
        if sources is None or len({*zip(sources, numbers, strict=True)}) < self.count:
            if missing:
                problem = f"{len(missing)} of {self.count} frames have no Image Position (0020,0032)"
            else:
                problem = f"frames {twice} mark the same segment at the same place"
            raise NoduleError(
                f"{self.where}: {problem}, and they do not refer to one slice of the scan each. Give the series that "
                "the segmentation was made on, or the nodule as a point."
            )
        scan = self._stand_in("Image Position (0020,0032)")
        self.decisions.append(
            "frame positions taken from the referenced slices of the scan, as the segmentation "
            + ("has none" if missing else "gives all frames one place")
        )
        indices = np.zeros((self.count, 3))
        indices[:, 2] = sources
        return scan.grid.to_lps_mm(indices)

    def _source_slices(self) -> list[int] | None:
        """The slice of the scan that each frame was made from; None where one is unknown."""
        slices = [self._own_source(frame) for frame in self.frames]
        if None in slices:
            listed = _source_uids(self.shared)
            # The first writers listed all sources once, in the order of the frames.
            slices = [self.slice_of_uid.get(uid) for uid in listed] if len(listed) == self.count else [None]
        known = [index for index in slices if index is not None]
        return known if len(known) == self.count else None

    def _own_source(self, frame: Dataset) -> int | None:
        """The slice of the scan that a frame alone names as its source."""
        uids = _source_uids(frame)
        return self.slice_of_uid.get(uids[0]) if len(uids) == 1 else None

    def _check_sources(
        self, origins: NDArray[np.float64], column_step: NDArray[np.float64], row_step: NDArray[np.float64]
    ) -> None:
        """Refuse frames that lie elsewhere than the one slice that each was made from."""
        if self.scan is None:
            return
        last_column, last_row = int(self.dataset.Columns) - 1, int(self.dataset.Rows) - 1
        corners = np.array([c * column_step + r * row_step for c in (0, last_column) for r in (0, last_row)])
        listed = _source_uids(self.shared)
        shared = [self.slice_of_uid[uid] for uid in listed if uid in self.slice_of_uid]
        for index, frame in enumerate(self.frames):
            own = self._own_source(frame)
            sources = np.array([own] if own is not None else shared if len(listed) == self.count else [])
            if not sources.size:
                continue
            placed_ijk = self.scan.grid.to_index_ijk(origins[index] + corners)
            self._check_matrix(placed_ijk, index)
            placed = placed_ijk[:, 2]
            if np.abs(placed - sources[:, None]).max(axis=1).min() >= LARGEST_OFFSET_SLICES:
                which = f"slice {own}" if own is not None else "one of the listed slices"
                raise NoduleError(
                    f"{self.where}: frame {index + 1} was made from {which} (0-based, from the feet) of the scan, but "
                    f"its position and orientation put it on slices {placed.min():.1f} to {placed.max():.1f}. One of "
                    "the two is wrong: give the nodule as a point."
                )

    def _check_matrix(self, placed_ijk: NDArray[np.float64], index: int) -> None:
        """Refuse a frame of the scan's matrix whose corners (4, 3), in the scan's voxels, are not the scan's."""
        if self.scan is None:
            return
        columns, rows, _ = self.scan.grid.shape_ijk
        if (int(self.dataset.Columns), int(self.dataset.Rows)) != (columns, rows):
            return
        own = np.array([(i, j) for i in (0, columns - 1) for j in (0, rows - 1)], dtype=np.float64)
        apart = np.abs(placed_ijk[:, None, :2] - own).max(axis=-1).min(axis=1).max()
        beside = (placed_ijk[:, :2].max(axis=0) < 0) | (placed_ijk[:, :2].min(axis=0) > own.max(axis=0))
        # One that lies wholly elsewhere is refused for its nodule, which is outside the scan.
        if apart > LARGEST_OFFSET_PIXELS and not beside.any():
            apart_mm = apart * float(self.scan.grid.spacing_mm[:2].max())
            raise NoduleError(
                f"{self.where}: frame {index + 1} was made from a slice of the scan and has its {rows} x {columns} "
                f"pixels, but its position and pixel spacing put a corner {apart_mm:.0f} mm from the slice's. One of "
                "the two is wrong: give the nodule as a point."
            )

    def _check_depths(self, origins: NDArray[np.float64]) -> None:
        """Refuse even frames of the scan's matrix that refer to its slices and lie between them."""
        if self.scan is None or not references_of(self.dataset).names_instances_of(self.scan):
            return
        columns, rows, slices = self.scan.grid.shape_ijk
        if (int(self.dataset.Columns), int(self.dataset.Rows)) != (columns, rows):
            return
        depth = self.scan.grid.to_index_ijk(origins)[:, 2]
        gaps = np.diff(np.unique(np.round(depth, 3)))
        if not gaps.size or np.ptp(gaps) > LARGEST_OFFSET_BETWEEN_SLICES / 2:
            return
        off = np.maximum(np.abs(depth - np.rint(depth)), np.maximum(-depth, depth - (slices - 1)))
        worst = int(off.argmax())
        if off[worst] > LARGEST_OFFSET_BETWEEN_SLICES:
            raise NoduleError(
                f"{self.where} refers to slices of the scan and has their matrix, but frame {worst + 1} lies at slice "
                f"{depth[worst]:.2f} of {slices} (from 0), which is none of them: its spacing or its positions are "
                "wrong. Give the nodule as a point."
            )

    def _depth(self, keyword: str) -> float | None:
        """A depth in mm as the file states it; None where it states none or zero."""
        depth = self._values("PixelMeasuresSequence", keyword, 1)
        return None if depth is None or depth[0] == 0 else abs(float(depth[0]))

    def _values(self, group: str, keyword: str, size: int, tolerance: float = 1e-4) -> NDArray[np.float64] | None:
        """The numbers (size,) of an attribute that all frames must share, from frames, shared group or top level."""
        shared: NDArray[np.float64] | None = None
        for index, frame in enumerate(self.frames):
            values = numbers_of(self._group(frame, group), keyword, size, self.where)
            if values is None:
                continue
            if shared is not None and np.abs(values - shared).max() > tolerance:
                raise NoduleError(
                    f"{self.where}: frame {index + 1} has {keyword} {values.tolist()}, an earlier one "
                    f"{shared.tolist()}: one for all frames was expected. Convert the segmentation to a NIfTI or "
                    "NRRD mask."
                )
            shared = values if shared is None else shared
        return shared if shared is not None else numbers_of(self.dataset, keyword, size, self.where)

    def _group(self, frame: Dataset, keyword: str) -> Dataset | None:
        """A functional group of a frame: its own, else the shared one."""
        return first_item(frame, keyword) or first_item(self.shared, keyword)

    def _stand_in(self, attribute: str) -> Scan:
        """The scan, where its slices may stand in for what the segmentation leaves out."""
        shape = (int(self.dataset.Columns), int(self.dataset.Rows))
        if self.scan is None or self.scan.grid.shape_ijk[:2] != shape or not self._names_slices():
            raise NoduleError(
                f"{self.where} has no {attribute}, and its frames of {shape[1]} x {shape[0]} do not refer to slices of "
                "that size in the scan. Give the series that the segmentation was made on, or the nodule as a point."
            )
        note = f"{attribute} taken from the referenced slices of the scan"
        if note not in self.decisions and "Position" not in attribute:
            self.decisions.append(note)
        return self.scan

    def _names_slices(self) -> bool:
        """True where a frame, or all frames together, name a slice of the scan as source."""
        named = [*_source_uids(self.shared), *(uid for frame in self.frames for uid in _source_uids(frame))]
        return any(uid in self.slice_of_uid for uid in named)


def _source_uids(group: Dataset) -> list[str]:
    """SOP Instance UIDs of the source images that a functional group lists, without repetition."""
    uids = [
        str(image.get("ReferencedSOPInstanceUID") or "")
        for derivation in group.get("DerivationImageSequence") or []
        for image in derivation.get("SourceImageSequence") or []
    ]
    return list(dict.fromkeys(uid for uid in uids if uid))


def _same_place(origins: list[NDArray[np.float64]], numbers: tuple[int | None, ...]) -> str | None:
    """Two frames of one segment at one place, as "n and m"; None where there are none."""
    seen: dict[tuple[int | None, tuple[int, ...]], int] = {}
    for index, (origin, number) in enumerate(zip(origins, numbers, strict=True)):
        key = (number, tuple(np.rint(origin / SAME_PLACE_MM).astype(int).tolist()))
        if key in seen:
            return f"{seen[key] + 1} and {index + 1}"
        seen[key] = index
    return None
