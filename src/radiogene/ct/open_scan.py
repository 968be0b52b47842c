"""The way in: a path to a scan, be it a DICOM folder, a multi-frame file or a volume file."""

from pathlib import Path

from radiogene.ct.scan import Scan, ScanOptions
from radiogene.ct.series.dicom_headers import read_headers
from radiogene.ct.series.dicom_scan import dicom_scan
from radiogene.ct.series.dicom_series import sort_into_series
from radiogene.ct.series.series_choice import choose_series
from radiogene.ct.series.series_summary import SeriesSummary, summaries_of_others, summary_of
from radiogene.ct.volume.volume_file import is_volume_file, volume_scan
from radiogene.errors import SeriesError


def open_scan(path: Path, options: ScanOptions) -> Scan:
    """The CT scan at a path, with its geometry checked and its pixels still to be read.

    Args:
        path: a folder with DICOM files at any depth, a DICOM file with several frames, or a volume file
            (.nii, .nii.gz, .nrrd, .nhdr, .mha, .mhd).
        options: which series to take, and whether gaps may be filled.

    Raises:
        SeriesError: nothing, or not one thing, that can be read as a CT in HU.
        GeometryError: slices or axes whose place in the patient is missing, contradictory or uneven.
    """
    if is_volume_file(path):
        if options.series_uid is not None:
            raise SeriesError(f"{path} is a volume file, which holds no series; leave `series` out.")
        return volume_scan(path)
    contents = read_headers(path)
    return dicom_scan(choose_series(contents, path, options.series_uid), options.allow_gaps)


def list_series(path: Path) -> list[SeriesSummary]:
    """What a path holds: CT series first, then what is not CT, each with the reason if it is not chosen silently.

    Args:
        path: as for `open_scan`.

    Raises:
        SeriesError: the path does not exist or is no readable file.
    """
    if is_volume_file(path):
        scan = volume_scan(path)
        columns, rows, slices = scan.grid.spacing_mm.tolist()
        count = scan.grid.shape_ijk[2]
        return [
            SeriesSummary(
                name=path.name,
                series_uid=None,
                description="",
                slices=count,
                spacing_mm=(columns, rows, slices),
                length_mm=count * slices,
                kernel=None,
                excluded=None,
                can_be_named=False,
            )
        ]
    contents = read_headers(path)
    return [*map(summary_of, sort_into_series(contents.slices)), *summaries_of_others(contents)]
