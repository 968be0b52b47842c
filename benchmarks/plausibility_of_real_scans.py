"""How often real scans and real nodules would be refused as implausible, and how often places that are none are found.

    python benchmarks/plausibility_of_real_scans.py ../shared/data

Reads every CT, every slice and every nodule with HU in the folder of real data: four CTs, the slices of 69 patients of
NSCLC Radiogenomics, 820 nodules of LIDC-IDRI with masks, and 75 with 51 mm around them. Some minutes of one core.
"""

import argparse
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from radiogene.ct.nodule import plausible_place
from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.nodule.mask_volume import read_mask
from radiogene.ct.nodule.plausible_place import MarkedPlace
from radiogene.ct.open_scan import open_scan
from radiogene.ct.plausible_hu import reason_not_finite, reasons_not_hu
from radiogene.ct.resampling import resample_cube
from radiogene.ct.scan import Scan, ScanOptions
from radiogene.ct.volume.nifti_volume import read_nifti

PLACES_EACH = 20
SLICES_READ = 40
"""Of a volume of slices, so many next to each other are judged together, as around a nodule."""

GREY_OF_WATER, GREY_PER_HU = 128.0, 0.09172
"""Of the JPEG slices: HU = 128 + (p - 128) / 0.09172."""

TUMOURS_LPS_MM = {
    "lidc_0001": (56.2, 86.3, -115.9),
    "r01_001": (-95.69, -144.98, -66.12),
    "lung1": (-21.9, -120.5, -611.5),
}


def scans(data: Path, folder: Path) -> Iterator[tuple[str, Scan]]:
    """The four CTs."""
    for name, archive in (
        ("lidc_0001", data / "lidc_0001_dicom" / "LIDC-IDRI-0001.tar.xz"),
        ("r01_001", data / "nsclc_radiogenomics_r01_001_ct" / "R01-001_CT_z-117_to_-15.tar.xz"),
    ):
        with tarfile.open(archive) as packed:
            packed.extractall(folder / name, filter="data")
        yield name, open_scan(folder / name, ScanOptions())
    with zipfile.ZipFile(data / "ct_dicom_lungfcp" / "LungFCP-01-0001_CT.zip") as packed:
        packed.extractall(folder / "lungfcp")
    yield "lungfcp", open_scan(folder / "lungfcp", ScanOptions())
    yield "lung1", open_scan(data / "ct_volumes" / "lung1_image.nrrd", ScanOptions())


def kinds_of_place(volume: NDArray[np.float32]) -> dict[str, NDArray[np.bool_]]:
    """Per kind of place the voxels (slices, rows, columns) that are surely of it."""
    body = np.zeros(volume.shape, dtype=bool)
    for k, slice_hu in enumerate(volume):
        labels, _ = ndimage.label(ndimage.binary_erosion(slice_hu > -400, iterations=3))
        sizes = np.bincount(labels.ravel())
        sizes[0] = 0
        largest = ndimage.binary_dilation(labels == sizes.argmax(), iterations=3)
        body[k] = ndimage.binary_fill_holes(largest)
    smooth = ndimage.uniform_filter(volume, (1, 5, 5))
    deep = ndimage.binary_erosion(body, np.ones((1, 9, 9)))
    return {
        "air outside": ~ndimage.binary_dilation(body, np.ones((1, 31, 31))) & (smooth < -900),
        "table": ~ndimage.binary_dilation(body, np.ones((1, 9, 9))) & (volume > -400),
        "bone": deep & (smooth > 350),
        "lung": body & (smooth < -800) & (smooth > -930),
        "soft tissue": deep & (smooth > -50) & (smooth < 80),
    }


def of_scans(data: Path, folder: Path, generator: np.random.Generator) -> None:
    """Prints what is said of places of the four CTs, and of the tumours in three of them."""
    found: dict[str, Counter[str]] = {}
    pixels = Counter[str]()
    for name, scan in scans(data, folder):
        for kind, where in kinds_of_place(scan.read_volume()).items():
            voxels = np.argwhere(where)
            for voxel in voxels[generator.choice(len(voxels), min(PLACES_EACH, len(voxels)), replace=False)]:
                of_pixels, of_place = doubts(scan, scan.grid.to_lps_mm(voxel[::-1]))
                pixels["places"] += 1
                pixels["pixels doubted"] += of_pixels > 0
                found.setdefault(kind, Counter())["found" if of_place else "not found"] += 1
        if name in TUMOURS_LPS_MM:
            print(f"tumour of {name}: doubts of pixels and place", doubts(scan, np.array(TUMOURS_LPS_MM[name])))
    print(f"four CTs: {pixels['pixels doubted']} of {pixels['places']} cubes with doubts of their pixels")
    for kind, counts in found.items():
        print(f"  places in {kind}: {counts['found']} of {counts.total()} refused as no nodule")


