"""MMDL in subgroups of the external cohort: sex, age, smoking, site, nodule size; its fairness, as far as seen."""

from radiogene.cohort.few_events import FEWEST_EVENTS
from radiogene.evaluation.cohort_tables import answered_patients
from radiogene.evaluation.evaluation import Threshold
from radiogene.evaluation.subgroups import patient_traits, subgroup_figures
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import FitResult, PlannedFit
from radiogene.experiments.row_measures import measure_words
from radiogene.experiments.rows import mmdl
from radiogene.report.evidence.evidence_report import PlainTable, SupplementEntry

NAME = "subgroups"
TITLE = "MMDL in subgroups of the external cohort"
HEADINGS = (
    "gene",
    "subgroup",
    "patients",
    "mutants",
    "AUC",
    "false negative rate",
    "false positive rate",
    "O/E",
)
FEW_NOTE = (
    f"Below {FEWEST_EVENTS} mutants or wild types figures stand without an interval; without one of the kinds, not "
    "at all."
)

TEXT = (
    "Subgroups are looked at, not tested: of many, some stand out by chance, and intervals that do or do not overlap "
    "are no test of a difference. Every patient is called at the one threshold of the training side.",
    "Fairness by sex, age and smoking is read from three columns: whether mutants are told from wild types as well in "
    "each group (AUC), whether a mutant is missed or a wild type called as often (false negative and false positive "
    "rate), and whether a probability means the same (mutants observed over expected, O/E). Groups of whom the table "
    "says nothing cannot be looked at.",
)


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fit that it needs."""
    return [mmdl(settings)]


def show(evidence: Evidence) -> Shown:
    """A row per gene and subgroup."""
    fit = mmdl(evidence.settings)
    result = evidence.result(fit)
    if result is None:
        return Shown(missing=(f"{TITLE}: {evidence.why_not(fit)}",))
    rows = tuple(row for gene in GENES for row in _rows(evidence, result, gene))
    table = PlainTable(HEADINGS, rows, (FEW_NOTE,))
    return Shown(supplement=(SupplementEntry(NAME, TITLE, TEXT, table),))


def _rows(evidence: Evidence, result: FitResult, gene: str) -> list[tuple[str, ...]]:
    """One line per subgroup."""
    answered = answered_patients(evidence.external, result.external)
    traits = patient_traits(answered.patients, answered.sizes_mm)
    rule = result.decision.gene(gene)
    found = subgroup_figures(result.external, gene, Threshold(rule.threshold, rule.set_on), traits)
    return [
        (
            gene,
            f"{one.factor}: {one.level}",
            str(one.patients),
            str(one.mutants),
            measure_words(one.auc),
            measure_words(one.false_negative_rate),
            measure_words(one.false_positive_rate),
            measure_words(one.observed_expected),
        )
        for one in found
    ]


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
