"""What a run knows of itself, in words for the checklists; empty where it does not."""

from collections.abc import Callable

from radiogene.report.evidence.answer import answer_sentence, question_of
from radiogene.report.evidence.evidence_report import EXTERNAL, TRAINING, CohortDescription, EvidenceReport, GeneCounts
from radiogene.report.evidence.evidence_table import COLUMNS
from radiogene.report.evidence.manifest_facts import fact, words_of
from radiogene.report.evidence.methods_text import methods_paragraphs

MAP_FIGURES = ("figure7", "figure8", "figure11", "figure12")
"""Figures of activation maps."""

BEGINNING = 200
"""Characters of a paragraph of the methods that a checklist repeats; the rest is read there."""


def methods(heading: str) -> Callable[[EvidenceReport], str]:
    """Gives the beginning of a paragraph of the methods text.

    Args:
        heading: of the paragraph.
    """

    def found(report: EvidenceReport) -> str:
        paragraphs = methods_paragraphs(report.manifest, report.tables)
        return next((_beginning(paragraph.sentences) for paragraph in paragraphs if paragraph.heading == heading), "")

    return found


def sites(report: EvidenceReport) -> str:
    """That performance was compared between sites."""
    tables = [entry.table for entry in report.supplement if entry.name == "subgroups"]
    rows = [row for table in tables if table is not None for row in table.rows]
    return "Subgroups by site." if any("site" in row[0].lower() for row in rows) else ""


def objectives(report: EvidenceReport) -> str:
    """What was asked, and that models were developed and evaluated."""
    if not (report.cohort(TRAINING) and report.cohort(EXTERNAL)):
        return ""
    return f"{question_of(report)} Development and external evaluation.".strip()


def cohorts(report: EvidenceReport) -> str:
    """Each cohort with its size."""
    return "; ".join(f"{c.role}: {c.name}, {c.patients} patients, {c.nodules} nodules" for c in report.cohorts)


def labels(report: EvidenceReport) -> str:
    """Mutants, wild types and unknown of each gene and cohort."""
    return "; ".join(f"{cohort.role}: {', '.join(map(_counts, cohort.genes))}" for cohort in report.cohorts)


def unknown_labels(report: EvidenceReport) -> str:
    """How many patients were left out of a gene's figures because it was not tested."""
    parts = [
        f"{gene.gene} {gene.unknown} of {cohort.patients} ({cohort.role})"
        for cohort in report.cohorts
        for gene in cohort.genes
    ]
    if not parts:
        return ""
    return f"Patients whose gene was not tested are left out of its figures: {'; '.join(parts)}."


def characteristics(report: EvidenceReport) -> str:
    """That the cohorts stand side by side."""
    if report.table_one is not None:
        return "Table 1 sets both cohorts side by side, with tests of difference."
    return "; ".join(_facts(cohort) for cohort in report.cohorts if cohort.facts)


def outcome(report: EvidenceReport) -> str:
    """What is predicted."""
    genes = fact(report.manifest, "genes") or [answer.gene for answer in report.answers]
    return (
        f"Mutation of {words_of(genes)}, mutant or wild type, per patient; diagnostic, without a time horizon."
        if genes
        else ""
    )


def predictors(report: EvidenceReport) -> str:
    """What each system is given."""
    systems = [s for s in fact(report.manifest, "systems") or [] if s.get("needs")]
    return "; ".join(f"{s['title']}: {words_of(list(s['needs']))}" for s in systems)


def measures(report: EvidenceReport) -> str:
    """Figures that the tables print, and what the supplement adds."""
    used = [name for key, name in COLUMNS.items() if any(key in table.columns for table in report.tables)]
    if not used:
        return ""
    extra = [entry.title for entry in report.supplement]
    return f"{words_of(used)} with intervals" + (f"; {words_of(extra)} in the supplement." if extra else ".")


def class_imbalance(report: EvidenceReport) -> str:
    """Whether classes were weighed."""
    weighting = fact(report.manifest, "class_weighting")
    if weighting is None:
        return ""
    return "Mutants were weighed by wild types per mutant." if weighting else "No method against imbalance was used."