def doubts(scan: Scan, point_lps_mm: NDArray[np.float64]) -> tuple[int, int]:
    """How many doubts there are of the pixels around a point, and of a nodule there."""
    place = locate_nodule(point_lps_mm.tolist(), scan)
    cube = resample_cube(scan, place.centre_lps_mm)
    names = [str(n) for n in range(len(cube.read.probe_kji))]
    of_pixels = reasons_not_hu(cube.read.crop_kji, cube.read.probe_kji, names)
    return len(of_pixels), len(MarkedPlace(place, cube.cube_zyx, None, cube.read, scan.grid).doubts())


def of_slices(data: Path, generator: np.random.Generator) -> None:
    """Prints how many patients of the slices would be doubted."""
    patients, doubted = 0, []
    for folder in sorted((data / "nsclc_radiogenomics_ct_slices").glob("R01-*")):
        grey = np.stack([np.asarray(Image.open(file), np.float32) for file in sorted(folder.glob("*.jpg"))])
        volume = GREY_OF_WATER + (grey - GREY_OF_WATER) / GREY_PER_HU
        first = int(generator.integers(0, max(len(volume) - SLICES_READ, 0) + 1))
        part = volume[first : first + SLICES_READ].astype(np.float32)
        row, column = generator.integers(120, 280, 2)
        crop = np.maximum(part[:, row : row + 112, column : column + 112], np.float32(-1024))
        names = [str(n) for n in range(len(part))]
        patients += 1
        if reason_not_finite(crop, part) or reasons_not_hu(crop, part[:, ::8, ::8], names):
            doubted.append(folder.name)
    print(f"slices of {patients} patients: {len(doubted)} doubted {doubted}")


def of_nodules(data: Path) -> None:
    """Prints the extremes of the 820 nodules beside the limits."""
    folder = data / "lidc_nodule_vois"
    offsets = np.arange(-6, 7.0)
    z, y, x = np.meshgrid(offsets, offsets, offsets, indexing="ij")
    around = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    densest, means, extents = [], [], []
    for path in sorted((folder / "image").glob("*.nii.gz")):
        image = read_nifti(path)
        values = image.volume_zyx.astype(np.float32)
        region = read_mask(folder / "nodule_mask" / path.name)[0].whole()
        if region is None or region.body is None or region.extent_mm is None:
            continue
        index = image.grid.to_index_ijk(region.centre_lps_mm + around)
        near = image.grid.contains_index(index) & (np.linalg.norm(around, axis=1) <= plausible_place.NEAR_MM)
        sampled = ndimage.map_coordinates(values, index[near][:, ::-1].T, order=1, mode="nearest")
        densest.append(float(np.sort(sampled)[-plausible_place.DENSEST_SAMPLES :].mean()))
        k, j, i = np.indices(values.shape)
        marked = region.body.contains(image.grid.to_lps_mm(np.stack([i, j, k], axis=-1)))
        means.append(float(values[marked].mean()))
        extents.append(float(region.extent_mm.max()))
    print(f"{len(means)} nodules with masks, of which the limits would refuse:")
    for words, number, low in (
        (f"densest 20 mm3 within 5 mm: at least {min(densest):.0f} HU", densest, plausible_place.LEAST_DENSE_HU),
        (f"mean within the mask: at least {min(means):.0f} HU", means, plausible_place.LEAST_MEAN_HU),
    ):
        print(f"  {words}, limit {low:g}: {sum(value < low for value in number)} refused")
    limit = plausible_place.LARGEST_NODULE_MM
    print(f"  extent: at most {max(extents):.0f} mm, limit {limit:g}: {sum(e > limit for e in extents)} refused")


def of_cubes(data: Path) -> None:
    """Prints how long the dense bodies around the centres of the 75 nodules are."""
    longest = []
    for hu in np.load(data / "lidc_nodule_cubes_51mm" / "cubes.npz")["hu"].astype(np.float32):
        labels, count = ndimage.label(ndimage.uniform_filter(hu, 3) > plausible_place.BONE_HU)
        boxes = ndimage.find_objects(labels, count)
        centre = np.unique(labels[24:27, 24:27, 24:27])
        longest.append(max((s.stop - s.start for n in centre[centre > 0] for s in boxes[n - 1]), default=0))
    limit = plausible_place.LONGEST_CALCIFIED_MM
    print(
        f"{len(longest)} nodules with 51 mm around them: bodies of more than {plausible_place.BONE_HU:g} HU around the "
        f"centre are at most {max(longest)} mm long, limit {limit:g}: {sum(n > limit for n in longest)} refused"
    )


def main() -> None:
    """Prints all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of real data")
    data = parser.parse_args().data
    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        of_scans(data, Path(folder), generator)
    of_slices(data, generator)
    of_nodules(data)
    of_cubes(data)


if __name__ == "__main__":
    main()
