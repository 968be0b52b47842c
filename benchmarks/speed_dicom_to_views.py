"""From a DICOM series on disk (in the page cache) to the nine views of a nodule, beside SimpleITK, TorchIO and MONAI.

    .venv/bin/python benchmarks/speed_dicom_to_views.py

300 slices of 512 x 512, 0.7 x 0.7 x 1.25 mm. The peers read the series, resample it to 1 mm by a cubic spline and crop
64 mm around the nodule; the best-informed use of them crops with a margin before it resamples. They are not asked for
the views, only ours is. The floor is what cannot be avoided: listing the folder, reading the headers, decoding the
slices that the cube touches.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name its documentation uses
from pydicom import dcmread
from pydicom.pixels.utils import pixel_array
from pydicom.uid import JPEG2000Lossless, RLELossless

from harness.in_turn import timed_in_turn
from harness.peak_memory import peak_above_imports_mb
from harness.results import BenchmarkResult, Figure, Goal, Timing, run_benchmark
from harness.synthetic_series import PIXEL_MM, SLICE_MM, SeriesForm, write_series
from radiogene.ct.nine_views import cut_views
from radiogene.ct.pixel_decoders import decoder_of
from radiogene.ct.preparation import prepare_nodule
from radiogene.ct.resampling import CUBE_MM, CUBE_SAMPLES
from radiogene.ct.series.dicom_headers import read_headers
from radiogene.ct.series.slice_header import SliceHeader

CENTRE_LPS_MM = (-60.3, -4.1, 6.2)
NODULE = " ".join(map(str, CENTRE_LPS_MM))
MARGIN_VOXELS = 12
TOUCHED_SLICES = int(np.ceil(CUBE_MM / SLICE_MM)) + 1

OURS, FLOOR = "radiogene, DICOM to nine views", "the floor: list, headers, decode"
WHOLE_PEERS = ("SimpleITK, whole series", "TorchIO, whole series", "MONAI, whole series")
INFORMED = "SimpleITK, series, crop with a margin"

COMPRESSED = {"RLE": RLELossless, "JPEG 2000": JPEG2000Lossless}
"""Those that the libraries at hand can write."""
OBLIQUE = {"oblique by 20 degrees": SeriesForm(rotation_deg=20), "tilted by 15 degrees": SeriesForm(tilt_deg=15)}


def ours(path: Path) -> np.ndarray:
    """Nine views (9, 64, 64)."""
    return cut_views(prepare_nodule(path, NODULE).cube_hu)


def floor(path: Path) -> None:
    """Lists the folder, reads the headers and decodes the slices that the cube touches, with nothing made of them."""
    headers = sorted(read_headers(path).slices, key=lambda header: header.position_lps_mm[2])
    middle = len(headers) // 2
    for header in headers[middle - TOUCHED_SLICES // 2 :][:TOUCHED_SLICES]:
        decode(header)


def decode(header: SliceHeader) -> np.ndarray:
    """The stored pixels of one slice."""
    if header.pixels.transfer_syntax_uid in COMPRESSED.values():
        decoder = decoder_of(header.pixels.transfer_syntax_uid)
        return pixel_array(dcmread(header.path), decoding_plugin=decoder)
    with header.path.open("rb") as file:
        file.seek(header.pixels.offset_bytes or 0)
        return np.frombuffer(file.read(2 * header.rows * header.columns), "<u2")


def pydicom_headers(path: Path) -> None:
    """The headers as pydicom alone reads them, only the elements that place a slice."""
    tags = ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns", "RescaleSlope"]
    for file in sorted(path.iterdir()):
        dataset = dcmread(file, stop_before_pixels=True, specific_tags=tags)
        _ = [dataset.get(tag) for tag in tags]


def read_by_simpleitk(path: Path) -> sitk.Image:
    """The whole series."""
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(path)))
    return reader.Execute()


def cube_by_simpleitk(image: sitk.Image) -> np.ndarray:
    """The cube (64, 64, 64) by a cubic spline over the whole of an image."""
    start = np.asarray(CENTRE_LPS_MM) - (CUBE_SAMPLES - 1) / 2
    reference = sitk.Image([CUBE_SAMPLES] * 3, sitk.sitkFloat32)
    reference.SetOrigin(start.tolist())
    return sitk.GetArrayFromImage(
        sitk.Resample(image, reference, sitk.Transform(), sitk.sitkBSpline, -1024.0, sitk.sitkFloat32)
    )


def simpleitk_whole(path: Path) -> np.ndarray:
    """The series resampled to 1 mm as a whole, then cropped."""
    image = sitk.Cast(read_by_simpleitk(path), sitk.sitkFloat32)
    size = [round(n * mm) for n, mm in zip(image.GetSize(), image.GetSpacing(), strict=True)]
    millimetre = sitk.Resample(
        image, size, sitk.Transform(), sitk.sitkBSpline, image.GetOrigin(), [1.0] * 3, image.GetDirection(), -1024.0
    )
    corner = millimetre.TransformPhysicalPointToIndex([value - CUBE_MM / 2 for value in CENTRE_LPS_MM])
    return sitk.GetArrayFromImage(sitk.RegionOfInterest(millimetre, [CUBE_SAMPLES] * 3, corner))


def simpleitk_informed(path: Path) -> np.ndarray:
    """The series read as a whole, cropped with a margin, and only the crop resampled."""
    image = read_by_simpleitk(path)
    centre = image.TransformPhysicalPointToContinuousIndex(CENTRE_LPS_MM)
    half = [CUBE_MM / 2 / mm + MARGIN_VOXELS for mm in image.GetSpacing()]
    first = [max(int(c - h), 0) for c, h in zip(centre, half, strict=True)]
    stop = [min(int(c + h) + 1, n) for c, h, n in zip(centre, half, image.GetSize(), strict=True)]
    crop = sitk.RegionOfInterest(image, [b - a for a, b in zip(first, stop, strict=True)], first)
    return cube_by_simpleitk(sitk.Cast(crop, sitk.sitkFloat32))


def torchio_whole(path: Path) -> np.ndarray:
    """TorchIO's reading, resampling by a cubic spline, and crop."""
    import torchio

    image = torchio.Resample(1.0, image_interpolation="bspline")(torchio.ScalarImage(path))
    return _cropped(image.data[0].numpy(), np.asarray(image.affine))


