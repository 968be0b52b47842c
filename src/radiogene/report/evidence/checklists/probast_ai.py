"""PROBAST+AI: what an assessor of quality, risk of bias and applicability can read from a run, by part and domain.

Its 16 questions on development and 18 on evaluation are not numbered or repeated here: each row names a matter that
they ask about, in our words, and the facts to judge it by. The judgement is the assessor's.

Source: Moons et al., BMJ 2025;388:e082505, doi 10.1136/bmj-2024-082505.
"""

from radiogene.report.evidence.checklists import run_facts as facts
from radiogene.report.evidence.checklists.checklist import Checklist, ChecklistItem, authors, of_patients, run
from radiogene.report.evidence.checklists.run_facts import methods

TABLES = "Tables"
SUPPLEMENT = "Supplement"
SPLITS = "Methods: Training and validation"

DEVELOPMENT, EVALUATION = "Development", "Evaluation"
PATIENTS, PREDICTORS, OUTCOME, ANALYSIS = "participants and data", "predictors", "outcome", "analysis"


def _patients(part: str) -> tuple[ChecklistItem, ...]:
    """Of both parts: where patients come from, and whether they are those of the intended use."""
    section = f"{part}: {PATIENTS}"
    return (
        ChecklistItem("", section, "Whether the source of data suits", of_patients("source and design of this cohort")),
        ChecklistItem(
            "",
            section,
            "Whom inclusion and exclusion left out",
            run(facts.exclusions, "On whom", "the criteria and numbers", add="the criteria and their reason"),
        ),
        ChecklistItem(
            "",
            section,
            "Whether patients are those of the intended use",
            run(
                facts.verification_bias if part == EVALUATION else facts.characteristics,
                "Supplement, Table 1",
                "whom the cohort stands for",
                add="whom the cohort stands for, and which groups it lacks",
            ),
        ),
    )


def _predictors(part: str) -> tuple[ChecklistItem, ...]:
    """Of both parts: how predictors were measured, and by whom."""
    section = f"{part}: {PREDICTORS}"
    return (
        ChecklistItem(
            "",
            section,
            "Whether predictors were defined and measured alike in all",
            run(
                methods("Images"), "Methods: Images", "how predictors were measured", add="who marked the nodules, how"
            ),
        ),
        ChecklistItem(
            "",
            section,
            "Whether predictors were measured without knowledge of the outcome",
            run(
                facts.outcome_of_predictors,
                "Methods: Systems",
                "whether the mutation was known when nodules were marked",
                add="whether the mutation was known when nodules were marked",
            ),
        ),
        ChecklistItem(
            "",
            section,
            "Whether predictors are there when the model is to be used",
            run(
                facts.predictors,
                "Methods: Systems",
                "which predictors are known before a biopsy",
                add="which of these are known before a biopsy",
            ),
        ),
    )


def _outcome(part: str) -> tuple[ChecklistItem, ...]:
    """Of both parts: how the mutation was found."""
    section = f"{part}: {OUTCOME}"
    return (
        ChecklistItem(
            "",
            section,
            "Whether the outcome was found by a sound method, alike in all",
            run(facts.outcome, "What was asked", "the assay", add="the assay, and whether it was the same for all"),
        ),
        ChecklistItem(
            "", section, "Whether it was found without knowledge of predictors", of_patients("what the laboratory knew")
        ),
        ChecklistItem("", section, "Time between scan and assay", of_patients("the interval, and treatment in it")),
    )


