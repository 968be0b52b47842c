"""One nodule of one scan made ready for the network: cube, geometry report, and the fingerprint of how."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.geometry import Frame
from radiogene.ct.geometry_report import GeometryReport, MarkedNodule, Triple
from radiogene.ct.nodule.location import POINT, Nodule, NodulePlace, locate_nodule
from radiogene.ct.nodule.plausible_place import MarkedPlace
from radiogene.ct.nodule.study_marking import AUTO, study_marking
from radiogene.ct.open_scan import open_scan
from radiogene.ct.plausible_hu import note_on_top, reason_without_air, reasons_not_hu
from radiogene.ct.resampling import (
    CUBE_MM,
    CUBE_SAMPLES,
    SAMPLE_MM,
    ResampledCube,
    resample_cube,
    sample_points_lps_mm,
)
from radiogene.ct.scan import AIR_HU, Scan, ScanOptions
from radiogene.ct.whole_slice import WholeSlice, whole_slice
from radiogene.errors import NoduleError, RadiogeneError, SeriesError

SYNTHETIC_MARK = "synthetic"
"""A manufacturer's name that holds this word marks a scan as synthetic in every output that rests on it."""

LARGEST_EXTENT_MM = CUBE_MM

SMALLEST_SHARE_SHOWN = 0.001


@dataclass(frozen=True)
class PreparationSettings:
    """Everything that decides what a cube holds; a model refuses cubes whose fingerprint differs from its own."""

    version: int = 1
    cube_samples: int = CUBE_SAMPLES
    sample_mm: float = SAMPLE_MM
    axes: str = "z,y,x growing to head, back, left (LPS)"
    interpolation: str = "cubic B-spline, mirror boundary, scan index space"
    outside_hu: float = AIR_HU
    stored_as: str = "int16 HU, rounded"

    def to_dict(self) -> dict[str, str | int | float]:
        """The settings as plain JSON values."""
        return asdict(self)

    def fingerprint(self) -> str:
        """SHA-256 (hex) of the settings in canonical JSON."""
        canonical = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class PreparedNodule:
    """A nodule's cube and how it came about.

    Attributes:
        cube_hu: (64, 64, 64) HU, float32 and not rounded, or int16 where it is `as_stored`; axes z, y, x growing to
            head, back, left.
        segment_zyx: (64, 64, 64) bool, the samples inside the nodule's segment; None for a nodule given as a point.
        nodule: where the nodule is.
        report: geometry: centre, spacing, share outside, decisions, warnings, facts of the scan.
        patient_id: PatientID of the scan, to be hashed and never written; None where it has none.
        shown_slice: the whole slice around the nodule, for a page; None where none was asked for.
    """

    cube_hu: NDArray[np.floating | np.int16]
    segment_zyx: NDArray[np.bool_] | None
    nodule: Nodule
    report: GeometryReport
    patient_id: str | None = None
    shown_slice: WholeSlice | None = None

    @property
    def is_synthetic(self) -> bool:
        """True where the scan calls itself synthetic."""
        return self.report.synthetic

    def as_stored(self) -> "PreparedNodule":
        """The same with the cube as `stored_cube` makes it."""
        return replace(self, cube_hu=stored_cube(self.cube_hu))


def stored_cube(cube_hu: NDArray[np.floating | np.int16]) -> NDArray[np.int16]:
    """The cube as the store keeps it and as every network sees it: HU rounded to int16.

    Training, evaluation and a single prediction all pass here, so that they agree to the last bit. A cube that has
    passed already comes back as it is.

    Raises:
        SeriesError: a value is infinite or no number.
    """
    if cube_hu.dtype == np.int16:
        return cube_hu.astype(np.int16, copy=False)
    if not np.isfinite(cube_hu).all():
        raise SeriesError("The cube has values that are infinite or no number; expected HU. Prepare it again.")
    limits = np.iinfo(np.int16)
    return np.clip(np.rint(cube_hu), limits.min, limits.max).astype(np.int16)


def prepare_nodule(
    ct: Path,
    nodule: NodulePlace,
    *,
    frame: Frame = Frame.LPS,
    segment: str | None = None,
    scan_options: ScanOptions | None = None,
    require_air: bool = True,
    refuse_doubts: bool = False,
    show_slice: bool = False,
) -> PreparedNodule:
    """The cube around one nodule of one scan.

    Args:
        ct: a DICOM folder or a NIfTI, NRRD or MHA file.
        nodule: three numbers or their text "x y z" in `frame`, or the path of a SEG, an RTSTRUCT or a mask volume, or
            "auto" for the one marking of the scan that lies in its study.
        frame: the frame of a point.
        segment: which segment or component, where there are several.
        scan_options: what the user decided about reading the scan.
        require_air: refuse slices without air, which are windowed, shifted or normalised and no HU; only images to
            look at may do without.
        refuse_doubts: refuse all pixels that cannot be HU of a chest, and a place that cannot be a nodule, as whatever
            answers or trains must; else they are warnings of the report, for a person who looks at the images.
        show_slice: read the whole slice around the nodule, too, so that a person sees which place was taken.

    Raises:
        SeriesError, GeometryError: the scan cannot be read as one even series in HU.
        NoduleError: the nodule is missing, ambiguous, empty, outside the scan, or where no nodule can be.
    """
    scan = open_scan(Path(ct), scan_options or ScanOptions())
    if nodule == AUTO:
        nodule = study_marking(Path(ct), scan)
    place = locate_nodule(nodule, scan, frame=frame, segment=segment)
    cube = resample_cube(scan, place.centre_lps_mm)
    segment_zyx = segment_cube(place)
    of_pixels, of_place = _doubts(scan, place, cube, segment_zyx)
    without_air = reason_without_air(cube.read.probe_kji) if require_air else None
    if reason := without_air or (of_pixels[0] if refuse_doubts and of_pixels else None):
        raise SeriesError(f"{scan.source}: {reason}: give the scan in Hounsfield units.")
    if refuse_doubts and of_place:
        raise NoduleError(_no_nodule_there(place, of_place[0], _other_frame(nodule, scan, frame)))
    doubts = [f"{doubt[0].upper()}{doubt[1:]}." for doubt in (*of_pixels, *of_place)]
    top = note_on_top(cube.read.probe_kji)
    report = _report(scan, place, cube.share_outside, [*doubts, *([top] if top else [])])
    shown = whole_slice(scan, place) if show_slice else None
    return PreparedNodule(cube.cube_zyx, segment_zyx, place, report, scan.patient_id, shown)


