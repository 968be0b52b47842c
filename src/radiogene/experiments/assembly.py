"""From a finished experiment to its report: cohorts, answers, tables, figures, supplement, ledger, manifest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from radiogene.cohort.identity.site_key import WITHOUT_SCANS
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.joined_stores import Stores
from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.evaluation.ledger import LedgerEntry
from radiogene.evaluation.predictions import UNKNOWN
from radiogene.experiments.experiment import Shown
from radiogene.experiments.experiment_settings import GENES
from radiogene.experiments.planned_fit import FitFailure
from radiogene.experiments.registry import all_experiments
from radiogene.experiments.run import ExperimentRun
from radiogene.experiments.run_manifest import run_manifest
from radiogene.experiments.tables import table3
from radiogene.experiments.tables.traditional import CLINICAL, LOGISTIC, OURS
from radiogene.methods.method_settings import NineViewSettings
from radiogene.methods.registry import method_named
from radiogene.model.model_folder import MANIFEST_FILE
from radiogene.report.evidence.answer import answer_of_block, answer_sentence
from radiogene.report.evidence.evidence_report import (
    EXTERNAL,
    TRAINING,
    CohortDescription,
    EvidenceReport,
    FailedFit,
    GeneAnswer,
    GeneCounts,
    LedgerLine,
)
from radiogene.report.evidence.report_files import FIGURES_FOLDER, PAGE_FILE, TABLES_FOLDER, write_report
from radiogene.report.evidence.table_answers import table_answers
from radiogene.storage.atomic_files import write_json
from radiogene.storage.hashed_folder import hashes_under
from radiogene.storage.typed_json import JsonObject

MOST_IN_TITLE = 4
"""Experiments that the title of a page names."""

SHOWN_DIGITS = 12
"""Of a hash, on the page."""


@dataclass(frozen=True)
class WrittenEvidence:
    """What stands in the experiment's folder.

    Attributes:
        report: the page.
        answers: a sentence per gene and clinical model; where there are none, what the tests of tables say.
        missing: what is not there, and why.
        failed: fits without a result.
        seconds: of all fits, those that were read included.
    """

    report: Path
    answers: tuple[str, ...]
    missing: tuple[str, ...]
    failed: int
    seconds: float

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        return {
            "report": str(self.report),
            "answers": list(self.answers),
            "missing": list(self.missing),
            "failed_fits": self.failed,
            "fit_seconds": self.seconds,
        }

    def text(self) -> str:
        """The same for the terminal."""
        missing = [f"not shown: {reason}" for reason in self.missing]
        return "\n".join([*self.answers, *missing, f"Report: {self.report}"])


def write_evidence(run: ExperimentRun, out: Path) -> WrittenEvidence:
    """Writes `report.html`, `tables/`, `figures/` and the manifest.

    Args:
        run: finished.
        out: its folder.
    """
    report = evidence_report(run)
    write_json(out / MANIFEST_FILE, report.manifest)
    write_report(report, out)
    hashes = hashes_under(out, (PAGE_FILE, TABLES_FOLDER, FIGURES_FOLDER))
    write_json(out / MANIFEST_FILE, {**report.manifest, "sha256": hashes})
    return WrittenEvidence(
        report=out / PAGE_FILE,
        answers=_said(report),
        missing=tuple(reason for shown in run.shown.values() for reason in shown.missing),
        failed=len(run.failures),
        seconds=round(sum(outcome.seconds for outcome in run.evidence.outcomes.values()), 1),
    )


def _said(report: EvidenceReport) -> tuple[str, ...]:
    """The answers in sentences, or what the tests of the tables say."""
    if report.answers:
        return tuple(f"{answer.gene}: {answer_sentence(answer)}" for answer in report.answers)
    return tuple(f"{answer.title}, {answer.gene}: {answer.sentence}" for answer in table_answers(report.tables))


def evidence_report(run: ExperimentRun) -> EvidenceReport:
    """Everything that the page shows.

    Args:
        run: finished.
    """
    evidence, shown = run.evidence, list(run.shown.values())
    training, external = evidence.training, evidence.external
    return EvidenceReport(
        title=f"EGFR and KRAS from CT: {_title(run)}",
        synthetic=training.synthetic or external.synthetic,
        cohorts=(_cohort(TRAINING, training), _cohort(EXTERNAL, external)),
        answers=_answers(run),
        manifest=run_manifest(run),
        table_one=next((each.table_one for each in shown if each.table_one is not None), None),
        tables=tuple(table for each in shown for table in each.tables),
        figures=tuple(figure for each in shown for figure in each.figures),
        supplement=tuple(entry for each in shown for entry in each.supplement),
        ledger=tuple(_ledger(run.looks)),
        permutations=tuple(line for each in shown for line in each.permutations),
        failures=tuple(_failure(failure, run) for failure in run.failures),
        seconds=_seconds(run),
    )


def _title(run: ExperimentRun) -> str:
    """What the page holds: everything, which experiments, or how many where a title would not hold their names."""
    if set(run.shown) == set(all_experiments()):
        return "the evidence"
    if len(run.shown) <= MOST_IN_TITLE:
        return ", ".join(run.shown)
    return f"{len(run.shown)} tables, figures and parts of the supplement"


def _cohort(role: str, cohort: PreparedCohort) -> CohortDescription:
    labels = patient_label_table(cohort, GENES)
    counts = []
    for column, gene in enumerate(GENES):
        known = labels[labels[:, column] != UNKNOWN, column]
        mutants = int(known.sum())
        counts.append(GeneCounts(gene, mutants, len(known) - mutants, len(cohort) - len(known)))
    failed = len(cohort.source.failures) if isinstance(cohort.source, Stores) else 0
    notes = (f"{failed} rows of the table failed in preparation and are in no figure",) if failed else ()
    nodules = sum(len(indexes) for indexes in cohort.nodules) if cohort.has_images else 0
    if not cohort.has_images:
        notes = (*notes, f"a table without images. {WITHOUT_SCANS}")
    return CohortDescription(role, f"{role} cohort", len(cohort), nodules, tuple(counts), _facts(cohort), notes)


def _facts(cohort: PreparedCohort) -> dict[str, str]:
    """Age, sites and slice spacing in words."""
    ages = [row.age_years for row in cohort.patients if row.age_years is not None]
    sites = sorted({row.site for row in cohort.patients if row.site})
    records = [cohort.source.records[index] for indexes in cohort.nodules for index in indexes]
    scans = [record.geometry for record in records if record.geometry is not None]
    facts = {}
    if scans:
        spacings = np.array([scan.spacing_mm[2] for scan in scans])
        facts["slice spacing"] = f"{spacings.min():.2f} to {spacings.max():.2f} mm"
        facts["nodules with a segment"] = str(sum(scan.nodule.extent_mm is not None for scan in scans))
    if ages:
        facts["age"] = f"median {np.median(ages):.0f} years, {min(ages):.0f} to {max(ages):.0f}"
    if sites:
        facts["sites"] = ", ".join(sites)
    return facts


def _answers(run: ExperimentRun) -> tuple[GeneAnswer, ...]:
    """MMDL against both clinical models in the external cohort, from Table 3: the paper's may be a weak opponent."""
    shown: Shown | None = run.shown.get(table3.NAME)
    if shown is None:
        return ()
    return tuple(
        answer_of_block(block, OURS, reference)
        for table in shown.tables
        for block in table.blocks
        for reference in (CLINICAL, LOGISTIC)
    )


