"""Table 6: what others printed for EGFR, on patients of their own, beside MMDL in its training cohort."""

from radiogene.report.paper.printed import PaperCohort, PrintedTable, share_of

MMDL = "Our methods"

C_WITHOUT_CLINICAL = {"auc": 0.776}
"""Of C's network without clinical data; printed in the text beside Table 6, which holds the 0.838 with them."""

_COLUMNS = ("accuracy", "sensitivity", "specificity")


def _row(auc: float, *percentages: float | None) -> dict[str, float]:
    """The row's figures: the table prints AUC as a share, ACC, SEN and SPE in percent; None is not printed."""
    found = zip(_COLUMNS, percentages or (None,) * len(_COLUMNS), strict=True)
    return {"auc": auc} | {key: share_of(number) for key, number in found if number is not None}


TABLE_6 = PrintedTable(
    name="table6",
    cohort=PaperCohort.TRAINING,
    ours=MMDL,
    rows={
        ("EGFR", row): figures
        for row, figures in {
            "A": _row(0.754),
            "B": _row(0.810, 73.86, 72.27, 75.41),
            "C": _row(0.838, 77.20, 75.80, 79.10),
            "D": _row(0.834, None, 82.20, 74.20),
            "E": _row(0.670),
            "F": _row(0.709),
            "G": _row(0.775),
            "H": _row(0.873, 75.60, 70.90, 79.80),
            "I": _row(0.890),
            "J": _row(0.770, 77.60, 64.60, 82.50),
            MMDL: _row(0.866, 79.43, 78.27, 81.35),
        }.items()
    },
)
