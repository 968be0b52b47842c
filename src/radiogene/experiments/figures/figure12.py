"""Figure 12: activation maps of KRAS without and with attention."""

from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.figures.attention import show_attention
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.rows import mmdl

NAME = "figure12"
TITLE = "Activation maps of KRAS without and with attention"


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fits that it needs: MMDL without and with its masks."""
    return [mmdl(settings, attention=False), mmdl(settings)]


def show(evidence: Evidence) -> Shown:
    """Images, maps without, maps with attention."""
    return show_attention(evidence, NAME, TITLE, "KRAS")


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
