"""Everything that the report of an experiment shows; whoever ran the experiment fills it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from radiogene.cohort.table_one.table_one import TableOne
from radiogene.evaluation.measure import Measure
from radiogene.report.evidence.evidence_table import EvidenceTable, RowComparison

TRAINING = "training"
EXTERNAL = "external"


@dataclass(frozen=True)
class GeneCounts:
    """Labels of one gene in one cohort.

    Attributes:
        gene: which gene.
        mutants: patients.
        wild_types: patients.
        unknown: patients whose gene was not tested.
    """

    gene: str
    mutants: int
    wild_types: int
    unknown: int


@dataclass(frozen=True)
class CohortDescription:
    """A cohort in numbers; no patient is named.

    Attributes:
        role: `training` or `external`.
        name: of the cohort, as the user calls it; never a path.
        patients: all of them.
        nodules: prepared.
        genes: their labels.
        facts: characteristics in words, by name: age, sex, smoking, scanners, dates.
        notes: rows that failed, choices of series, in words.
    """

    role: str
    name: str
    patients: int
    nodules: int
    genes: tuple[GeneCounts, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GeneAnswer:
    """MMDL against the clinical-only model on the external cohort, for one gene.

    Attributes:
        gene: which gene.
        main: title of the system that is asked about.
        reference: title of the model that it is held against.
        main_auc: external AUC with its interval.
        reference_auc: the same of the reference.
        comparison: AUC of the main system minus that of the reference, paired; None where there is none.
        reason: why there is no answer; empty where there is one.
    """

    gene: str
    main: str
    reference: str
    main_auc: Measure | None = None
    reference_auc: Measure | None = None
    comparison: RowComparison | None = None
    reason: str = ""


@dataclass(frozen=True)
class EvidenceFigure:
    """An image of the report.

    Attributes:
        name: of the file, without its ending: `figure6`.
        title: printed above it.
        caption: printed beneath it; what is drawn, on whom, with which intervals.
        content: an SVG or a PNG.
        alt: what the image shows, for who cannot see it.
        reason: why there is no image; `content` is then empty.
    """

    name: str
    title: str
    caption: str
    content: bytes
    alt: str
    reason: str = ""


@dataclass(frozen=True)
class PlainTable:
    """A table of words, for what is no table of the paper.

    Attributes:
        headings: of the columns.
        rows: as many cells as headings.
        notes: beneath it.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SupplementEntry:
    """One part of the supplement: calibration, decision curves, precision-recall, a subgroup, seeds.

    Attributes:
        name: of its files, without an ending: `calibration`, `decision-curves`, `precision-recall`, `subgroups`,
            `seeds` are those that the checklists look for.
        title: printed above it.
        text: paragraphs.
        table: printed after the text; None for none.
        figures: printed after the table.
    """

    name: str
    title: str
    text: tuple[str, ...] = ()
    table: PlainTable | None = None
    figures: tuple[EvidenceFigure, ...] = ()


@dataclass(frozen=True)
class LedgerLine:
    """One evaluation of external patients, in the order in which they were made.

    Attributes:
        when: date and time, ISO 8601.
        system: title of what was evaluated.
        cohort: which.
        patients: with a prediction.
        purpose: which table or figure asked for it.
        frozen: the hash or other mark of what was frozen before.
    """

    when: str
    system: str
    cohort: str
    patients: int
    purpose: str
    frozen: str = ""


@dataclass(frozen=True)
class PermutationLine:
    """Fold-wise AUC of one system and gene with shuffled labels, averaged.

    Attributes:
        system: title.
        gene: which gene.
        permutations: how many.
        mean_auc: over them.
        tolerance: greatest distance from 0.5 that is accepted.
        reason: why there is none; `mean_auc` is then None.
    """

    system: str
    gene: str
    permutations: int
    mean_auc: float | None
    tolerance: float = 0.05
    reason: str = ""

    @property
    def holds(self) -> bool | None:
        """True where the average is near 0.5; None where there is none."""
        return None if self.mean_auc is None else abs(self.mean_auc - 0.5) <= self.tolerance


@dataclass(frozen=True)
class FailedFit:
    """A fit without a result.

    Attributes:
        system: title.
        settings: what sets it apart, in words.
        reason: the refusal, word by word.
        used_in: tables and figures that miss it.
        seconds: until it came.
    """

    system: str
    settings: str
    reason: str
    used_in: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class EvidenceReport:
    """The report of an experiment.

    Attributes:
        title: of the page.
        synthetic: True where any patient does not exist; the page then says so first.
        question: what was asked, in a sentence; made from the answers where empty.
        cohorts: training first.
        answers: per gene.
        table_one: of the cohorts; None where it was not asked for.
        tables: in the paper's order.
        figures: in the paper's order.
        supplement: in reading order.
        ledger: every evaluation of the external cohort.
        permutations: the check with shuffled labels.
        failures: of fits.
        manifest: settings and versions; `methods_text.py` says which keys it reads.
        seconds: by step, in order.
    """

    title: str
    synthetic: bool
    cohorts: tuple[CohortDescription, ...]
    answers: tuple[GeneAnswer, ...]
    manifest: Mapping[str, Any]
    question: str = ""
    table_one: TableOne | None = None
    tables: tuple[EvidenceTable, ...] = ()
    figures: tuple[EvidenceFigure, ...] = ()
    supplement: tuple[SupplementEntry, ...] = ()
    ledger: tuple[LedgerLine, ...] = ()
    permutations: tuple[PermutationLine, ...] = ()
    failures: tuple[FailedFit, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def cohort(self, role: str) -> CohortDescription | None:
        """The first cohort in that role; None where there is none."""
        return next((cohort for cohort in self.cohorts if cohort.role == role), None)