def monai_whole(path: Path) -> np.ndarray:
    """MONAI's reading, resampling by SciPy's cubic spline, and crop."""
    from monai.transforms import LoadImage, Spacing

    image = LoadImage(image_only=True, ensure_channel_first=True)(str(path))
    millimetre = Spacing(pixdim=(1.0, 1.0, 1.0), mode=3, padding_mode="mirror")(image)
    return _cropped(np.asarray(millimetre[0]), np.asarray(millimetre.affine))


def _cropped(volume_xyz: np.ndarray, affine_ras_mm: np.ndarray) -> np.ndarray:
    """64 voxels per axis around the nodule."""
    centre_ras = np.array([-CENTRE_LPS_MM[0], -CENTRE_LPS_MM[1], CENTRE_LPS_MM[2], 1.0])
    centre = np.linalg.inv(affine_ras_mm) @ centre_ras
    first = np.rint(centre[:3] - CUBE_SAMPLES / 2).astype(int)
    return volume_xyz[tuple(slice(start, start + CUBE_SAMPLES) for start in first)]


PEERS: dict[str, Callable[[Path], object]] = dict(
    zip(WHOLE_PEERS, (simpleitk_whole, torchio_whole, monai_whole), strict=True)
)


def imported(path: Path) -> Path:
    """The series; whoever calls this in a fresh process has imported everything above."""
    return path


