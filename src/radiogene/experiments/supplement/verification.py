"""Patients without a test beside those with one: what the external figures leave out."""

from collections.abc import Iterator

from radiogene.evaluation.cohort_tables import answered_patients
from radiogene.evaluation.verification import Characteristic, verification
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import FitResult, PlannedFit
from radiogene.experiments.row_measures import DASH
from radiogene.experiments.rows import mmdl
from radiogene.report.evidence.evidence_report import PlainTable, SupplementEntry
from radiogene.report.numbers import p_text, percent, value_text

NAME = "verification"
TITLE = "Patients without a test"
HEADINGS = ("gene", "characteristic", "tested", "not tested", "p")

BIAS = (
    "Every figure rests on the patients who were tested. Where a test was asked for because of something that goes "
    "with the mutation or with the prediction (sex, smoking, how the nodule looks), AUC, sensitivity, specificity and "
    "predictive values of all patients are others than these (verification bias). The table shows what can be seen of "
    "it; no difference seen is no proof that there is none."
)
NOBODY = "Every external patient was tested for both genes; whom the cohort left out before is for the authors to say."
MEASURED = "Shares, and medians, of those for whom they are known. p: two-sided, not adjusted; Mann-Whitney of medians."


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fit that it needs."""
    return [mmdl(settings)]


def show(evidence: Evidence) -> Shown:
    """A line per gene and characteristic."""
    fit = mmdl(evidence.settings)
    result = evidence.result(fit)
    if result is None:
        return Shown(missing=(f"{TITLE}: {evidence.why_not(fit)}",))
    rows = tuple(row for gene in GENES for row in _rows(evidence, result, gene))
    if not rows:
        return Shown(supplement=(SupplementEntry(NAME, TITLE, (NOBODY,)),))
    notes = (MEASURED, "The predicted probability is that of MMDL.")
    return Shown(supplement=(SupplementEntry(NAME, TITLE, (BIAS,), PlainTable(HEADINGS, rows, notes)),))


def _rows(evidence: Evidence, result: FitResult, gene: str) -> Iterator[tuple[str, ...]]:
    """The lines of one gene; none where everybody was tested."""
    answered = answered_patients(evidence.external, result.external)
    column = result.external.genes.index(gene)
    found = verification(
        answered.patients,
        result.external.labels[:, column],
        result.external.probabilities[:, column],
        answered.sizes_mm,
    )
    if found.characteristics:
        yield (gene, "patients", str(found.tested), str(found.untested), "")
    for one in found.characteristics:
        p = p_text(one.difference.p) if one.difference.p is not None else f"{DASH} ({one.difference.reason})"
        yield (gene, one.name, _cell(one, one.tested), _cell(one, one.untested), p)


def _cell(one: Characteristic, value: float | None) -> str:
    """A share in percent, a probability with two decimals, another median with one."""
    if value is None:
        return DASH
    if one.is_share:
        return percent(value)
    return value_text(value, 1 if abs(value) > 1 else 2)


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
