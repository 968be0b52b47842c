"""Figure 1: examples of mutant and wild-type nodules of both genes."""

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.nine_views import NINE_VIEWS, cut_views
from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.experiments.drawn_figure import drawn_figure, no_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.explanation.nodule_maps import DISPLAY_PIXELS
from radiogene.report.figures.example_nodules import ExampleRow, example_nodules_figure

NAME = "figure1"
TITLE = "Examples of mutant and wild-type nodules"
EXAMPLES = 4
"""Per gene and status; the paper shows as many."""

CAPTION = (
    "Training patients, drawn by the experiment's seed among those whose status is known; the largest nodule of each."
)


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """None: it needs no fit."""
    return []


def show(evidence: Evidence) -> Shown:
    """A row of axial views for each status of each gene."""
    labels = patient_label_table(evidence.training, GENES)
    rows = []
    for column, gene in enumerate(GENES):
        for status, word in ((1, "mutant"), (0, "wild type")):
            drawn = np.random.default_rng([evidence.settings.seed, column, status]).permutation(
                np.flatnonzero(labels[:, column] == status)
            )[:EXAMPLES]
            images = tuple(_axial(evidence, int(position)) for position in drawn)
            rows.append(ExampleRow(gene, word, images))
    if not any(row.axial_hu for row in rows):
        return Shown(figures=(no_figure(NAME, TITLE, "no training patient has a known status"),))
    figure = example_nodules_figure(rows, evidence.training.synthetic)
    alt = "Axial views of nodules, EGFR and KRAS, mutant and wild type, in the lung window."
    return Shown(figures=(drawn_figure(NAME, TITLE, CAPTION, alt, figure, "png"),))


def _axial(evidence: Evidence, position: int) -> NDArray[np.float32]:
    """The axial view (P, P) HU of a patient's largest nodule."""
    cube_hu = evidence.training.cube(position).astype(np.float32)
    return np.asarray(cut_views(cube_hu, DISPLAY_PIXELS, views=NINE_VIEWS[:1])[0])


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
