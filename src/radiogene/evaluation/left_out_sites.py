"""What a system says of each site of its training cohort when it is fitted on the other sites alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiogene.cohort.row import PatientRow, by_patient
from radiogene.errors import CohortError
from radiogene.evaluation.evaluation import EvaluationReport
from radiogene.evaluation.measure import Measure

COLUMN = "site"


@dataclass(frozen=True)
class LeftOutSiteGene:
    """One gene at one site.

    Attributes:
        patients, mutants: with a known label.
        threshold: set on the other sites.
        auc, sensitivity, specificity: with intervals where there are patients enough.
    """

    patients: int
    mutants: int
    threshold: float
    auc: Measure
    sensitivity: Measure
    specificity: Measure


@dataclass(frozen=True)
class LeftOutSite:
    """One site.

    Attributes:
        site: as written in the table.
        patients: of the site.
        trained_on: patients of the other sites.
        genes: by name; none where there is a reason.
        reason: why the system could not be fitted or asked; empty where it could.
    """

    site: str
    patients: int
    trained_on: int
    genes: dict[str, LeftOutSiteGene]
    reason: str = ""


@dataclass(frozen=True)
class LeftOutSites:
    """All sites, each left out in turn.

    Attributes:
        sites: in the order of their names.
        without_site: patients of no named site; they are fitted on in every turn.
    """

    sites: tuple[LeftOutSite, ...]
    without_site: int = 0


def left_out_site(site: str, trained_on: int, report: EvaluationReport) -> LeftOutSite:
    """The figures of a site.

    Args:
        site: that was left out.
        trained_on: patients of the other sites.
        report: of a system fitted on them, with the thresholds that were set on them.
    """
    genes = {
        name: LeftOutSiteGene(
            of.patients, of.mutants, of.threshold.value, of.auc, of.metrics.sensitivity, of.metrics.specificity
        )
        for name, of in report.genes.items()
    }
    return LeftOutSite(site, report.patients, trained_on, genes)


def sites_of_patients(rows: Sequence[PatientRow]) -> dict[str, str | None]:
    """The site of each patient; None where no row names one.

    Args:
        rows: of all nodules.

    Raises:
        CohortError: fewer than two sites, or a patient of two.
    """
    found: dict[str, str | None] = {}
    for patient, of_patient in by_patient(rows).items():
        named = sorted({row.site for row in of_patient if row.site is not None})
        if len(named) > 1:
            raise CohortError(
                f"Patient {patient!r} is of the sites {' and '.join(map(repr, named))}; wanted one site per patient "
                f"(column {COLUMN}), so that a site can be left out whole."
            )
        found[patient] = named[0] if named else None
    names = sorted({site for site in found.values() if site is not None})
    if len(names) < 2:
        only = f"the site {names[0]!r} alone" if names else "no site"
        raise CohortError(
            f"Found {only} in the column {COLUMN}; to leave one site out (`leave_one_site_out`), there must be two."
        )
    return found