def model_updating(report: EvidenceReport) -> str:
    """Whether a model was changed on external patients."""
    if fact(report.manifest, "frozen_before_external") is not True:
        return ""
    return "None: every choice was frozen before external patients were predicted."


def differences(report: EvidenceReport) -> str:
    """Both cohorts' characteristics in words."""
    pair = [report.cohort(TRAINING), report.cohort(EXTERNAL)]
    found = [cohort for cohort in pair if cohort is not None and cohort.facts]
    return " against ".join(_facts(cohort) for cohort in found) if len(found) == 2 else ""


def performance(report: EvidenceReport) -> str:
    """Which tables hold the figures."""
    names = [_table_words(table.name) for table in report.tables]
    return f"{words_of(names)}." if names else ""


def answers(report: EvidenceReport) -> str:
    """The answer per gene."""
    return " ".join(f"{answer.gene}: {answer_sentence(answer)}" for answer in report.answers)


def maps(report: EvidenceReport) -> str:
    """Which figures show activation maps."""
    titles = [figure.title for figure in report.figures if figure.name in MAP_FIGURES and figure.content]
    return f"Class activation maps: {words_of(titles)}." if titles else ""


def robustness(report: EvidenceReport) -> str:
    """Seeds, subgroups and shuffled labels."""
    parts = [entry.title for entry in report.supplement if entry.name in ("seeds", "subgroups")]
    checked = [line for line in report.permutations if line.mean_auc is not None]
    parts += ["shuffled labels"] if checked else []
    return f"{words_of(parts)}." if parts else ""


def versions(report: EvidenceReport) -> str:
    """Software by version."""
    found = fact(report.manifest, "versions") or {}
    return ", ".join(f"{name} {number}" for name, number in found.items())


def analytical_code(report: EvidenceReport) -> str:
    """By which package everything was computed."""
    version = fact(report.manifest, "versions.radiogene")
    return f"radiogene {version}, Apache-2.0; every number of this report is computed by it." if version else ""


def model_folders(report: EvidenceReport) -> str:
    """Where the fitted models are."""
    if not analytical_code(report):
        return ""
    return "Each fitted system is a folder with settings, thresholds and weights, which predicts again by the package."


def exclusions(report: EvidenceReport) -> str:
    """Numbers with what was left out, as the cohorts say it."""
    notes = [f"{cohort.role}: {note}" for cohort in report.cohorts for note in cohort.notes]
    return "; ".join([cohorts(report), *notes]) if notes else ""


def ensembling(report: EvidenceReport) -> str:
    """Whether probabilities of several fits were averaged."""
    averaged = fact(report.manifest, "seeds_averaged")
    if averaged is None:
        return ""
    return "None over seeds: one fit each." if averaged == 1 else f"Probabilities of {averaged} seeds were averaged."


def internal_data(report: EvidenceReport) -> str:
    """Figures of the training cohort by models that had not seen the patient."""
    tables = [_table_words(t.name) for t in report.tables if t.name in ("table2", "table7")]
    splits = methods("Training and validation")(report)
    return f"{words_of(tables)}. {splits}" if tables and splits else ""


def external_data(report: EvidenceReport) -> str:
    """The external cohort and how often it was evaluated."""
    cohort = report.cohort(EXTERNAL)
    if cohort is None:
        return ""
    times = f"; {len(report.ledger)} evaluations in the ledger" if report.ledger else ""
    return f"{cohort.name}, {cohort.patients} patients{times}."


def _counts(gene: GeneCounts) -> str:
    return f"{gene.gene} {gene.mutants} mutants, {gene.wild_types} wild types, {gene.unknown} unknown"


def _facts(cohort: CohortDescription) -> str:
    return f"{cohort.role} ({', '.join(f'{name}: {words}' for name, words in cohort.facts.items())})"


def _beginning(sentences: tuple[str, ...]) -> str:
    """The first sentence, and those after it that fit."""
    kept = [sentences[0]]
    for sentence in sentences[1:]:
        if len(" ".join([*kept, sentence])) > BEGINNING:
            return " ".join([*kept, "…"])
        kept.append(sentence)
    return " ".join(kept)


def _table_words(name: str) -> str:
    """`table3` as "Table 3"."""
    return f"Table {name.removeprefix('table')}" if name.startswith("table") else name
