"""Predictive values in the external cohort: what a call means where mutants have a certain share."""

from collections.abc import Iterator

from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.evaluation.metrics import confusion_metrics
from radiogene.evaluation.predictive_values import OF_THESE, OF_TRAINING, STATED, predictive_values
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.row_measures import measure_words
from radiogene.experiments.supplement.main_systems import MainFigures, main_figures, main_fits, main_notes
from radiogene.report.evidence.evidence_report import PlainTable, SupplementEntry
from radiogene.report.numbers import percent

NAME = "predictive-values"
TITLE = "Predictive values in the external cohort"
HEADINGS = (
    "gene",
    "system",
    "called mutant, right",
    "wrong",
    "called wild type, right",
    "wrong",
    "prevalence",
    "PPV",
    "NPV",
)

TEXT = (
    "Of those called mutant, the positive predictive value (PPV) is the share who are; of those called wild type, the "
    "negative one (NPV). Both follow from sensitivity and specificity at the frozen threshold and from the prevalence, "
    "which is taken as it is: the intervals say how surely sensitivity and specificity are known.",
)
NOT_STATED = "No prevalence of another place was stated: `radiogene experiment --prevalence EGFR=0.45` adds its rows."


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fits that it needs."""
    return list(main_fits(settings).values())


def show(evidence: Evidence) -> Shown:
    """A row per gene, system and prevalence."""
    rows = tuple(row for of_system in main_figures(evidence) for row in _rows(evidence, of_system))
    notes = (*(() if evidence.settings.prevalence else (NOT_STATED,)), *main_notes(evidence))
    return Shown(supplement=(SupplementEntry(NAME, TITLE, TEXT, PlainTable(HEADINGS, rows, notes)),))


def _rows(evidence: Evidence, of_system: MainFigures) -> Iterator[tuple[str, ...]]:
    """One system's lines for one gene."""
    figures = of_system.figures
    if figures.calls is None:
        return
    counts = confusion_metrics(figures.labels, figures.calls).counts
    for source, share in _prevalences(evidence, of_system):
        found = predictive_values(counts, share, source)
        yield (
            of_system.gene,
            of_system.title,
            *map(str, (counts.true_mutant, counts.false_mutant, counts.true_wild_type, counts.false_wild_type)),
            f"{percent(share)} ({source})",
            measure_words(found.positive),
            measure_words(found.negative),
        )


def _prevalences(evidence: Evidence, of_system: MainFigures) -> Iterator[tuple[str, float]]:
    """Shares of mutants above 0 and below 1: of these patients, of the training cohort, and as stated."""
    labels = patient_label_table(evidence.training, (of_system.gene,))[:, 0]
    for source, of in ((OF_THESE, of_system.figures.labels), (OF_TRAINING, labels[labels >= 0])):
        share = float(of.mean()) if of.size else 0.0
        if 0 < share < 1:
            yield source, share
    stated = evidence.settings.prevalence.get(of_system.gene)
    if stated is not None:
        yield STATED, stated


EXPERIMENT = Experiment(NAME, TITLE, fits, show, needs="--prevalence GENE=SHARE for a place of your own")