def _doubts(
    scan: Scan, place: Nodule, cube: ResampledCube, segment_zyx: NDArray[np.bool_] | None
) -> tuple[list[str], list[str]]:
    """What speaks against pixels in HU, and against a nodule at the place."""
    first = int(cube.read.first_ijk[2])
    places = [scan.slice_place(first + n) for n in range(len(cube.read.probe_kji))]
    step_i, step_j = cube.read.probe_step_ij
    rows, columns = cube.read.probe_kji.shape[1:]
    field_mm = float(min(columns * step_i * scan.grid.spacing_mm[0], rows * step_j * scan.grid.spacing_mm[1]))
    of_pixels = reasons_not_hu(cube.read.crop_kji, cube.read.probe_kji, places, field_mm)
    return of_pixels, MarkedPlace(place, cube.cube_zyx, segment_zyx, cube.read, scan.grid).doubts()


def _other_frame(nodule: NodulePlace, scan: Scan, frame: Frame) -> Frame | None:
    """The frame in which a point would be a possible nodule, where it is none in the one it was given in."""
    for other in Frame:
        try:
            place = locate_nodule(nodule, scan, frame=other)
            cube = resample_cube(scan, place.centre_lps_mm)
        except RadiogeneError:
            continue
        if place.kind == POINT and other is not frame and _doubts(scan, place, cube, None) == ([], []):
            return other
    return None


def _no_nodule_there(place: Nodule, doubt: str, other: Frame | None) -> str:
    """The refusal of a place, with its likely cause and the way out."""
    centre = ", ".join(f"{value:.1f}" for value in place.centre_lps_mm)
    if other is not None:
        advice = (
            f"Read in the frame {other.value} it would be a possible place: is this point in {other.value.upper()}?"
        )
        advice += f" Then say so with `frame` {other.value}."
    elif place.kind == POINT:
        advice = "Is the point of this very series, and in LPS mm (`frame` lps) rather than RAS or voxels?"
    else:
        advice = "Give the marking that was made on this series, or the nodule as a point."
    return (
        f"No nodule can be at ({centre}) mm LPS: {doubt}. {advice} The nine views of the place show what is there "
        "(`radiogene views`)."
    )


def segment_cube(nodule: Nodule) -> NDArray[np.bool_] | None:
    """The segment (64, 64, 64), axes z, y, x growing to head, back, left, 1 mm apart; None for a point.

    A sample belongs to it where its place lies in a voxel of the segment, on the mask's own grid, or within its
    contours. So no border is moved by interpolation; a segment thinner than 1 mm may have holes.

    Args:
        nodule: where it is; the cube lies around its centre.
    """
    return None if nodule.body is None else nodule.body.contains(sample_points_lps_mm(nodule.centre_lps_mm))


def _report(scan: Scan, nodule: Nodule, share_outside: float, doubts: Sequence[str]) -> GeometryReport:
    extent_mm = None if nodule.extent_mm is None else _triple([round(float(e), 3) for e in nodule.extent_mm])
    too_wide = extent_mm is not None and max(extent_mm) > LARGEST_EXTENT_MM
    i, j, k = scan.grid.directions_lps.T
    return GeometryReport(
        centre_lps_mm=_triple(nodule.centre_lps_mm),
        centre_ijk=_triple(scan.grid.to_index_ijk(nodule.centre_lps_mm)),
        spacing_mm=_triple(scan.grid.spacing_mm),
        shape_ijk=scan.grid.shape_ijk,
        directions_lps=(_triple(i), _triple(j), _triple(k)),
        share_outside=share_outside,
        nodule=MarkedNodule(nodule.kind, nodule.segment, extent_mm, nodule.volume_ml, too_wide),
        decisions=(*scan.decisions, *nodule.decisions),
        warnings=(*_warnings(share_outside, extent_mm if too_wide else None), *doubts),
        series_uid=scan.series_uid,
        facts=dict(scan.facts),
        synthetic=SYNTHETIC_MARK in str(scan.facts.get("manufacturer") or "").lower(),
    )


def _triple(numbers: Iterable[float]) -> Triple:
    """Three plain numbers."""
    x, y, z = map(float, numbers)
    return x, y, z


def _warnings(share_outside: float, too_wide_mm: Triple | None) -> tuple[str, ...]:
    warnings = []
    if share_outside > 0:
        share = (
            f"{share_outside:.1%}" if share_outside >= SMALLEST_SHARE_SHOWN else f"Less than {SMALLEST_SHARE_SHOWN:.1%}"
        )
        warnings.append(f"{share} of the {CUBE_MM:.0f} mm cube lie outside the scan and count as air.")
    if too_wide_mm is not None:
        warnings.append(f"The nodule is {max(too_wide_mm):.0f} mm wide: more than the {CUBE_MM:.0f} mm cube holds.")
    return tuple(warnings)
