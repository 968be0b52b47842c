"""A store of synthetic cubes whose label has a known cause at a known place, among distractors of the same size.

The background is a phantom patient's lung without its nodule. Into every cube go the same number of rods of one length,
width and mean brightness, at random places round the cube's centre. A distractor is smooth inside; the cause is
granular inside, with the same mean. A cube of the mutants holds one cause among distractors, one of the wild types
holds distractors alone. So neither brightness nor size nor number nor place says anything of the label.

A ball cannot lie off the centre and be cut by all nine planes; a rod can. Every rod is cut by the plane of every view.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.phantom_cubes import MadeCube, clinical_row, geometry_of, made_cube_store
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.nine_views import view_points_mm
from radiogene.ct.resampling import CUBE_MM, CUBE_SAMPLES
from radiogene.phantom.genetics import site_model
from radiogene.phantom.nodule_cubes import scan_nodule
from radiogene.phantom.painting import share_inside
from radiogene.phantom.patient import draw_patient
from radiogene.phantom.smooth_field import smooth_field

GENE = "EGFR"
RODS = 3
RADIUS_MM = 5.0
HALF_LENGTH_MM = 24.0
"""From a rod's middle to the centre of the ball at either end."""

OFFSET_MM = (9.0, 15.0)
"""Least and largest distance of a rod's axis from the cube's centre."""

APART_MM = 3.0
"""Least distance between the surfaces of two rods."""

CUT_PIXELS = 24
"""Least area of a rod in every view, in pixels of a view of 64: a third of the rod's cross-section."""

MEAN_HU = -100.0
GRAIN_HU = 180.0
"""Standard deviation of the grains."""

GRAIN_MM = 2.2
"""Distance of the knots of the grains' field: grains are some 4 mm wide, and no view's pixel is wider than 1.5 mm."""

NOISE_HU = 15.0
"""Of the scanner inside a rod, as there is around it."""

EDGE_MM = 1.0
MOST_DRAWS = 100_000
DRAWS_OF_A_START = 2_000
CAUSE_PURPOSE, PLACE_PURPOSE, INSIDE_PURPOSE, LABEL_PURPOSE = 11, 12, 13, 14


