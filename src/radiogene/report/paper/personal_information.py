"""Tables 7 and 8: MMDL without and with age, sex and smoking status."""

from radiogene.report.paper.printed import PaperCohort, PrintedTable, percent_rows

NULL = "Null"
AGE = "Age"
SEX = "Sex"
SMOKING = "Smoking status"
ALL_FACTORS = "Age, sex, smoking status"

TABLE_7 = PrintedTable(
    name="table7",
    cohort=PaperCohort.TRAINING,
    ours=ALL_FACTORS,
    rows=percent_rows(
        "EGFR",
        {
            NULL: (81.64, 73.21, 64.36, 78.72, 66.83),
            AGE: (81.83, 73.36, 65.51, 77.62, 66.37),
            SEX: (83.05, 74.91, 68.04, 79.96, 69.68),
            SMOKING: (84.64, 75.23, 71.13, 80.19, 75.87),
            ALL_FACTORS: (86.56, 79.43, 78.27, 81.35, 82.59),
        },
    )
    | percent_rows(
        "KRAS",
        {
            NULL: (74.29, 67.04, 64.29, 70.13, 67.36),
            AGE: (74.95, 67.63, 64.80, 71.46, 69.72),
            SEX: (75.18, 69.29, 65.92, 72.38, 67.84),
            SMOKING: (75.68, 70.24, 64.16, 73.53, 66.50),
            ALL_FACTORS: (78.97, 72.25, 71.81, 74.26, 80.94),
        },
    ),
)

TABLE_8 = PrintedTable(
    name="table8",
    cohort=PaperCohort.EXTERNAL,
    ours=ALL_FACTORS,
    rows=percent_rows(
        "EGFR",
        {
            NULL: (78.05, 70.93, 65.27, 75.28, 66.12),
            AGE: (78.16, 71.06, 66.28, 75.13, 67.81),
            SEX: (79.64, 72.15, 66.87, 79.64, 72.01),
            SMOKING: (80.26, 72.30, 68.76, 77.37, 74.51),
            ALL_FACTORS: (81.29, 75.06, 73.94, 76.69, 77.85),
        },
    )
    | percent_rows(
        "KRAS",
        {
            NULL: (71.93, 64.13, 62.76, 67.43, 62.83),
            AGE: (72.02, 64.48, 61.33, 68.29, 65.40),
            SEX: (72.81, 66.53, 62.27, 68.15, 68.39),
            SMOKING: (72.46, 67.19, 62.37, 70.70, 72.41),
            ALL_FACTORS: (74.23, 69.64, 68.72, 72.57, 77.50),
        },
    ),
)
