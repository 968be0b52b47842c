"""CLAIM, the update of 2024: 44 items, for studies of artificial intelligence in medical imaging.

Source: Tejani et al., Radiol Artif Intell 2024;6(4):e240300, doi 10.1148/ryai.240300; it replaces the 42 items of
Mongan et al. 2020, doi 10.1148/ryai.2020200029. Topics are in our words.
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
from radiogene.report.evidence.manifest_facts import fact

METHODS_TEXT = "Methods"
WHOM = "On whom"
TABLES = "Tables"

_FRONT = (
    ChecklistItem("1", "Title and abstract", "That it is a study of AI, and of which kind", authors("the title")),
    ChecklistItem("2", "Title and abstract", "Design, methods, results, conclusions", authors("the abstract")),
    ChecklistItem(
        "3", "Introduction", "Background, use and role of the AI", authors("the clinical need, the use and the role")
    ),
    ChecklistItem(
        "4", "Introduction", "Aims and hypotheses", run(facts.objectives, "What was asked", "aims and hypotheses")
    ),
)

_DATA = (
    ChecklistItem(
        "5", "Study design", "Prospective or retrospective", of_patients("whether data were collected before or after")
    ),
    ChecklistItem(
        "6", "Study design", "Goal of the study", run(facts.objectives, "What was asked", "the goal of the study")
    ),
    ChecklistItem("7", "Data", "Sources", of_patients("where images, clinical values and labels come from")),
    ChecklistItem("8", "Data", "Inclusion and exclusion", of_patients("the criteria of each cohort")),
    ChecklistItem("9", "Data", "Preprocessing", run(methods("Images"), "Methods: Images", "preprocessing")),
    ChecklistItem(
        "10",
        "Data",
        "Selection of parts of the data",
        of_patients("how the series and the nodule of a patient were chosen"),
    ),
    ChecklistItem("11", "Data", "De-identification", of_patients("how images and tables were de-identified")),
    ChecklistItem(
        "12",
        "Data",
        "Missing data",
        run(facts.missing_data, "On whom, Supplement", "how missing labels and values were handled"),
    ),
    ChecklistItem(
        "13", "Data", "How the images were acquired", of_patients("scanners, kernels, slice thickness, contrast medium")
    ),
)

_REFERENCE = (
    ChecklistItem(
        "14",
        "Reference standard",
        "How it was obtained",
        of_patients("the assay, the specimen, and the exons that were tested"),
    ),
    ChecklistItem("15", "Reference standard", "Why this one", of_patients("why this assay is the reference")),
    ChecklistItem(
        "16",
        "Reference standard",
        "Who made it",
        of_patients("which laboratory tested, and who marked or segmented the nodules"),
    ),
    ChecklistItem(
        "17",
        "Reference standard",
        "Annotation of the test cases",
        of_patients("how nodules of the external cohort were marked, with which tool"),
    ),
    ChecklistItem(
        "18",
        "Reference standard",
        "Agreement between and within annotators",
        of_patients("agreement between readers on centre and segment"),
    ),
    ChecklistItem(
        "19",
        "Data partitions",
        "How cases were assigned to parts",
        run(methods("Training and validation"), "Methods: Training and validation", "how cases were assigned"),
    ),
    ChecklistItem(
        "20",
        "Data partitions",
        "On which level parts are disjoint",
        run(
            lambda report: f"By {by}." if (by := fact(report.manifest, "splits.by")) else "",
            METHODS_TEXT,
            "on which level parts are disjoint",
        ),
    ),
    ChecklistItem(
        "21",
        "Testing data",
        "Intended sample size",
        authors("which size was intended and why; the report gives the counts"),
    ),
)

_MODEL = (
    ChecklistItem("22", "Model", "Full description", run(methods("Systems"), "Methods: Systems", "the model")),
    ChecklistItem("23", "Model", "Software", run(facts.versions, "Software and settings", "software with versions")),
    ChecklistItem(
        "24",
        "Model",
        "Start of the parameters",
        run(methods("Networks"), "Methods: Networks", "the start"),
    ),
    ChecklistItem(
        "25",
        "Training",
        "Approach: augmentation, hyperparameters, runs",
        run(methods("Networks"), "Methods: Networks", "augmentation, hyperparameters and number of runs"),
    ),
    ChecklistItem(
        "26",
        "Training",
        "How the final model was chosen",
        run(methods("Training and validation"), "Methods: Training and validation", "how the final model was chosen"),
    ),
    ChecklistItem("27", "Training", "Ensembling", run(facts.ensembling, METHODS_TEXT, "whether models were averaged")),
)

_EVALUATION = (
    ChecklistItem("28", "Evaluation", "Measures of performance", run(facts.measures, TABLES, "the measures")),
    ChecklistItem(
        "29",
        "Evaluation",
        "Significance and uncertainty",
        run(methods("Statistics"), "Methods: Statistics", "how intervals and tests were made"),
    ),
    ChecklistItem(
        "30",
        "Evaluation",
        "Robustness or sensitivity",
        run(facts.robustness, "Supplement, Shuffled labels", "any analysis of robustness"),
    ),
    ChecklistItem("31", "Evaluation", "Explanation", run(facts.maps, "Figures", "any explanation of the model")),
    ChecklistItem(
        "32", "Evaluation", "On internal data", run(facts.internal_data, TABLES, "how internal data were evaluated")
    ),
    ChecklistItem(
        "33",
        "Evaluation",
        "On external data",
        run(facts.external_data, "Ledger, Tables", "whether external data were used"),
    ),
    ChecklistItem(
        "34",
        "Evaluation",
        "Registration of a clinical trial",
        not_applicable("predictions changed no care: this is no clinical trial"),
    ),
)

_RESULTS = (
    ChecklistItem(
        "35",
        "Results",
        "Numbers included and excluded",
        run(facts.exclusions, WHOM, "how many were eligible, excluded and why"),
    ),
    ChecklistItem(
        "36",
        "Results",
        "Characteristics of each part",
        run(facts.characteristics, "Table 1", "characteristics of each part"),
    ),
    ChecklistItem(
        "37", "Results", "Performance with uncertainty", run(facts.performance, TABLES, "performance with intervals")
    ),
    ChecklistItem(
        "38", "Results", "Diagnostic performance and its precision", run(facts.answers, "The answer", "the main result")
    ),
    ChecklistItem(
        "39",
        "Results",
        "Analysis of wrongly classified cases",
        authors("which cases were called wrongly and why; the report names no patient"),
    ),
)

_DISCUSSION = (
    ChecklistItem("40", "Discussion", "Limitations", authors("limitations; start from Read with care")),
    ChecklistItem("41", "Discussion", "Meaning for practice, use and role", authors("what it means for practice")),
    ChecklistItem(
        "42",
        "Other information",
        "Protocol or further details",
        authors("where the protocol is; this report, its tables and its manifest hold the technical details"),
    ),
    ChecklistItem(
        "43",
        "Other information",
        "Availability of software, model, data",
        run(
            facts.analytical_code,
            "Software and settings",
            "where software, models and data can be had",
            add="where models and data can be had",
        ),
    ),
    ChecklistItem("44", "Other information", "Funding and the part of funders", authors("funding and funders")),
)

CLAIM = Checklist(
    name="claim",
    title="CLAIM 2024",
    source="Tejani AS et al. Checklist for Artificial Intelligence in Medical Imaging (CLAIM): 2024 update. Radiol "
    "Artif Intell 2024;6(4):e240300, doi 10.1148/ryai.240300",
    items=(*_FRONT, *_DATA, *_REFERENCE, *_MODEL, *_EVALUATION, *_RESULTS, *_DISCUSSION),
)
