"""Figure 7: class activation maps of EGFR over nodules of the external cohort."""

from radiogene.experiments.cell import Cell
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.figures.activation import show_activation
from radiogene.experiments.rows import mmdl

NAME = "figure7"
TITLE = "Class activation maps of EGFR"


def cells(settings: ExperimentSettings, done: Done) -> list[Cell]:
    """The cell that it needs: MMDL."""
    return [mmdl(settings)]


def show(evidence: Evidence) -> Shown:
    """Pictures, maps, and both."""
    return show_activation(evidence, NAME, TITLE, "EGFR")


EXPERIMENT = Experiment(NAME, TITLE, cells, show)