def _ledger(looks: Sequence[LedgerEntry]) -> Iterator[LedgerLine]:
    """Every look at scans of the external cohort, whatever folder its results went to."""
    for entry in looks:
        genes = dict.fromkeys(figure.split()[0] for figure in entry.figures)
        purpose = f"{len(entry.figures)} figures of {', '.join(genes)}"
        cohort, choices = entry.cohort[:SHOWN_DIGITS], entry.choices_sha256[:SHOWN_DIGITS]
        yield LedgerLine(entry.time_utc, entry.system, cohort, entry.patients, purpose, choices)


def _failure(failure: FitFailure, run: ExperimentRun) -> FailedFit:
    entry, settings = method_named(failure.fit.method), failure.fit.settings
    words = [f"genes {', '.join(settings.genes)}"]
    if settings.clinical is not None:
        words.append(f"clinical {', '.join(settings.clinical) or 'none'}")
    if isinstance(settings, NineViewSettings) and settings.views:
        words.append(f"views {', '.join(settings.views)}")
    if isinstance(settings, NineViewSettings) and not settings.attention:
        words.append("no attention")
    if failure.fit.held_out_only:
        words.append(f"cross-validation repeated with seed {settings.seed}")
    if failure.fit.shuffled is not None:
        words.append(f"labels shuffled by seed {failure.fit.shuffled}")
    used = tuple(
        experiment.name
        for experiment in run.experiments
        if failure.fit in experiment.fits(run.evidence.settings, run.evidence.outcomes)
    )
    return FailedFit(entry.title, "; ".join(words), failure.reason, used, failure.seconds)


def _seconds(run: ExperimentRun) -> dict[str, float]:
    """Seconds of all fits by system."""
    seconds: dict[str, float] = {}
    for fit, outcome in run.evidence.outcomes.items():
        kind = ", shuffled labels" if fit.shuffled is not None else ", repeats" if fit.held_out_only else ""
        title = method_named(fit.method).title + kind
        seconds[title] = round(seconds.get(title, 0.0) + outcome.seconds, 1)
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))
