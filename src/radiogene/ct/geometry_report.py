"""Where a cube lies, how its nodule was marked, and what was decided on the way: a nodule's geometry report."""

from collections.abc import Mapping
from dataclasses import dataclass

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class MarkedNodule:
    """How a nodule was marked.

    Attributes:
        kind: `point`, `dicom-seg`, `rtstruct` or `mask`.
        segment: the segment and component that were chosen; None for a point.
        extent_mm: bounding box of the segment along L, P, H, to 0.001 mm; None for a point.
        volume_ml: of the segment; None for a point.
        wider_than_cube: True where the extent is larger than the cube.
    """

    kind: str
    segment: str | None
    extent_mm: Triple | None
    volume_ml: float | None
    wider_than_cube: bool

    @property
    def largest_extent_mm(self) -> float | None:
        """The largest extent along the patient's axes; None where only a point is known."""
        return None if self.extent_mm is None else max(self.extent_mm)


@dataclass(frozen=True)
class GeometryReport:
    """The geometry of one cube; field names are the keys in files.

    Attributes:
        centre_lps_mm: the cube's centre in the patient.
        centre_ijk: the same in voxels (column, row, slice).
        spacing_mm: of the scan, along i, j, k.
        shape_ijk: voxels of the scan.
        directions_lps: unit vectors of i, j and k, one a row.
        share_outside: share of the cube, 0 to 1, that lies outside the scan.
        nodule: how it was marked.
        decisions: what was decided in reading scan and nodule, in words.
        warnings: what a reader of the result must know, in words.
        series_uid: as in DICOM; None where the file has none.
        facts: of the scan, such as manufacturer and kernel; nothing that identifies a patient.
        synthetic: True where the scan calls itself synthetic.
    """

    centre_lps_mm: Triple
    centre_ijk: Triple
    spacing_mm: Triple
    shape_ijk: tuple[int, int, int]
    directions_lps: tuple[Triple, Triple, Triple]
    share_outside: float
    nodule: MarkedNodule
    decisions: tuple[str, ...]
    warnings: tuple[str, ...]
    series_uid: str | None
    facts: Mapping[str, str | float | int | None]
    synthetic: bool
