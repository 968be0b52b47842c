"""Geometry reports as `prepare_nodule` makes them, for tests of what reads them."""

from collections.abc import Sequence
from typing import Any

from radiogene.ct.geometry_report import GeometryReport, MarkedNodule


def made_geometry(extent_mm: Sequence[float] | None = None, **changes: Any) -> GeometryReport:
    """A report of a scan of 0.7 x 0.7 x 1 mm.

    Args:
        extent_mm: of the nodule's segment; None for a point.
        changes: other fields of the report.
    """
    kind, segment = ("point", None) if extent_mm is None else ("dicom-seg", "Neoplasm")
    extents = None if extent_mm is None else (float(extent_mm[0]), float(extent_mm[1]), float(extent_mm[2]))
    fields: dict[str, Any] = {
        "centre_lps_mm": (1.0, 2.0, 3.0),
        "centre_ijk": (100.0, 110.0, 30.5),
        "spacing_mm": (0.7, 0.7, 1.0),
        "shape_ijk": (512, 512, 60),
        "directions_lps": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        "share_outside": 0.0,
        "nodule": MarkedNodule(kind, segment, extents, None, False),
        "decisions": (),
        "warnings": (),
        "series_uid": None,
        "facts": {},
        "synthetic": False,
    }
    return GeometryReport(**{**fields, **changes})
