"""How much MMDL moves with its seed: the external AUC of trainings that differ in nothing else."""

from radiogene.evaluation.repeated_fits import seed_spread
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.row_measures import external_figures
from radiogene.experiments.rows import mmdl
from radiogene.report.evidence.evidence_report import PlainTable, SupplementEntry

NAME = "seeds"
TITLE = "MMDL over seeds"
HEADINGS = ("gene", "seeds", "mean external AUC", "lowest", "highest")
TEXT = (
    "The seed decides first weights, folds or the held-out part, order, augmentation and dropout. The spread says how "
    "stable the training is on these patients; it is not a confidence interval.",
)


def _fits(settings: ExperimentSettings) -> list[PlannedFit]:
    return [mmdl(settings, repeat=repeat) for repeat in range(settings.seeds)]


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """MMDL, once per seed."""
    return _fits(settings)


def show(evidence: Evidence) -> Shown:
    """A row per gene."""
    results = [result for fit in _fits(evidence.settings) if (result := evidence.result(fit)) is not None]
    rows = []
    for gene in GENES:
        areas = [external_figures(result, gene).measures["auc"].value for result in results]
        known = [area for area in areas if area is not None]
        if known:
            spread = seed_spread(known)
            numbers = (f"{value:.3f}" for value in (spread.mean, spread.lowest, spread.highest))
            rows.append((gene, str(spread.seeds), *numbers))
    missing = tuple(
        f"seed {fit.settings.seed}: {evidence.why_not(fit)}"
        for fit in _fits(evidence.settings)
        if evidence.result(fit) is None
    )
    return Shown(supplement=(SupplementEntry(NAME, TITLE, TEXT, PlainTable(HEADINGS, tuple(rows), missing)),))


EXPERIMENT = Experiment(NAME, TITLE, fits, show, needs="--seeds N")