@dataclass(frozen=True, eq=False)
class Rod:
    """A straight tube with round ends.

    Attributes:
        start_mm, stop_mm: (3,) ends of its axis along (x, y, z), from the cube's centre.
    """

    start_mm: NDArray[np.float64]
    stop_mm: NDArray[np.float64]

    def depth_mm(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """How deep points (..., 3) lie below the surface (...); negative outside."""
        axis = self.stop_mm - self.start_mm
        along = np.clip((points_mm - self.start_mm) @ axis / (axis @ axis), 0.0, 1.0)
        return np.asarray(RADIUS_MM - np.linalg.norm(points_mm - self.start_mm - along[..., None] * axis, axis=-1))


@dataclass(frozen=True, eq=False)
class PlantedMasks:
    """Where the rods of a cube lie.

    Attributes:
        mutant: whether the cube holds a cause.
        cause_zyx: (64, 64, 64) the cause; False throughout where there is none.
        distractors_zyx: (64, 64, 64) all other rods.
    """

    mutant: bool
    cause_zyx: NDArray[np.bool_]
    distractors_zyx: NDArray[np.bool_]


def planted_store(folder: Path, patients: int, seed: int, workers: int = 2) -> CubeStore:
    """The store of so many patients, half of them mutants in one gene, `EGFR`; the other has no status.

    The segment of every cube is all its rods together. Age, sex and smoking say nothing of the label. A store that was
    interrupted goes on.

    Args:
        folder: to write, or to go on with.
        patients: how many; numbers count from 0 and lie in the store in this order.
        seed: of everything.
        workers: processes.
    """
    return made_cube_store(folder, _made_cube, [("A", seed, number) for number in range(patients)], workers)


def planted_masks(seed: int, number: int) -> PlantedMasks:
    """The masks of a patient's cube, drawn again without making the cube.

    Args:
        seed: of the store.
        number: of the patient.
    """
    mutant, cause = is_mutant(seed, number), _position_of_cause(seed, number)
    masks = [rod.depth_mm(_points_mm()) > 0 for rod in drawn_rods(seed, number)]
    nothing = np.zeros((CUBE_SAMPLES,) * 3, dtype=bool)
    causes = [mask for position, mask in enumerate(masks) if mutant and position == cause]
    others = [mask for position, mask in enumerate(masks) if not (mutant and position == cause)]
    return PlantedMasks(mutant, np.any([nothing, *causes], axis=0), np.any([nothing, *others], axis=0))


def planted_cube_hu(seed: int, number: int) -> NDArray[np.float32]:
    """The cube (64, 64, 64) HU of a patient: lung, and the rods in it.

    Args:
        seed: of the store.
        number: of the patient.
    """
    scan = scan_nodule(draw_patient(site_model("A"), "A", seed, number), absent=True)
    cube_hu = scan.cube(np.zeros(3))[0].copy()
    rng = np.random.default_rng([seed, number, INSIDE_PURPOSE])
    mutant, cause = is_mutant(seed, number), _position_of_cause(seed, number)
    for position, rod in enumerate(drawn_rods(seed, number)):
        depth_mm = rod.depth_mm(_points_mm())
        # Drawn for every rod, so that the noise says nothing of the label either.
        grains, noise = _grains(rng, depth_mm > 0), rng.normal(0.0, NOISE_HU, cube_hu.shape)
        inside_hu = MEAN_HU + noise + (GRAIN_HU * grains if mutant and position == cause else 0.0)
        cube_hu += ((inside_hu - cube_hu) * share_inside(depth_mm, EDGE_MM)).astype(np.float32)
    return cube_hu


def is_mutant(seed: int, number: int) -> bool:
    """Whether a patient's cube holds the cause: of patients 0 and 1, 2 and 3, ... one each, drawn by seed."""
    first = int(np.random.default_rng([seed, number // 2, LABEL_PURPOSE]).integers(2))
    return (number + first) % 2 == 1


def drawn_rods(seed: int, number: int) -> list[Rod]:
    """The rods of a patient's cube, all cut by every view's plane and apart from each other.

    Args:
        seed: of the store.
        number: of the patient.
    """
    rng = np.random.default_rng([seed, number, PLACE_PURPOSE])
    rods: list[Rod] = []
    for draw in range(MOST_DRAWS):
        if draw % DRAWS_OF_A_START == 0:
            # The first rods may leave no place for the last.
            rods = []
        rod = _drawn_rod(rng)
        if _is_apart(rod, rods) and (_pixels_cut(rod) >= CUT_PIXELS).all():
            rods.append(rod)
        if len(rods) == RODS:
            return rods
    raise RuntimeError(f"{RODS} rods found no place in {MOST_DRAWS} draws: make them thinner, or fewer.")


def _drawn_rod(rng: np.random.Generator) -> Rod:
    """A rod in a random direction at a random distance from the centre, which may leave the cube at its ends."""
    direction = rng.standard_normal(3)
    direction /= np.linalg.norm(direction)
    aside = np.cross(direction, rng.standard_normal(3))
    middle = aside / np.linalg.norm(aside) * rng.uniform(*OFFSET_MM)
    return Rod(middle - HALF_LENGTH_MM * direction, middle + HALF_LENGTH_MM * direction)


def _is_apart(rod: Rod, others: list[Rod]) -> bool:
    """Whether a rod lies inside the cube and does not come near any of the others."""
    share = np.linspace(0.0, 1.0, 33)[:, None]
    along = rod.start_mm + share * (rod.stop_mm - rod.start_mm)
    inside = np.abs(along).max() <= CUBE_MM / 2 - RADIUS_MM
    # A point of the axis lies its own radius below the surface of its rod.
    return bool(inside) and all((other.depth_mm(along) < -RADIUS_MM - APART_MM).all() for other in others)


def _pixels_cut(rod: Rod) -> NDArray[np.int_]:
    """(V,) pixels of each view of 64 that the rod covers."""
    return (rod.depth_mm(_view_points_mm()) > 0).sum(axis=(1, 2))


def _grains(rng: np.random.Generator, inside_zyx: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Grains (64, 64, 64) of mean 0 and standard deviation 1 inside."""
    field = smooth_field(rng, (CUBE_SAMPLES,) * 3, (GRAIN_MM,) * 3).astype(np.float64)
    return (field - field[inside_zyx].mean()) / field[inside_zyx].std()


def _position_of_cause(seed: int, number: int) -> int:
    return int(np.random.default_rng([seed, number, CAUSE_PURPOSE]).integers(RODS))


def _points_mm() -> NDArray[np.float64]:
    """(64, 64, 64, 3) positions of a cube's samples along (x, y, z), from its centre."""
    mm = (np.arange(CUBE_SAMPLES) + 0.5) / CUBE_SAMPLES * CUBE_MM - CUBE_MM / 2
    z, y, x = np.meshgrid(mm, mm, mm, indexing="ij")
    return np.stack([x, y, z], axis=-1)


def _view_points_mm() -> NDArray[np.float64]:
    return view_points_mm(CUBE_SAMPLES)


def _made_cube(site: str, seed: int, number: int) -> MadeCube:
    """See `made_cube_store`."""
    patient = draw_patient(site_model(site), site, seed, number)
    masks = planted_masks(seed, number)
    inside = masks.cause_zyx | masks.distractors_zyx
    row = clinical_row(patient, {GENE: int(masks.mutant)})
    spacing_mm = np.array([patient.acquisition.pixel_mm, patient.acquisition.pixel_mm, patient.acquisition.slice_mm])
    return row, geometry_of(inside, spacing_mm), planted_cube_hu(seed, number), inside
