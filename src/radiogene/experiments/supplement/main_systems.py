"""The systems that the supplement looks at closely, with their external figures."""

from collections.abc import Iterator
from dataclasses import dataclass

from radiogene.evaluation.event_gate import event_gate
from radiogene.experiments.experiment import Evidence
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.row_measures import RowFigures, external_figures
from radiogene.experiments.rows import mmdl, system

MMDL_TITLE = "MMDL"


@dataclass(frozen=True, eq=False)
class MainFigures:
    """One system's external figures for one gene."""

    gene: str
    title: str
    figures: RowFigures


def main_fits(settings: ExperimentSettings) -> dict[str, PlannedFit]:
    """MMDL, both clinical models and the radiomics model by title."""
    return {
        MMDL_TITLE: mmdl(settings),
        "Clinical model": system(settings, "clinical"),
        "Clinical model, logistic regression": system(settings, "clinical-logistic"),
        "Radiomics model": system(settings, "radiomics"),
    }


def main_figures(evidence: Evidence) -> Iterator[MainFigures]:
    """The external figures of those that have a result, gene by gene."""
    for gene in GENES:
        for title, fit in main_fits(evidence.settings).items():
            result = evidence.result(fit)
            if result is not None:
                yield MainFigures(gene, title, external_figures(result, gene))


def main_notes(evidence: Evidence) -> tuple[str, ...]:
    """Why figures stand without an interval, each reason once, and why systems have none."""
    few: dict[tuple[str, str], list[str]] = {}
    of_gene: dict[str, int] = {}
    for of_system in main_figures(evidence):
        of_gene[of_system.gene] = of_gene.get(of_system.gene, 0) + 1
        reason = event_gate(of_system.figures.labels)
        if reason:
            few.setdefault((of_system.gene, reason), []).append(of_system.title)
    notes = (
        f"{gene}: {reason}." if len(titles) == of_gene[gene] else f"{gene}, {'; '.join(titles)}: {reason}."
        for (gene, reason), titles in few.items()
    )
    return (*notes, *main_missing(evidence))


def main_missing(evidence: Evidence) -> tuple[str, ...]:
    """Why the others have none."""
    return tuple(
        f"{title}: {evidence.why_not(fit)}"
        for title, fit in main_fits(evidence.settings).items()
        if evidence.result(fit) is None
    )
