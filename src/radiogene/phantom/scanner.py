"""The two synthetic scanners and how each patient is scanned: sampling, sharpness, noise, tilt and DICOM habits."""

from dataclasses import dataclass

import numpy as np
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

DECLARED_MAKER = "radiogene phantom (synthetic)"
"""Manufacturer in every file: no reader shall take these for a real scanner's."""


@dataclass(frozen=True)
class StoredPixels:
    """How Hounsfield units are stored: HU = stored + intercept (PS3.3 C.8.2.1.1).

    Attributes:
        intercept: rescale intercept in HU.
        bits_stored: 12 or 16.
        signed: two's complement or unsigned.
        padding: stored value outside the round field of view, None where the square is full.
    """

    intercept: int
    bits_stored: int
    signed: bool
    padding: int | None = None


@dataclass(frozen=True)
class Scanner:
    """One site's scanner; a patient's `Acquisition` is drawn from it.

    Attributes:
        model: ManufacturerModelName.
        kernel: ConvolutionKernel.
        matrix: rows and columns.
        pixel_mm: pixel spacings in use.
        slice_mm: distances between slices in use, with `thickness_mm` for each.
        noise_hu: SD of the white noise before the kernel, lowest and highest.
        blur: weight of each in-plane neighbour in the kernel's smoothing step, 0 to 1/3.
        sharpening: how much of what the smoothing took away is added back, and more.
        slice_blur: weight of each neighbouring slice (slices thicker than their distance).
        tilt_share, flipped_share, feet_first_share: of patients.
        stored, syntaxes: in use, drawn with equal chance.
    """

    site: str
    model: str
    kernel: str
    matrix: int
    pixel_mm: tuple[float, ...]
    slice_mm: tuple[float, ...]
    thickness_mm: tuple[float, ...]
    noise_hu: tuple[float, float]
    blur: float
    sharpening: float
    slice_blur: float
    tilt_share: float
    flipped_share: float
    feet_first_share: float
    stored: tuple[StoredPixels, ...]
    syntaxes: tuple[UID, ...]


SCANNERS = {
    "A": Scanner(
        site="A",
        model="Synthetic CT 1",
        kernel="STANDARD",
        matrix=200,
        pixel_mm=(1.6, 1.625),
        slice_mm=(1.5, 1.5, 1.5, 1.25),
        thickness_mm=(1.5, 1.5, 1.5, 1.25),
        noise_hu=(26.0, 38.0),
        blur=0.16,
        sharpening=0.0,
        slice_blur=0.0,
        tilt_share=0.0,
        flipped_share=0.0,
        feet_first_share=0.0,
        stored=(StoredPixels(-1024, 12, signed=False),),
        syntaxes=(ExplicitVRLittleEndian,),
    ),
    "B": Scanner(
        site="B",
        model="Synthetic CT 2",
        kernel="SHARP",
        matrix=192,
        pixel_mm=(1.7, 1.75, 1.8),
        slice_mm=(2.0, 2.5),
        thickness_mm=(2.5, 3.0),
        noise_hu=(22.0, 34.0),
        blur=0.16,
        sharpening=1.5,
        slice_blur=0.14,
        tilt_share=0.08,
        flipped_share=0.10,
        feet_first_share=0.25,
        stored=(
            StoredPixels(-1024, 16, signed=True, padding=-2000),
            StoredPixels(-8192, 16, signed=False),
            StoredPixels(0, 16, signed=True),
        ),
        syntaxes=(ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless),
    ),
}

TILTS_DEG = (-12.0, -8.0, 8.0, 12.0)
SCAN_LENGTH_MM = 93.0
"""Along the table; the cube needs 64 mm."""

TILT_ROOM_MM = 16.0
"""More length for a tilted scan, whose slices leave the cube at its front and back."""

NEAR_END_SHARE = 0.05
"""Share of patients whose nodule is so near an end of the scan that the cube reaches out of it."""

NEAR_END_MM = (16.0, 28.0)
"""Distance of such a nodule from the end."""

CUBE_ROOM_MM = 36.0
"""Distance of all other nodules from both ends."""


@dataclass(frozen=True)
class Acquisition:
    """How one patient was scanned.

    Attributes:
        scanner: the site's.
        pixel_mm, slice_mm, thickness_mm: sampling.
        slice_count: number of slices.
        tilt_deg: gantry tilt; the column direction is (0, cos, sin).
        flipped: rows run to the patient's right, and slices are counted to the feet.
        feet_first: the patient entered feet first.
        noise_hu: SD of the white noise before the kernel.
        stored, syntax: how pixels are written.
        share_below: the part of the scan's length that lies to the feet of the nodule.
        offset_lps_mm: from the chest's own frame to the patient's.
    """

    scanner: Scanner
    pixel_mm: float
    slice_mm: float
    thickness_mm: float
    slice_count: int
    tilt_deg: float
    flipped: bool
    feet_first: bool
    noise_hu: float
    stored: StoredPixels
    syntax: UID
    share_below: float
    offset_lps_mm: tuple[float, float, float]


def draw_acquisition(site: str, rng: np.random.Generator) -> Acquisition:
    """One patient's acquisition at site `A` or `B`."""
    scanner = SCANNERS[site]
    sampling = int(rng.integers(len(scanner.slice_mm)))
    slice_mm = scanner.slice_mm[sampling]
    tilt_deg = float(rng.choice(TILTS_DEG)) if rng.random() < scanner.tilt_share else 0.0
    length_mm = SCAN_LENGTH_MM + (TILT_ROOM_MM if tilt_deg else 0.0)
    if rng.random() < NEAR_END_SHARE:
        below_mm = rng.uniform(*NEAR_END_MM)
        below_mm = below_mm if rng.random() < 0.5 else length_mm - below_mm
    else:
        below_mm = rng.uniform(CUBE_ROOM_MM, length_mm - CUBE_ROOM_MM)
    offset = np.round([rng.normal(0, 4), rng.normal(-120, 60), rng.uniform(-900, 200)], 1)
    return Acquisition(
        scanner=scanner,
        pixel_mm=float(rng.choice(scanner.pixel_mm)),
        slice_mm=slice_mm,
        thickness_mm=scanner.thickness_mm[sampling],
        slice_count=int(np.ceil(length_mm / slice_mm)) + 1,
        tilt_deg=tilt_deg,
        flipped=bool(rng.random() < scanner.flipped_share),
        feet_first=bool(rng.random() < scanner.feet_first_share),
        noise_hu=float(rng.uniform(*scanner.noise_hu)),
        stored=scanner.stored[int(rng.integers(len(scanner.stored)))],
        syntax=scanner.syntaxes[int(rng.integers(len(scanner.syntaxes)))],
        share_below=float(below_mm / length_mm),
        offset_lps_mm=(float(offset[0]), float(offset[1]), float(offset[2])),
    )
