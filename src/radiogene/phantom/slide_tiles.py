"""Tiles of a synthetic slide in the colours of haematoxylin and eosin.

The share of air spaces follows the nodule's ground-glass share (a tumour that grows along the alveoli), the crowding of
nuclei its solid share; nothing else in a tile depends on the genes.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from radiogene.phantom.dicom_identity import DicomIdentity
from radiogene.phantom.smooth_field import smooth_field

TILES = 6
TILE_PX = 256
JPEG_QUALITY = 88
EOSIN_RGB = (231, 168, 198)
HAEMATOXYLIN_RGB = (92, 60, 138)
AIR_RGB = (244, 240, 245)
NUCLEUS_PX = (3.0, 6.5)
"""Smallest and largest half axis of a nucleus."""

NUCLEI = (160, 420)
"""Nuclei in a tile of pure ground-glass and of pure solid growth, air spaces not counted."""


def write_slide_tiles(folder: Path, identity: DicomIdentity) -> None:
    """Writes the tiles of a patient's slide as JPEG files into a folder that exists."""
    rng = identity.patient.rng(4)
    ground_glass = float(identity.patient.factors.ground_glass[0])
    for number in range(TILES):
        comment = b"Synthetic phantom, not a patient"
        tile = Image.fromarray(_tile_rgb(ground_glass, rng))
        tile.save(folder / f"tile-{number + 1:02d}.jpg", quality=JPEG_QUALITY, comment=comment)


def _tile_rgb(ground_glass: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """One tile (rows, columns, 3)."""
    shape = (1, TILE_PX, TILE_PX)
    spaces, fibres, grain = (smooth_field(rng, shape, (1, knot, knot))[0] for knot in (26, 9, 2.2))
    air = np.clip((spaces + 0.15 * fibres - 1.2 + 1.6 * ground_glass) * 6, 0, 1)[..., None]
    tissue = np.array(EOSIN_RGB) + 9 * fibres[..., None] + 6 * grain[..., None]
    count = round(NUCLEI[0] + (NUCLEI[1] - NUCLEI[0]) * (1 - ground_glass))
    nuclei = (_nuclei(count, rng) * (1 - air[..., 0]))[..., None]
    chromatin = np.array(HAEMATOXYLIN_RGB) + 14 * grain[..., None]
    image = tissue + (chromatin - tissue) * nuclei
    image = image + (np.array(AIR_RGB) - image) * air
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _nuclei(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """How much of each pixel (rows, columns) is nucleus, 0 to 1."""
    cover = np.zeros((TILE_PX, TILE_PX))
    reach = int(NUCLEUS_PX[1]) + 2
    across = np.arange(-reach, reach + 1)
    for row, column in rng.integers(reach, TILE_PX - reach, (count, 2)):
        turn, (major, minor) = rng.uniform(0, np.pi), rng.uniform(*NUCLEUS_PX, 2)
        u = np.cos(turn) * across[None, :] + np.sin(turn) * across[:, None]
        v = -np.sin(turn) * across[None, :] + np.cos(turn) * across[:, None]
        inside = np.clip((1 - np.hypot(u / major, v / minor)) * 4, 0, 1) * 0.85
        part = cover[row - reach : row + reach + 1, column - reach : column + reach + 1]
        np.maximum(part, inside, out=part)
    return cover
