"""Images that tests make: stripes that lie or stand, in random colours, in two folders."""

from dataclasses import replace

import numpy as np
from PIL import Image

from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.pretraining.schedule import pretraining_schedule_of
from radiogene.training.pretraining.settings import PretrainingSettings

OPTIONS = RunOptions(accelerator="cpu", progress=False)
CLASSES = ("lying", "standing")


def stripes(standing, seed, size=(40, 30)):
    """An image of stripes 5 pixels wide."""
    drawn = np.random.default_rng(seed)
    colours = drawn.integers(0, 256, (2, 3))
    rows, columns = np.indices(size)
    return Image.fromarray(colours[((columns if standing else rows) + drawn.integers(10)) // 5 % 2].astype(np.uint8))


def write_images(folder, each=10, seed=0):
    """A folder with as many PNG files of either class."""
    for label, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for number in range(each):
            stripes(bool(label), [seed, label, number]).save(folder / name / f"photo-{number:02}.png")
    return folder


def short_settings(**changes):
    """Settings of a pretraining of two epochs at the smallest preset; changes of its schedule by name."""
    schedule = replace(pretraining_schedule_of("tiny"), epochs=2, batch_images=8)
    return PretrainingSettings(preset="tiny", seed=4, schedule=replace(schedule, **changes))
