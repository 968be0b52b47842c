"""Tables 7 and 8: MMDL without clinical values, with age, sex or smoking, and with all three."""

from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.rows import mmdl
from radiogene.experiments.table_plan import TRAINING, BlockPlan, FiguresOf, RowPlan, TablePlan
from radiogene.report.evidence.evidence_table import COLUMNS, TRAINING_COLUMNS
from radiogene.report.paper.personal_information import AGE, ALL_FACTORS, NULL, SEX, SMOKING

FACTORS: tuple[tuple[str, tuple[str, ...] | None, str], ...] = (
    ("No clinical values", (), NULL),
    ("Age", ("age",), AGE),
    ("Sex", ("sex",), SEX),
    ("Smoking", ("smoking",), SMOKING),
    ("Age, sex, smoking", None, ALL_FACTORS),
)
"""Our row, the columns that MMDL is given, and the paper's name of the row."""


def factor_plan(name: str, title: str, settings: ExperimentSettings, figures_of: FiguresOf) -> TablePlan:
    """The plan of Table 7 or 8.

    Args:
        name: of the table.
        title: in our words.
        settings: of the experiment.
        figures_of: of which cohort.
    """
    blocks = tuple(
        BlockPlan(
            gene,
            gene,
            tuple(RowPlan(label, mmdl(settings, clinical=columns), printed) for label, columns, printed in FACTORS),
            mmdl(settings),
        )
        for gene in GENES
    )
    columns = TRAINING_COLUMNS if figures_of is TRAINING else tuple(COLUMNS)
    return TablePlan(name, title, columns, blocks, figures_of, repeats=settings.repeats)