_OF_DEVELOPMENT = (
    ChecklistItem(
        "",
        f"{DEVELOPMENT}: {ANALYSIS}",
        "Whether patients with the outcome are enough",
        run(facts.labels, "On whom", "the numbers", add="which number was needed (`radiogene samplesize`)"),
    ),
    ChecklistItem(
        "",
        f"{DEVELOPMENT}: {ANALYSIS}",
        "How missing values were handled",
        run(facts.missing_data, "On whom, Supplement", "how missing values were handled"),
    ),
    ChecklistItem(
        "",
        f"{DEVELOPMENT}: {ANALYSIS}",
        "Whether selection and tuning could overfit",
        run(facts.validation, SPLITS, "where features and settings were chosen"),
    ),
    ChecklistItem(
        "",
        f"{DEVELOPMENT}: {ANALYSIS}",
        "Whether anything leaked from the patients held out",
        run(facts.leakage, "Shuffled labels", "how leakage was checked"),
    ),
    ChecklistItem(
        "",
        f"{DEVELOPMENT}: {ANALYSIS}",
        "How an imbalance of classes was handled",
        run(facts.class_imbalance, "Methods: Networks", "whether classes were weighed"),
    ),
    ChecklistItem(
        "",
        f"{DEVELOPMENT}: {ANALYSIS}",
        "How stable the predictions are",
        run(facts.instability, SUPPLEMENT, "whether another fit gives other predictions"),
    ),
    ChecklistItem(
        "",
        f"{DEVELOPMENT}: {ANALYSIS}",
        "Performance inside the training cohort",
        run(facts.internal_data, TABLES, "figures by models that had not seen the patient"),
    ),
)

_OF_EVALUATION = (
    ChecklistItem(
        "",
        f"{EVALUATION}: {ANALYSIS}",
        "Whether the patients are others than those of the development",
        run(facts.duplicates, "Read with care", "that no patient is in both cohorts"),
    ),
    ChecklistItem(
        "",
        f"{EVALUATION}: {ANALYSIS}",
        "Whether patients with the outcome are enough",
        run(facts.labels, "On whom", "the numbers", add="which number was needed (`radiogene samplesize`)"),
    ),
    ChecklistItem(
        "",
        f"{EVALUATION}: {ANALYSIS}",
        "Whether all patients are in the figures",
        run(facts.missing_data, "On whom, Supplement", "who is not in the figures"),
    ),
    ChecklistItem(
        "",
        f"{EVALUATION}: {ANALYSIS}",
        "Whether the model was frozen before",
        run(facts.model_updating, SPLITS, "whether the model was changed on these patients"),
    ),
    ChecklistItem(
        "",
        f"{EVALUATION}: {ANALYSIS}",
        "Discrimination with its uncertainty",
        run(facts.performance, TABLES, "AUC with intervals"),
    ),
    ChecklistItem(
        "",
        f"{EVALUATION}: {ANALYSIS}",
        "Calibration with its uncertainty",
        run(facts.calibration, SUPPLEMENT, "calibration with intervals"),
    ),
    ChecklistItem(
        "",
        f"{EVALUATION}: {ANALYSIS}",
        "Performance in groups of patients",
        run(facts.fairness, SUPPLEMENT, "performance by groups"),
    ),
    ChecklistItem(
        "",
        f"{EVALUATION}: {ANALYSIS}",
        "How often these patients were looked at",
        run(facts.external_data, "Ledger", "how often the cohort was evaluated"),
    ),
)

_JUDGEMENT = (
    ChecklistItem(
        "",
        "Judgement",
        "Quality, risk of bias and applicability by domain",
        authors("the judgements by domain and over all, which an assessor makes and no program"),
    ),
)

PROBAST_AI = Checklist(
    name="probast_ai",
    title="PROBAST+AI",
    source="Moons KGM et al. PROBAST+AI. BMJ 2025;388:e082505, doi 10.1136/bmj-2024-082505",
    items=(
        *(item for domain in (_patients, _predictors, _outcome) for item in domain(DEVELOPMENT)),
        *_OF_DEVELOPMENT,
        *(item for domain in (_patients, _predictors, _outcome) for item in domain(EVALUATION)),
        *_OF_EVALUATION,
        *_JUDGEMENT,
    ),
    note="The tool asks 16 questions on development and 18 on evaluation in four domains; rows here name its domains "
    "and are not its numbered questions. They are facts to judge by: low, high or unclear is the assessor's to say.",
)
