"""The geometry report of a cube that was drawn and not cut out of a scan."""

from radiogene.ct.geometry_report import GeometryReport, MarkedNodule, Triple

CENTRE: Triple = (0.0, 0.0, 0.0)


def made_geometry(extent_mm: Triple, spacing_mm: Triple) -> GeometryReport:
    """The report of a synthetic cube at the centre of its scan.

    Args:
        extent_mm: of the nodule.
        spacing_mm: of the scan.
    """
    return GeometryReport(
        centre_lps_mm=CENTRE,
        centre_ijk=CENTRE,
        spacing_mm=spacing_mm,
        shape_ijk=(64, 64, 64),
        directions_lps=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        share_outside=0.0,
        nodule=MarkedNodule("dicom-seg", "Neoplasm", extent_mm, None, wider_than_cube=False),
        decisions=(),
        warnings=(),
        series_uid=None,
        facts={},
        synthetic=True,
    )
