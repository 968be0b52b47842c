"""What a run knows of itself, in words for the checklists; empty where it does not."""

from collections.abc import Callable

from radiogene.report.evidence.answer import answer_sentence, question_of
from radiogene.report.evidence.evidence_report import (
    EXTERNAL,
    TRAINING,
    CohortDescription,
    EvidenceReport,
    GeneCounts,
    SupplementEntry,
)
from radiogene.report.evidence.evidence_table import COLUMNS
from radiogene.report.evidence.manifest_facts import fact, words_of
from radiogene.report.evidence.methods_text import methods_paragraphs

MAP_FIGURES = ("figure7", "figure8", "figure11", "figure12")
"""Figures of activation maps."""

SUBGROUPS, MISSING_VALUES, VERIFICATION = "subgroups", "missing-values", "verification"
PREDICTIVE_VALUES, CALIBRATION, INSTABILITY = "predictive-values", "calibration", "instability"
"""Parts of the supplement that answer items."""

VALIDATED = ("Systems without a network", "Networks were")
"""How sentences on validation begin."""

FAIRNESS_FACTORS = ("sex", "age", "smoking")

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


def validation(report: EvidenceReport) -> str:
    """How each kind of system was validated, and where it was selected and tuned."""
    paragraphs = methods_paragraphs(report.manifest, report.tables)
    sentences = [
        sentence
        for paragraph in paragraphs
        if paragraph.heading == "Training and validation"
        for sentence in paragraph.sentences
        if sentence.startswith(VALIDATED)
    ]
    return " ".join(sentences)


def sites(report: EvidenceReport) -> str:
    """That performance was compared between sites; nothing where there is one only."""
    found = [level for level in _subgroups(report) if level.startswith("site: ") and not level.endswith("unknown")]
    return "Subgroups by site." if len(set(found)) > 1 else ""


def fairness(report: EvidenceReport) -> str:
    """By what groups of patients performance was looked at."""
    levels = _subgroups(report)
    factors = [factor for factor in FAIRNESS_FACTORS if any(level.startswith(f"{factor}: ") for level in levels)]
    if not factors:
        return ""
    return (
        "AUC, false negative and false positive rate, and observed over expected mutants of MMDL by "
        f"{words_of(factors)}: looked at, not tested; no threshold is set per group."
    )


def _subgroups(report: EvidenceReport) -> list[str]:
    """The subgroups of the supplement, such as "sex: female"."""
    tables = [entry.table for entry in report.supplement if entry.name == SUBGROUPS]
    return [row[1] for table in tables if table is not None for row in table.rows if len(row) > 1]


def missing_data(report: EvidenceReport) -> str:
    """What was done where a label or a predictor was not known, with the external numbers."""
    labels_missing = unknown_labels(report)
    entry = _entry(report, MISSING_VALUES)
    if entry is None or entry.table is None:
        return labels_missing
    counts: dict[str, tuple[int, int]] = {}
    for role, gene, column, *cells in entry.table.rows:
        if role == EXTERNAL and gene == entry.table.rows[0][1]:
            pairs = [tuple(int(number) for number in cell.split(" of ")) for cell in cells]
            counts[column] = (sum(missing for missing, _ in pairs), sum(patients for _, patients in pairs))
    words = ", ".join(f"{column} {missing} of {patients}" for column, (missing, patients) in counts.items())
    return f"{labels_missing} Predictors missing (external): {words}. {entry.text[0]}"


def verification_bias(report: EvidenceReport) -> str:
    """That tested and untested patients were set side by side, or that all were tested."""
    entry = _entry(report, VERIFICATION)
    if entry is None:
        return ""
    return "Tested and untested patients are set side by side." if entry.table is not None else entry.text[0]


def cross_tabulation(report: EvidenceReport) -> str:
    """Where calls stand against labels."""
    entry = _entry(report, PREDICTIVE_VALUES)
    return "" if entry is None else "Right and wrong calls of either kind, with predictive values."


def calibration(report: EvidenceReport) -> str:
    """Which figures of calibration are given."""
    if _entry(report, CALIBRATION) is None:
        return ""
    return "Observed over expected, slope and intercepts with intervals, and smooth curves."


def instability(report: EvidenceReport) -> str:
    """That predictions of several fits were compared."""
    entry = _entry(report, INSTABILITY)
    return "" if entry is None else f"{entry.title}."


def leakage(report: EvidenceReport) -> str:
    """What the check with shuffled labels gave."""
    checked = [line for line in report.permutations if line.holds is not None]
    if not checked:
        return ""
    kept = sum(line.holds is True for line in checked)
    return f"Shuffled labels: {kept} of {len(checked)} checks near an AUC of 0.5."


def duplicates(report: EvidenceReport) -> str:
    """That patients who are one were refused, or allowed."""
    allowed = fact(report.manifest, "duplicates.allowed")
    if allowed is None:
        return ""
    sentence = fact(report.manifest, "duplicates.sentence")
    return str(sentence) if sentence else "No patient is in both cohorts, and none twice (identifiers, series, cubes)."


def outcome_of_predictors(report: EvidenceReport) -> str:
    """That the mutation is no predictor."""
    return "The label is no input of any system; a column that copies it is refused." if predictors(report) else ""


def stored_outputs(report: EvidenceReport) -> str:
    """That every prediction and look is kept."""
    if not report.ledger:
        return ""
    return "The predictions of every fit are kept beside the report, and a ledger lists every external evaluation."


def protocol(report: EvidenceReport) -> str:
    """The frozen protocol, where one was followed."""
    sentence = fact(report.manifest, "protocol.sentence")
    return str(sentence) if sentence else ""


def _entry(report: EvidenceReport, name: str) -> SupplementEntry | None:
    return next((entry for entry in report.supplement if entry.name == name), None)


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
    parts = [entry.title for entry in report.supplement if entry.name in ("seeds", SUBGROUPS, INSTABILITY)]
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
    splits = validation(report)
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
    """`table3` as "Table 3", `figure10` as "Figure 10"."""
    for kind in ("table", "figure"):
        if name.startswith(kind):
            return f"{kind.capitalize()} {name.removeprefix(kind)}"
    return name
