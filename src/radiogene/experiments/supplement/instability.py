"""Instability: how far one patient's probability moves when the same system is fitted again on the same patients."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.evaluation.instability import Instability, instability
from radiogene.experiments.drawn_figure import drawn_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import FitResult, PlannedFit
from radiogene.experiments.rows import mmdl, repeats_of
from radiogene.experiments.supplement.main_systems import MMDL_TITLE, main_fits
from radiogene.report.evidence.evidence_report import EvidenceFigure, PlainTable, SupplementEntry
from radiogene.report.figures.instability_plot import InstabilityPoints, instability_figure
from radiogene.report.numbers import percent, value_text
from radiogene.storage.plain_words import counted

NAME = "instability"
TITLE = "Instability under refitting"
HEADINGS = (
    "gene",
    "system",
    "fitted again",
    "patients",
    "mean difference",
    "90% of patients within",
    "called otherwise by any",
    "calls that differ",
)
SEEDS, REPEATS = "other seeds, external patients", "other folds and seeds, training patients"
SHORT = {SEEDS: "seeds, external", REPEATS: "repeats, training"}

DRAWN = (MMDL_TITLE, "Clinical model, logistic regression")
"""Systems in the plot; more would hide each other."""

TEXT = (
    "The same system, fitted again with another seed on the same training patients, gives a patient another "
    "probability. For each patient: the mean absolute difference of the other fits from the first; then over patients. "
    "Calls are by each fit's own threshold, in a repeated cross-validation by the first one's.",
    "These fits share all training patients, so that fits on other patients would differ more: what stands here is a "
    "lower bound, of this few fits, and no interval.",
)
CAPTION = (
    "Each point is a patient's probability by another fit against that of the first; on the diagonal none moved. MMDL "
    "and logistic regression on the clinical values."
)
NONE = "{title}: no second fit ({why})."


@dataclass(frozen=True, eq=False)
class Refits:
    """The fits of one system for N patients of one gene.

    Attributes:
        gene: which gene.
        title: of the system.
        kind: `SEEDS` or `REPEATS`.
        probabilities: (R, N) of R fits, the first first.
        calls: (R, N) True where a fit calls mutant.
    """

    gene: str
    title: str
    kind: str
    probabilities: NDArray[np.float64]
    calls: NDArray[np.bool_]


def _seed_fits(settings: ExperimentSettings) -> list[PlannedFit]:
    return [mmdl(settings, repeat=repeat) for repeat in range(settings.seeds)]


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """MMDL over seeds, and the cross-validations of Table 2: none of its own."""
    main = list(main_fits(settings).values())
    repeats = [repeat for fit in main for repeat in repeats_of(fit, settings.repeats)]
    return list(dict.fromkeys([*main, *_seed_fits(settings), *repeats]))


def show(evidence: Evidence) -> Shown:
    """A row per gene, system and kind of refitting, and the plot of each."""
    found = [refits for gene in GENES for refits in _refits(evidence, gene)]
    notes = _missing(evidence)
    if not found:
        return Shown(missing=(f"{TITLE}: no system was fitted twice", *notes))
    measured = [instability(refits.probabilities, refits.calls) for refits in found]
    rows = tuple(_row(refits, moved) for refits, moved in zip(found, measured, strict=True))
    panels: dict[str, list[InstabilityPoints]] = {}
    for refits in found:
        if refits.title not in DRAWN:
            continue
        points = InstabilityPoints(
            f"{refits.title}: {SHORT[refits.kind]}",
            refits.probabilities[0],
            refits.probabilities[1:],
            refits.title == MMDL_TITLE and refits.kind == SEEDS,
        )
        panels.setdefault(refits.gene, []).append(points)
    figures: tuple[EvidenceFigure, ...] = ()
    if panels:
        alt = "Probabilities of other fits against those of the first, per gene."
        drawn = instability_figure(panels, evidence.training.synthetic or evidence.external.synthetic)
        figures = (drawn_figure(f"{NAME}-plot", "Probability by other fits", CAPTION, alt, drawn),)
    said = (_sentence(*each) for each in zip(found, measured, strict=True) if each[0].title == MMDL_TITLE)
    text = (*TEXT, *said)
    return Shown(supplement=(SupplementEntry(NAME, TITLE, text, PlainTable(HEADINGS, rows, notes), figures),))


def _refits(evidence: Evidence, gene: str) -> Iterator[Refits]:
    """Every system that was fitted more than once."""
    settings = evidence.settings
    results = [result for fit in _seed_fits(settings) if (result := evidence.result(fit)) is not None]
    if len(results) > 1:
        yield _over_seeds(results, gene)
    for title, fit in main_fits(settings).items():
        first = evidence.result(fit)
        repeats = [found for repeat in repeats_of(fit, settings.repeats) if (found := evidence.result(repeat))]
        if first is not None and repeats:
            yield _over_repeats(title, first, repeats, gene)


def _over_seeds(results: list[FitResult], gene: str) -> Refits:
    """External patients by MMDL of each seed, called by its own threshold."""
    column = results[0].external.genes.index(gene)
    ids = results[0].external.patient_ids
    rows, calls = [], []
    for result in results:
        probabilities = _of(result.external.patient_ids, result.external.probabilities[:, column], ids)
        rows.append(probabilities)
        calls.append(probabilities >= result.decision.gene(gene).threshold)
    return Refits(gene, MMDL_TITLE, SEEDS, np.array(rows), np.array(calls))


def _over_repeats(title: str, first: FitResult, repeats: list[FitResult], gene: str) -> Refits:
    """Training patients by the models of other folds, calibrated and called as the first fit decided."""
    rule = first.decision.gene(gene)
    own = first.held_out.predictions
    column = own.genes.index(gene)
    rows = [own.probabilities[:, column]]
    for repeat in repeats:
        other = repeat.held_out.predictions
        rows.append(_of(other.patient_ids, other.probabilities[:, other.genes.index(gene)], own.patient_ids))
    probabilities = rule.calibration.apply(np.array(rows))
    return Refits(gene, title, REPEATS, probabilities, probabilities >= rule.threshold)


def _of(ids: tuple[str, ...], values: NDArray[np.float64], wanted: tuple[str, ...]) -> NDArray[np.float64]:
    """The values in the order of the wanted patients."""
    place = {patient: n for n, patient in enumerate(ids)}
    return values[[place[patient] for patient in wanted]]


def _row(refits: Refits, moved: Instability) -> tuple[str, ...]:
    return (
        refits.gene,
        refits.title,
        f"{counted(moved.refits, 'time')}: {refits.kind}",
        str(moved.differences.size),
        value_text(moved.mean_difference),
        value_text(moved.far_difference),
        percent(moved.changed),
        percent(moved.changed_calls),
    )


def _sentence(refits: Refits, moved: Instability) -> str:
    """What the row says, in words."""
    fits_words = "the other fit calls" if moved.refits == 1 else f"at least one of {moved.refits} other fits calls"
    return (
        f"{refits.gene}, {refits.title} ({refits.kind}): a patient's probability moves by "
        f"{value_text(moved.mean_difference)} on average, and {fits_words} {percent(moved.changed)} of the "
        f"{moved.differences.size} patients otherwise than the first."
    )


def _missing(evidence: Evidence) -> tuple[str, ...]:
    """Which systems were fitted once only, and why."""
    notes = []
    if evidence.settings.seeds < 2:
        notes.append(NONE.format(title=f"{MMDL_TITLE}, external patients", why="one seed: `--seeds`"))
    for title, fit in main_fits(evidence.settings).items():
        result = evidence.result(fit)
        planned = repeats_of(fit, evidence.settings.repeats)
        if result is None:
            notes.append(f"{title}: {evidence.why_not(fit)}")
        elif not fit.settings.folds:
            notes.append(NONE.format(title=f"{title}, training patients", why="without folds: `--folds 5`"))
        elif not planned:
            notes.append(NONE.format(title=f"{title}, training patients", why="one cross-validation: `--repeats`"))
        notes += [f"{title}: {evidence.why_not(repeat)}" for repeat in planned if evidence.result(repeat) is None][:1]
    return tuple(notes)


EXPERIMENT = Experiment(NAME, TITLE, fits, show, needs="--seeds N, --repeats N")
