"""TRIPOD+AI: 27 items in 52 parts, for studies that develop or evaluate a prediction model.

Source: Collins et al., BMJ 2024;385:e078378, doi 10.1136/bmj-2023-078378. Topics are in our words.
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

METHODS_TEXT = "Methods"
WHOM = "On whom"
TABLES = "Tables"
SUPPLEMENT = "Supplement"

_TITLE = (
    ChecklistItem("1", "Title", "What kind of study, on whom, predicting what", authors("the title of the paper")),
    ChecklistItem(
        "2", "Abstract", "Abstract by its own checklist", authors("the abstract, by TRIPOD+AI for Abstracts")
    ),
)

_INTRODUCTION = (
    ChecklistItem(
        "3a",
        "Introduction",
        "Clinical setting, reasons, earlier models",
        authors("the diagnostic setting, why a model is wanted, and the models there are"),
    ),
    ChecklistItem(
        "3b",
        "Introduction",
        "For whom, at which point of care, used by whom",
        authors("the target population, the place in the pathway of care, and the users"),
    ),
    ChecklistItem(
        "3c",
        "Introduction",
        "Known inequalities in health between groups",
        authors("what is known of inequalities in testing and outcome between groups"),
    ),
    ChecklistItem(
        "4",
        "Introduction",
        "Objectives; development, evaluation or both",
        run(facts.objectives, "What was asked", "the objectives"),
    ),
)

_DATA = (
    ChecklistItem(
        "5a",
        "Methods",
        "Sources of data and how well they represent the population",
        of_patients("where each cohort comes from, why it was used, and whom it represents"),
    ),
    ChecklistItem("5b", "Methods", "Dates of accrual", of_patients("first and last date of accrual, per cohort")),
    ChecklistItem("6a", "Methods", "Setting and centres", of_patients("level of care, number and place of centres")),
    ChecklistItem("6b", "Methods", "Eligibility", of_patients("who was eligible in each cohort")),
    ChecklistItem(
        "6c", "Methods", "Treatments", of_patients("treatment before the scan or the test, and how it was handled")
    ),
    ChecklistItem(
        "7",
        "Methods",
        "Preparation and checks of the data",
        run(methods("Images"), "Methods: Images", "how images and values were prepared and checked"),
    ),
    ChecklistItem(
        "8a",
        "Methods",
        "Outcome and how it was determined",
        run(
            facts.outcome,
            "What was asked",
            "the outcome, the assay and the exons tested",
            add="the assay, the exons tested, and whether all groups were tested alike",
        ),
    ),
    ChecklistItem(
        "8b",
        "Methods",
        "Assessors of a subjective outcome",
        not_applicable("a mutation is found by an assay, not by a reader"),
    ),
    ChecklistItem(
        "8c", "Methods", "Blinding of the outcome", of_patients("whether the laboratory knew scans or clinical values")
    ),
    ChecklistItem(
        "9a",
        "Methods",
        "Choice of predictors before modelling",
        authors("why these predictors; age, sex and smoking follow Dong et al. 2021"),
    ),
    ChecklistItem(
        "9b", "Methods", "Predictors and how they were measured", run(facts.predictors, METHODS_TEXT, "the predictors")
    ),
    ChecklistItem(
        "9c",
        "Methods",
        "Assessors of subjective predictors",
        of_patients("who marked or segmented nodules and read semantic features, and with which experience"),
    ),
    ChecklistItem(
        "10",
        "Methods",
        "Sample size and whether it suffices",
        authors("how the numbers came about and why they suffice; the report gives the counts and the intervals"),
    ),
    ChecklistItem(
        "11",
        "Methods",
        "Missing data",
        run(
            facts.missing_data,
            "On whom, Supplement",
            "how missing values were handled",
            add="why genes were not tested and values are missing",
        ),
    ),
)

_ANALYSIS = (
    ChecklistItem(
        "12a",
        "Methods",
        "How the data were divided",
        run(methods("Training and validation"), "Methods: Training and validation", "how the data were divided"),
    ),
    ChecklistItem(
        "12b",
        "Methods",
        "Handling of predictors: scaling, transformation",
        run(methods("Images"), "Methods: Images", "scaling and transformation of predictors"),
    ),
    ChecklistItem(
        "12c",
        "Methods",
        "Type of model, every step of building, internal validation",
        run(methods("Systems"), "Methods: Systems", "the models and how they were built"),
    ),
    ChecklistItem(
        "12d",
        "Methods",
        "Heterogeneity between clusters",
        run(facts.sites, SUPPLEMENT, "whether performance was compared between sites"),
    ),
    ChecklistItem(
        "12e", "Methods", "Measures and plots of performance", run(facts.measures, TABLES, "the measures and why")
    ),
    ChecklistItem(
        "12f",
        "Methods",
        "Updating of the model on evaluation data",
        run(facts.model_updating, METHODS_TEXT, "whether a model was updated"),
    ),
    ChecklistItem(
        "12g",
        "Methods",
        "How predictions were calculated",
        run(facts.model_folders, "Software and settings", "how predictions were calculated"),
    ),
    ChecklistItem(
        "13",
        "Methods",
        "Class imbalance",
        run(facts.class_imbalance, METHODS_TEXT, "whether classes were weighed or resampled"),
    ),
    ChecklistItem(
        "14",
        "Methods",
        "Fairness",
        run(
            facts.fairness,
            SUPPLEMENT,
            "what was done for fairness and why",
            add="why these groups, and which others could not be looked at",
        ),
    ),
    ChecklistItem(
        "15",
        "Methods",
        "Output and thresholds",
        run(
            methods("Calls and calibration"),
            "Methods: Calls and calibration",
            "the output, the thresholds and their reasons",
        ),
    ),
    ChecklistItem(
        "16",
        "Methods",
        "Differences between development and evaluation",
        run(facts.differences, WHOM, "differences in setting, eligibility, outcome and predictors"),
    ),
    ChecklistItem(
        "17",
        "Methods",
        "Ethics and consent",
        of_patients("the committee that approved the study, and consent or waiver"),
    ),
)

_OPEN_SCIENCE = (
    ChecklistItem("18a", "Open science", "Funding", authors("sources of funding and the part of funders")),
    ChecklistItem("18b", "Open science", "Conflicts of interest", authors("conflicts of interest of every author")),
    ChecklistItem(
        "18c",
        "Open science",
        "Protocol",
        run(facts.protocol, "Read with care", "where the protocol is, or that there was none"),
    ),
    ChecklistItem("18d", "Open science", "Registration", authors("register and number, or that there is none")),
    ChecklistItem("18e", "Open science", "Availability of data", of_patients("who can have the data, and how")),
    ChecklistItem(
        "18f",
        "Open science",
        "Availability of code",
        run(facts.analytical_code, "Software and settings", "where the code is"),
    ),
    ChecklistItem(
        "19",
        "Patient and public involvement",
        "Involvement",
        authors("how patients were involved, or that they were not"),
    ),
)

_RESULTS = (
    ChecklistItem(
        "20a",
        "Results",
        "Flow of participants, with and without the outcome",
        run(facts.labels, WHOM, "the flow of participants", add="who was not eligible, and why"),
    ),
    ChecklistItem(
        "20b",
        "Results",
        "Characteristics of participants",
        run(facts.characteristics, "Table 1", "characteristics of the participants"),
    ),
    ChecklistItem(
        "20c",
        "Results",
        "Predictors and outcome of the evaluation beside the development data",
        run(facts.differences, "Table 1, On whom", "both cohorts side by side"),
    ),
    ChecklistItem(
        "21", "Results", "Participants and events in each analysis", run(facts.labels, "On whom, Tables", "the numbers")
    ),
    ChecklistItem(
        "22",
        "Results",
        "The whole model, for predictions in others",
        run(
            facts.model_folders,
            "Software and settings",
            "where the model can be had",
            add="where the folders can be had",
        ),
    ),
    ChecklistItem(
        "23a",
        "Results",
        "Performance with intervals, also in subgroups",
        run(facts.performance, TABLES, "performance with intervals"),
    ),
    ChecklistItem(
        "23b",
        "Results",
        "Performance between clusters",
        run(facts.sites, SUPPLEMENT, "whether performance differs between sites"),
    ),
    ChecklistItem(
        "24",
        "Results",
        "Results of updating",
        lambda report: (
            not_applicable("no model was updated")(report)
            if facts.model_updating(report)
            else authors("results of any updating")(report)
        ),
    ),
)

_DISCUSSION = (
    ChecklistItem(
        "25",
        "Discussion",
        "Interpretation, with fairness and earlier studies",
        run(facts.answers, "The answer", "the interpretation", add="what it means, with fairness and earlier studies"),
    ),
    ChecklistItem("26", "Discussion", "Limitations", authors("limitations; start from Read with care")),
    ChecklistItem(
        "27a",
        "Discussion",
        "Input of poor quality or missing, in use",
        authors("what to do in use; the package refuses uneven slices and warns of values beyond the training cases"),
    ),
    ChecklistItem(
        "27b",
        "Discussion",
        "What users must do and know",
        authors("who marks the nodule and enters clinical values, and with which expertise"),
    ),
    ChecklistItem("27c", "Discussion", "Next steps", authors("what should be studied next")),
)

TRIPOD_AI = Checklist(
    name="tripod_ai",
    title="TRIPOD+AI",
    source="Collins GS et al. TRIPOD+AI statement. BMJ 2024;385:e078378, doi 10.1136/bmj-2023-078378",
    items=(*_TITLE, *_INTRODUCTION, *_DATA, *_ANALYSIS, *_OPEN_SCIENCE, *_RESULTS, *_DISCUSSION),
)
