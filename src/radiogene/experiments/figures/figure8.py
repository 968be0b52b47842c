"""Figure 8: class activation maps of KRAS over nodules of the external cohort."""

from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.figures.activation import show_activation
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.rows import mmdl

NAME = "figure8"
TITLE = "Class activation maps of KRAS"


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fit that it needs: MMDL."""
    return [mmdl(settings)]


def show(evidence: Evidence) -> Shown:
    """Images, maps, and both."""
    return show_activation(evidence, NAME, TITLE, "KRAS")


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
