"""STARD-AI: 40 items in 48 parts, for studies of diagnostic accuracy by artificial intelligence.

Source: Sounderajah et al., Nat Med 2025;31(10):3283, doi 10.1038/s41591-025-03953-8, which extends STARD 2015 (Bossuyt
et al., BMJ 2015;351:h5527). Topics are in our words; the index test is the model's call, the reference standard the
assay.
"""

from radiogene.report.evidence.checklists import run_facts as facts
from radiogene.report.evidence.checklists.checklist import (
    Checklist,
    ChecklistItem,
    authors,
    not_applicable,
    of_patients,
    run,
)
from radiogene.report.evidence.checklists.run_facts import methods

WHOM = "On whom"
TABLES = "Tables"
SUPPLEMENT = "Supplement"

_FRONT = (
    ChecklistItem("1", "Title and abstract", "That accuracy of an AI is measured, and by what", authors("the title")),
    ChecklistItem("2", "Title and abstract", "Structured abstract", authors("the abstract, by STARD for Abstracts")),
    ChecklistItem(
        "3",
        "Introduction",
        "Background, intended use, place in the workflow",
        authors("what the test is for, whether it is new, and where it enters the pathway of care"),
    ),
    ChecklistItem(
        "4", "Introduction", "Objectives and hypotheses", run(facts.objectives, "What was asked", "the objectives")
    ),
)

_PATIENTS = (
    ChecklistItem(
        "5", "Study design", "Data collected before or after both tests", of_patients("prospective or retrospective")
    ),
    ChecklistItem("6", "Ethics", "Approval, or why none was needed", of_patients("the committee and its approval")),
    ChecklistItem(
        "7",
        "Participants",
        "Who and which data were taken in and left out, in order",
        of_patients("criteria for patients, and for scans, in the order in which they were applied"),
    ),
    ChecklistItem("8", "Participants", "How patients were found", of_patients("by symptoms, results or a registry")),
    ChecklistItem("9", "Participants", "Where and when", of_patients("setting, place and dates of each cohort")),
    ChecklistItem(
        "10", "Participants", "Consecutive, random or by convenience", of_patients("how the series was drawn")
    ),
    ChecklistItem(
        "11", "Dataset", "Source, and whether collected for this", of_patients("where the data come from, and for what")
    ),
    ChecklistItem(
        "12", "Dataset", "Who annotated, and how", of_patients("who marked the nodules, with which experience, when")
    ),
    ChecklistItem(
        "13",
        "Dataset",
        "Scanners, and software of the test",
        run(
            facts.versions,
            "Software and settings",
            "scanners, and software with versions",
            add="makers and models of the scanners",
        ),
    ),
    ChecklistItem(
        "14",
        "Dataset",
        "Acquisition and preprocessing",
        run(
            methods("Images"),
            "Methods: Images",
            "acquisition and preprocessing",
            add="contrast medium, kernels and dose",
        ),
    ),
)

_TESTS = (
    ChecklistItem("15a", "Test methods", "The index test", run(methods("Systems"), "Methods: Systems", "the model")),
    ChecklistItem(
        "15b",
        "Test methods",
        "How the index test was developed, on how many",
        run(facts.validation, "Methods: Training and validation", "how the model was developed"),
    ),
    ChecklistItem(
        "15c",
        "Test methods",
        "Cut-offs of the index test, set before or after",
        run(methods("Calls and calibration"), "Methods: Calls and calibration", "the thresholds and their reason"),
    ),
    ChecklistItem(
        "15d", "Test methods", "Who is to use it, with which expertise", authors("the users and what they must know")
    ),
    ChecklistItem(
        "16a",
        "Test methods",
        "The reference standard",
        run(facts.outcome, "What was asked", "the assay", add="the assay, the specimen and the exons tested"),
    ),
    ChecklistItem("16b", "Test methods", "Why this reference standard", of_patients("why this assay is the reference")),
    ChecklistItem(
        "16c",
        "Test methods",
        "Cut-offs of the reference standard",
        of_patients("from which finding on it is a mutation"),
    ),
    ChecklistItem(
        "17a",
        "Test methods",
        "What those who ran the index test knew",
        run(
            facts.outcome_of_predictors,
            "Methods: Systems",
            "what was known to those who marked nodules",
            add="whether those who marked the nodules knew the result of the assay",
        ),
    ),
    ChecklistItem(
        "17b", "Test methods", "What the laboratory knew", of_patients("whether it knew scans or clinical values")
    ),
)

