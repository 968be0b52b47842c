"""Decision curves in the external cohort, and the differences of net benefit between MMDL and the other systems."""

from collections.abc import Iterator

from radiogene.evaluation.decision_curve import decision_curve
from radiogene.evaluation.measure import Measure
from radiogene.evaluation.net_benefit_difference import FEWEST_DISCORDANT, net_benefit_differences
from radiogene.experiments.drawn_figure import drawn_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.row_measures import DASH
from radiogene.experiments.supplement.main_systems import (
    MMDL_TITLE,
    main_figures,
    main_fits,
    main_missing,
    main_notes,
)
from radiogene.report.evidence.evidence_report import PlainTable, SupplementEntry
from radiogene.report.figures.decision_curves import DecisionCurveLine, DecisionPanel, decision_curves_figure
from radiogene.report.numbers import percent_interval, percent_number, signed_points

NAME = "decision-curves"
TITLE = "Decision curves in the external cohort"

TEXT = (
    "Net benefit: the share of true mutants called, less the share of false ones weighed by the odds of the threshold "
    "probability. A model is of use where it lies above calling everybody and above calling nobody (0).",
)
HEADINGS = (
    "gene",
    "MMDL minus",
    "threshold probability",
    "patients",
    "net benefit of MMDL",
    "of the other",
    "difference",
    "acted on by one alone",
)
DIFFERENCES = (
    "Differences in true mutants per 100 patients, with 95% intervals by the t distribution, each threshold by itself: "
    "they are not adjusted for their number, and are no test. No interval where fewer than "
    f"{FEWEST_DISCORDANT} patients are acted on by one system alone."
)
CAPTION = "External patients; shaded: pointwise 95% bands of a bootstrap of patients."


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fits that it needs."""
    return list(main_fits(settings).values())


def show(evidence: Evidence) -> Shown:
    """A panel per gene."""
    panels: dict[str, DecisionPanel] = {}
    for of_system in main_figures(evidence):
        curve = decision_curve(of_system.figures.labels, of_system.figures.probabilities)
        if curve.reason:
            continue
        highlighted = of_system.title == MMDL_TITLE
        band = (curve.band.low, curve.band.high) if highlighted and curve.band is not None else None
        line = DecisionCurveLine(of_system.title, curve.net_benefit, band, highlighted)
        panel = panels.get(of_system.gene)
        lines = (line,) if panel is None else (*panel.lines, line)
        # Systems that lack some patients have another line of "all"; that of the first, with most patients, is drawn.
        treat_all = curve.treat_all if panel is None else panel.treat_all
        panels[of_system.gene] = DecisionPanel(curve.thresholds, treat_all, lines)
    if not panels:
        return Shown(missing=main_missing(evidence))
    alt = "Net benefit against threshold probability, per gene, of three systems, all and none."
    figure = drawn_figure(
        NAME, "Net benefit", CAPTION, alt, decision_curves_figure(panels, evidence.external.synthetic)
    )
    rows = tuple(row for gene in GENES for row in _differences(evidence, gene))
    table = PlainTable(HEADINGS, rows, (DIFFERENCES, *main_notes(evidence)))
    return Shown(supplement=(SupplementEntry(NAME, TITLE, TEXT, table, (figure,)),))


def _differences(evidence: Evidence, gene: str) -> Iterator[tuple[str, ...]]:
    """A line per other system and threshold, on the patients whom both have."""
    systems = {each.title: each.figures for each in main_figures(evidence) if each.gene == gene}
    ours = systems.pop(MMDL_TITLE, None)
    if ours is None:
        return
    for title, theirs in systems.items():
        place = {patient: n for n, patient in enumerate(theirs.patient_ids)}
        own = [n for n, patient in enumerate(ours.patient_ids) if patient in place]
        other = [place[ours.patient_ids[n]] for n in own]
        for found in net_benefit_differences(
            ours.labels[own],
            ours.probabilities[own],
            theirs.probabilities[other],
            evidence.settings.threshold_probabilities,
        ):
            numbers = (_per_hundred(value) for value in (found.first, found.second))
            yield (
                gene,
                title,
                f"{found.threshold:g}",
                str(len(own)),
                *numbers,
                _difference_words(found.difference),
                str(found.discordant),
            )


def _per_hundred(value: float | None) -> str:
    return DASH if value is None else percent_number(value)


def _difference_words(difference: Measure) -> str:
    """The difference with its interval; why there is none is said beneath the table."""
    if difference.value is None:
        return DASH
    interval = percent_interval(difference, signed=True)
    return signed_points(difference.value) + (f" ({interval})" if interval else "")


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
