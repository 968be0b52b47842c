"""Who is in a cohort: the counts of the paper's Table 1."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from radiogene.cohort.row import CohortRow, PatientRow, by_patient, patient_labels
from radiogene.cohort.table.cohort_table import Cohort
from radiogene.storage.typed_json import JsonObject, to_json


@dataclass(frozen=True)
class GeneCount:
    """Patients whose status of one gene is known, and how many of them are mutants."""

    known: int
    mutant: int


@dataclass(frozen=True)
class AgeSummary:
    """Age in years over the patients whose age is known."""

    known: int
    median_years: float
    youngest_years: float
    oldest_years: float


@dataclass(frozen=True)
class PatientCounts:
    """Counts over one group of patients; several nodules of a patient count once, except in `nodules`.

    Attributes:
        sex, smoking: patients per word, `unknown` among them.
        age: None where no age is known.
    """

    patients: int
    nodules: int
    genes: dict[str, GeneCount]
    sex: dict[str, int]
    smoking: dict[str, int]
    age: AgeSummary | None


@dataclass(frozen=True)
class CohortSummary:
    """Counts over a whole cohort and over each site.

    Attributes:
        overall: all patients.
        sites: per site as written; rows without a site are not here.
        scans_of_several_patients: scans that rows of more than one patient name: a mistake, and in training a leak.
        synthetic: True where any patient is.
    """

    overall: PatientCounts
    sites: dict[str, PatientCounts]
    scans_of_several_patients: int
    synthetic: bool

    def to_json(self) -> JsonObject:
        """The summary as plain JSON values."""
        return to_json(self)


def summarise(cohort: Cohort) -> CohortSummary:
    """The counts of a cohort, overall and per site."""
    sites = sorted({row.site for row in cohort.rows if row.site is not None})
    return CohortSummary(
        overall=count_patients(cohort.rows, cohort.genes),
        sites={site: count_patients([row for row in cohort.rows if row.site == site], cohort.genes) for site in sites},
        scans_of_several_patients=len(scans_of_several_patients(cohort.rows)),
        synthetic=cohort.is_synthetic,
    )


def count_patients(rows: Sequence[PatientRow], genes: Sequence[str]) -> PatientCounts:
    """The counts over the patients of the rows; rows of a table and records of a store alike."""
    first = [of_patient[0] for of_patient in by_patient(rows).values()]
    labels = list(patient_labels(rows, genes).values())
    ages = [row.age_years for row in first if row.age_years is not None]
    return PatientCounts(
        patients=len(first),
        nodules=len(rows),
        genes={
            gene: GeneCount(sum(of[gene] is not None for of in labels), sum(of[gene] == 1 for of in labels))
            for gene in genes
        },
        sex={word: sum((row.sex or "unknown") == word for row in first) for word in ("female", "male", "unknown")},
        smoking={
            "yes": sum(row.smoking is True for row in first),
            "no": sum(row.smoking is False for row in first),
            "unknown": sum(row.smoking is None for row in first),
        },
        age=AgeSummary(len(ages), median(ages), min(ages), max(ages)) if ages else None,
    )


def scans_of_several_patients(rows: Sequence[CohortRow]) -> list[tuple[CohortRow, CohortRow]]:
    """Per scan that two patients name, its first row and the first row of another patient."""
    first: dict[tuple[object, ...], CohortRow] = {}
    pairs: dict[tuple[object, ...], tuple[CohortRow, CohortRow]] = {}
    for row in rows:
        scan = (row.ct, row.series_uid)
        earlier = first.setdefault(scan, row)
        if earlier.patient_id != row.patient_id:
            pairs.setdefault(scan, (earlier, row))
    return list(pairs.values())
