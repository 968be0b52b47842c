"""The paper's external figures of the systems that are measured here: Table 3, in per cent, no intervals."""

CLINICAL, RADIOMICS = "clinical model", "radiomics model"

TABLE_3 = {
    ("EGFR", CLINICAL): {"auc": 67.50, "accuracy": 66.47, "sensitivity": 62.13, "specificity": 73.57, "f1": 69.70},
    ("EGFR", RADIOMICS): {"auc": 72.63, "accuracy": 73.84, "sensitivity": 73.61, "specificity": 73.94, "f1": 71.02},
    ("KRAS", CLINICAL): {"auc": 69.38, "accuracy": 67.28, "sensitivity": 66.52, "specificity": 68.75, "f1": 72.83},
    ("KRAS", RADIOMICS): {"auc": 76.28, "accuracy": 73.61, "sensitivity": 75.42, "specificity": 74.22, "f1": 78.38},
}
"""Source: paper, Table 3."""

FIGURES = ("auc", "accuracy", "sensitivity", "specificity", "f1")
HEADINGS = ("AUC", "ACC", "SEN", "SPE", "F1")


def paper_cells(gene: str, system: str) -> list[str]:
    """The paper's AUC, ACC, SEN, SPE and F1 as shares with two digits, like ours."""
    return [f"{TABLE_3[gene, system][figure] / 100:.2f}" for figure in FIGURES]
