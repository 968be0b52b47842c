"""Views of phantom patients as image files in two classes, with the nodule and without: to pretrain a network on."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from radiogene.ct.nine_views import VIEW_NAMES, cut_views
from radiogene.parallel.workers import in_parallel
from radiogene.phantom.genetics import site_model
from radiogene.phantom.nodule_cubes import scan_nodule
from radiogene.phantom.patient import draw_patient

CLASSES = ("lung", "nodule")
"""Folders: without the nodule, and with it."""

WINDOW_HU = (-1000.0, 400.0)
PIXELS = 128


def view_images(folder: Path, patients: int, seed: int, workers: int) -> int:
    """How many images the folder of classes holds in the end; those that are there already are not made again.

    Args:
        folder: of both classes.
        patients: how many; each gives nine images of either class.
        seed: of the phantom; other than that of a cohort, which must not meet its own patients here.
        workers: processes.
    """
    for name in CLASSES:
        (folder / name).mkdir(parents=True, exist_ok=True)
    missing = [(folder, seed, number) for number in range(patients) if not _file(folder, CLASSES[-1], number).exists()]
    for _ in in_parallel(_write_patient, missing, workers):
        pass
    return sum(1 for name in CLASSES for _ in (folder / name).glob("[!.]*.png"))


def grey(views_hu: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The same images from 0 to 255 over the window.

    Args:
        views_hu: any shape, HU.
    """
    low, high = WINDOW_HU
    return np.rint(255 * np.clip((views_hu - low) / (high - low), 0.0, 1.0)).astype(np.uint8)


def _write_patient(folder: Path, seed: int, number: int) -> None:
    """Writes the images of a patient; the last one stands only where all others do."""
    patient = draw_patient(site_model("A"), "A", seed, number)
    for name in CLASSES:
        cube_hu, _ = scan_nodule(patient, absent=name == CLASSES[0]).cube(np.zeros(3))
        for view, pixels in enumerate(grey(cut_views(cube_hu, PIXELS))):
            file = _file(folder, name, number, view)
            temporary = file.with_name(f".{file.name}")
            Image.fromarray(pixels).save(temporary, format="PNG", compress_level=1)
            temporary.replace(file)


def _file(folder: Path, name: str, number: int, view: int = len(VIEW_NAMES) - 1) -> Path:
    return folder / name / f"{number:04d}-{view}.png"
