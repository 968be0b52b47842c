"""Predictors that patients lack: how many, what was done with them, and how MMDL does with and without."""

from collections.abc import Iterator

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS, MEAN_REPLACES_UNKNOWN
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.evaluation.cohort_tables import answered_patients, patient_label_table
from radiogene.evaluation.evaluation import Threshold
from radiogene.evaluation.missing_predictors import MissingCount, known_and_missing, missing_predictors
from radiogene.evaluation.subgroups import subgroup_figures
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import FitResult, PlannedFit
from radiogene.experiments.row_measures import measure_words
from radiogene.experiments.rows import mmdl
from radiogene.experiments.supplement.subgroups import FEW_NOTE
from radiogene.report.evidence.evidence_report import EXTERNAL, TRAINING, PlainTable, SupplementEntry

NAME = "missing-values"
TITLE = "Missing predictors"
HEADINGS = ("cohort", "gene", "predictor", "missing in mutants", "in wild types", "in untested patients")

PERFORMANCE, PERFORMANCE_TITLE = "missing-values-performance", "MMDL with and without the predictor"
PERFORMANCE_HEADINGS = ("gene", "predictor", "patients", "mutants", "AUC", "SEN", "SPE", "O/E")

TEXT = (
    f"Nobody is left out for want of age, sex or smoking: {MEAN_REPLACES_UNKNOWN}, in every system that reads it. Who "
    "lacks a segment, slides or SUVmax is left out of the rows that need it, which say so. A value that is missing "
    "more often in mutants than in wild types, or the other way, can mislead.",
)
NOTHING_MISSING = "No external patient lacks a clinical value: there is nothing to compare."
LOOKED_AT = (
    "External patients in whom the predictor is known beside those in whom it is missing; looked at, not tested.",
)


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fit that it needs."""
    return [mmdl(settings)]


def show(evidence: Evidence) -> Shown:
    """Counts of both cohorts, and figures of MMDL where a value is known and where it is missing."""
    rows = tuple(
        row
        for role, cohort in ((TRAINING, evidence.training), (EXTERNAL, evidence.external))
        for row in _counts(role, cohort)
    )
    entries = [SupplementEntry(NAME, TITLE, TEXT, PlainTable(HEADINGS, rows))]
    fit = mmdl(evidence.settings)
    result = evidence.result(fit)
    if result is None:
        return Shown(supplement=tuple(entries), missing=(f"{PERFORMANCE_TITLE}: {evidence.why_not(fit)}",))
    compared = tuple(row for gene in GENES for row in _performance(evidence, result, gene))
    table = PlainTable(PERFORMANCE_HEADINGS, compared, (FEW_NOTE,)) if compared else None
    words = LOOKED_AT if compared else (NOTHING_MISSING,)
    return Shown(supplement=(*entries, SupplementEntry(PERFORMANCE, PERFORMANCE_TITLE, words, table)))


def _counts(role: str, cohort: PreparedCohort) -> Iterator[tuple[str, ...]]:
    """A line per gene and predictor."""
    labels = patient_label_table(cohort, GENES)
    for number, gene in enumerate(GENES):
        for found in missing_predictors(cohort.patients, labels[:, number], DEFAULT_COLUMNS):
            cells = (_cell(count) for count in (found.mutants, found.wild_types, found.untested))
            yield (role, gene, found.column, *cells)


def _cell(count: MissingCount) -> str:
    return f"{count.missing} of {count.patients}"


def _performance(evidence: Evidence, result: FitResult, gene: str) -> Iterator[tuple[str, ...]]:
    """A line per predictor that somebody lacks, known and missing."""
    traits = known_and_missing(answered_patients(evidence.external, result.external).patients, DEFAULT_COLUMNS)
    rule = result.decision.gene(gene)
    for one in subgroup_figures(result.external, gene, Threshold(rule.threshold, rule.set_on), traits):
        measures = (one.auc, one.metrics.sensitivity, one.metrics.specificity, one.observed_expected)
        words = (measure_words(measure) for measure in measures)
        yield (gene, f"{one.factor}: {one.level}", str(one.patients), str(one.mutants), *words)


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
