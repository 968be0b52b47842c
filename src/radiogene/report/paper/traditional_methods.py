"""Tables 2 and 3: the clinical model, the radiomics model and MMDL."""

from radiogene.report.paper.printed import PaperCohort, PrintedTable, percent_rows

CLINICAL = "Clinical model"
RADIOMICS = "Radiomics model"
MMDL = "Our model"

TABLE_2 = PrintedTable(
    name="table2",
    cohort=PaperCohort.TRAINING,
    ours=MMDL,
    rows=percent_rows(
        "EGFR",
        {
            CLINICAL: (71.29, 69.25, 66.72, 78.64, 77.37),
            RADIOMICS: (76.46, 77.23, 77.96, 73.62, 79.78),
            MMDL: (86.56, 79.43, 78.27, 81.35, 82.59),
        },
    )
    | percent_rows(
        "KRAS",
        {
            CLINICAL: (72.56, 70.67, 69.48, 72.09, 72.55),
            RADIOMICS: (79.63, 76.59, 78.19, 77.67, 79.76),
            MMDL: (78.97, 72.25, 71.81, 74.26, 80.94),
        },
    ),
)

TABLE_3 = PrintedTable(
    name="table3",
    cohort=PaperCohort.EXTERNAL,
    ours=MMDL,
    rows=percent_rows(
        "EGFR",
        {
            CLINICAL: (67.50, 66.47, 62.13, 73.57, 69.70),
            RADIOMICS: (72.63, 73.84, 73.61, 73.94, 71.02),
            MMDL: (81.29, 75.06, 73.94, 76.69, 77.85),
        },
    )
    | percent_rows(
        "KRAS",
        {
            CLINICAL: (69.38, 67.28, 66.52, 68.75, 72.83),
            RADIOMICS: (76.28, 73.61, 75.42, 74.22, 78.38),
            MMDL: (74.23, 69.64, 68.72, 72.57, 77.50),
        },
    ),
)