_ANALYSIS = (
    ChecklistItem(
        "18",
        "Analysis",
        "How accuracy was estimated and compared",
        run(methods("Statistics"), "Methods: Statistics", "how intervals and tests were made"),
    ),
    ChecklistItem(
        "19",
        "Analysis",
        "Indeterminate results",
        run(
            facts.exclusions,
            WHOM,
            "what happened to scans without a result and to indeterminate assays",
            add="indeterminate results of the assay",
        ),
    ),
    ChecklistItem(
        "20",
        "Analysis",
        "Missing data of either test",
        run(
            facts.missing_data,
            "On whom, Supplement",
            "how missing results and values were handled",
            add="why results and values are missing",
        ),
    ),
    ChecklistItem(
        "21",
        "Analysis",
        "Variability of accuracy",
        run(facts.robustness, "Supplement, Shuffled labels", "any analysis of variability, planned or not"),
    ),
    ChecklistItem("22", "Analysis", "Intended sample size", authors("which size was intended, and why")),
    ChecklistItem(
        "23",
        "Analysis",
        "Errors, bias of the algorithm, fairness",
        run(
            facts.fairness, SUPPLEMENT, "any analysis of errors and fairness", add="an analysis of wrongly called cases"
        ),
    ),
)

_RESULTS = (
    ChecklistItem(
        "24",
        "Results",
        "Flow of patients",
        run(facts.labels, WHOM, "the flow of patients", add="a diagram, and who was not eligible"),
    ),
    ChecklistItem(
        "25",
        "Results",
        "Characteristics of each set of patients",
        run(facts.characteristics, "Table 1", "characteristics of each set", add="technical ones of the scans"),
    ),
    ChecklistItem("26a", "Results", "Severity in mutants", of_patients("stage of the tumours with a mutation")),
    ChecklistItem("26b", "Results", "Other diagnoses in wild types", of_patients("what the wild types have")),
    ChecklistItem(
        "27",
        "Results",
        "Time and treatment between scan and assay",
        of_patients("the interval and any treatment in it"),
    ),
    ChecklistItem(
        "28",
        "Results",
        "Whether the patients are those of the intended use",
        run(
            facts.verification_bias,
            SUPPLEMENT,
            "how the share of mutants compares with that of the intended use",
            add="how the share of mutants compares with that of the intended use",
        ),
    ),
    ChecklistItem(
        "29",
        "Results",
        "How external patients differ from those before",
        run(facts.differences, "On whom, Table 1", "how the external cohort differs"),
    ),
    ChecklistItem(
        "30",
        "Results",
        "Calls against the reference standard",
        run(facts.cross_tabulation, SUPPLEMENT, "a table of calls against labels"),
    ),
    ChecklistItem(
        "31", "Results", "Accuracy with its precision", run(facts.performance, TABLES, "accuracy with intervals")
    ),
    ChecklistItem(
        "32",
        "Results",
        "Harm by either test",
        not_applicable("predictions changed no care, and scans and assays were made for other reasons"),
    ),
)

_DISCUSSION = (
    ChecklistItem("33", "Discussion", "Limitations", authors("limitations; start from Read with care")),
    ChecklistItem("34", "Discussion", "What it means for practice", authors("what it means for practice")),
    ChecklistItem(
        "35", "Discussion", "Ethics and fairness of its use", authors("ethical questions and fairness of its use")
    ),
    ChecklistItem("36", "Other information", "Registration", authors("register and number, or that there is none")),
    ChecklistItem(
        "37",
        "Other information",
        "Protocol",
        run(facts.protocol, "Read with care", "where the protocol is, or that there was none"),
    ),
    ChecklistItem("38", "Other information", "Funding", authors("funding and the part of funders")),
    ChecklistItem("39", "Other information", "Commercial interests", authors("commercial interests, or none")),
    ChecklistItem(
        "40a",
        "Other information",
        "Availability of data and code",
        run(
            facts.analytical_code,
            "Software and settings",
            "where code and data can be had",
            add="where the data can be had, and by whom",
        ),
    ),
    ChecklistItem(
        "40b",
        "Other information",
        "Whether outputs are kept and can be audited",
        run(facts.stored_outputs, "Ledger", "whether outputs are kept"),
    ),
)

STARD_AI = Checklist(
    name="stard_ai",
    title="STARD-AI",
    source="Sounderajah V et al. The STARD-AI reporting guideline for diagnostic accuracy studies using artificial "
    "intelligence. Nat Med 2025;31(10):3283-3289, doi 10.1038/s41591-025-03953-8",
    items=(*_FRONT, *_PATIENTS, *_TESTS, *_ANALYSIS, *_RESULTS, *_DISCUSSION),
)
