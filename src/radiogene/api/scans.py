"""Scans, nodules, cubes and views from Python: numbers and paths in, typed results out."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.geometry import Frame
from radiogene.ct.nine_views import ViewSampling
from radiogene.ct.nine_views import cut_views as cut
from radiogene.ct.nodule.location import Nodule, NodulePlace, locate_nodule
from radiogene.ct.open_scan import open_scan
from radiogene.ct.preparation import PreparedNodule
from radiogene.ct.preparation import prepare_nodule as prepare
from radiogene.ct.scan import Scan, ScanOptions
from radiogene.errors import SettingsError


def read_scan(ct: str | Path, *, series: str | None = None, allow_gaps: bool = False) -> Scan:
    """The CT scan at a path, its geometry checked; pixels are read when they are asked for.

    Args:
        ct: a folder with DICOM files at any depth, or a multi-frame DICOM, NIfTI, NRRD or MetaImage file.
        series: SeriesInstanceUID, where a folder holds several.
        allow_gaps: interpolate over missing or uneven slices instead of refusing them.

    Raises:
        SeriesError: nothing, or not one thing, that can be read as a CT in HU.
        GeometryError: slices or axes whose place in the patient is missing, contradictory or uneven.
    """
    return open_scan(Path(ct), ScanOptions(series, allow_gaps))


def place_nodule(scan: Scan, nodule: NodulePlace, *, frame: str = "lps", segment: str | None = None) -> Nodule:
    """The nodule's place in a scan.

    Args:
        scan: that `read_scan` gave.
        nodule: three numbers in `frame`, or the path of a DICOM SEG, an RTSTRUCT or a mask volume.
        frame: of three numbers: "lps" or "ras" in mm, or "voxel" (0-based column, row, slice).
        segment: which segment of a marking, and which component: number or label, with `.COMPONENT`.

    Raises:
        NoduleError: the nodule is missing, ambiguous, empty, outside the scan, of another patient or frame.
    """
    return locate_nodule(nodule, scan, frame=_frame(frame), segment=segment)


def prepare_nodule(
    ct: str | Path,
    nodule: NodulePlace,
    *,
    frame: str = "lps",
    segment: str | None = None,
    series: str | None = None,
    allow_gaps: bool = False,
    refuse_doubts: bool = True,
) -> PreparedNodule:
    """The 64 mm cube around a nodule at 1 mm in HU, with its geometry.

    Args:
        ct: as for `read_scan`.
        nodule: as for `place_nodule`, or "auto" for the one SEG or RTSTRUCT of the scan in its study.
        frame: as for `place_nodule`.
        segment: as for `place_nodule`.
        series: as for `read_scan`.
        allow_gaps: as for `read_scan`.
        refuse_doubts: refuse pixels that cannot be HU and a place that cannot be a nodule; where somebody only looks at
            the images, they are warnings of the report.

    Raises:
        SeriesError, GeometryError: the scan cannot be read as one even series in HU.
        NoduleError: see `place_nodule`.
    """
    return prepare(
        Path(ct),
        nodule,
        frame=_frame(frame),
        segment=segment,
        scan_options=ScanOptions(series, allow_gaps),
        show_slice=True,
        require_air=refuse_doubts,
        refuse_doubts=refuse_doubts,
    )


def cut_views(
    nodule: PreparedNodule | NDArray[np.floating | np.int16], *, size: int = 64, isotropic: bool = False
) -> NDArray[np.float32]:
    """The nine views (9, size, size) float32 HU of a nodule, axial, coronal, sagittal and the diagonals.

    Args:
        nodule: prepared, or its cube (64, 64, 64) HU.
        size: pixels along each side.
        isotropic: diagonal views have the diagonal's scale on both axes.
    """
    cube_zyx = nodule.cube_hu if isinstance(nodule, PreparedNodule) else nodule
    return cut(cube_zyx, size, ViewSampling.ISOTROPIC if isotropic else ViewSampling.STRETCHED)


def _frame(name: str) -> Frame:
    try:
        return Frame(name)
    except ValueError as error:
        expected = ", ".join(frame.value for frame in Frame)
        raise SettingsError(f"Found the `frame` {name!r}; expected one of {expected}.") from error