def against_peers(path: Path, repeats: int, peers: dict[str, Callable[[Path], object]]) -> dict[str, Timing]:
    """Ours, the floor and the peers in turn; the quick ones more often."""
    slow = timed_in_turn({name: partial(call, path) for name, call in peers.items()}, repeats, warm_ups=0)
    quick = timed_in_turn(
        {
            OURS: partial(ours, path),
            FLOOR: partial(floor, path),
            INFORMED: partial(simpleitk_informed, path),
            "the headers alone, by pydicom": partial(pydicom_headers, path),
        },
        5 * repeats,
    )
    return {**quick, **slow}


def over_floor(path: Path, name: str, repeats: int) -> tuple[list[Timing], float]:
    """Ours and the floor on one series, and their ratio."""
    timings = timed_in_turn({"ours": partial(ours, path), "floor": partial(floor, path)}, repeats)
    ratio = timings["ours"].median / timings["floor"].median
    return [Timing(f"{name}: {who}", timing.seconds) for who, timing in timings.items()], ratio


def gunzip(path: Path) -> None:
    """The floor of a compressed volume file: its stream, to the checksum at its end."""
    import gzip

    with gzip.open(path) as file:
        while file.read(2**20):
            pass


def measure_volume_file(folder: Path, path: Path, repeats: int) -> tuple[list[Timing], float]:
    """Ours and the floor on the same scan as .nii.gz."""
    volume = folder / "scan.nii.gz"
    sitk.WriteImage(read_by_simpleitk(path), str(volume), useCompression=True, compressionLevel=1)
    timings = timed_in_turn({"ours": partial(ours, volume), "floor": partial(gunzip, volume)}, repeats)
    return [Timing(f".nii.gz: {who}", timing.seconds) for who, timing in timings.items()], timings[
        "ours"
    ].median / timings["floor"].median


def measure(quick: bool) -> BenchmarkResult:
    """Writes the series, and times everything on them."""
    repeats = 1 if quick else 3
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        plain = write_series(folder / "plain", SeriesForm())
        timings = against_peers(plain, repeats, {WHOLE_PEERS[0]: simpleitk_whole} if quick else PEERS)
        mine = timings[OURS].median
        peak = peak_above_imports_mb(partial(imported, plain), ours)
        fastest = min(timings[name].median for name in WHOLE_PEERS if name in timings)
        goals = [
            Goal("DICOM to nine views: faster than the fastest peer", 60, fastest / mine, "times", True),
            Goal("the same: faster than SimpleITK's crop", 1, timings[INFORMED].median / mine, "times", True),
            Goal("the same, over the floor", 2, mine / timings[FLOOR].median, "times", False),
            Goal("the same: memory above the imported process", 150, peak, "MB", False),
        ]
        others: list[Timing] = []
        forms = {**{name: SeriesForm(120, syntax) for name, syntax in COMPRESSED.items()}, **OBLIQUE}
        for name, form in list(forms.items())[:: 3 if quick else 1]:
            series = write_series(folder / name, form)
            found, ratio = over_floor(series, name, 2 * repeats)
            others += found
            goals.append(Goal(f"{name} series, over the floor", 5 if name in OBLIQUE else 2, ratio, "times", False))
        found, ratio = measure_volume_file(folder, plain, repeats)
        others += found
        goals.append(Goal(".nii.gz, over the floor", 2, ratio, "times", False))
        deviation = float(np.abs(prepare_nodule(plain, NODULE).cube_hu - simpleitk_informed(plain)).max())
    return BenchmarkResult(
        name="speed_dicom_to_views",
        title=f"DICOM to nine views (300 slices of 512 x 512, {PIXEL_MM} x {PIXEL_MM} x {SLICE_MM} mm)",
        timings=[*timings.values(), *others],
        figures=[
            Figure("memory above the imported process", peak, "MB"),
            Figure("largest difference from SimpleITK's cube of the crop", deviation, "HU"),
        ],
        goals=goals,
        packages=["SimpleITK", "torchio", "monai", "pydicom", "scipy"],
    )


if __name__ == "__main__":
    run_benchmark(measure, __doc__)
