"""Tables 2 and 3: MMDL against clinical models and the radiomics model, in the training and in the external cohort.

The paper's clinical model is a forest. From few patients, logistic regression on the same values is often better, so it
stands beside it: an image that adds nothing must not look good against a weak opponent.
"""

from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.rows import mmdl, system
from radiogene.experiments.table_plan import TRAINING, BlockPlan, FiguresOf, RowPlan, TablePlan
from radiogene.report.evidence.evidence_table import COLUMNS, TRAINING_COLUMNS

CLINICAL, RADIOMICS, OURS = "Clinical model", "Radiomics model", "MMDL"
LOGISTIC = "Clinical model, logistic regression"

PRINTED = {CLINICAL: "Clinical model", RADIOMICS: "Radiomics model", OURS: "Our model"}
"""The paper's names of the rows."""


def traditional_plan(
    name: str, title: str, settings: ExperimentSettings, figures_of: FiguresOf, notes: tuple[str, ...] = ()
) -> TablePlan:
    """The plan of Table 2 or 3.

    Args:
        name: of the table.
        title: in our words.
        settings: of the experiment.
        figures_of: of which cohort.
        notes: below the table.
    """
    rows = (
        (CLINICAL, system(settings, "clinical")),
        (LOGISTIC, system(settings, "clinical-logistic")),
        (RADIOMICS, system(settings, "radiomics")),
        (OURS, mmdl(settings)),
    )
    blocks = tuple(
        BlockPlan(
            gene,
            gene,
            tuple(RowPlan(label, fit, PRINTED.get(label, "")) for label, fit in rows),
            mmdl(settings),
        )
        for gene in GENES
    )
    columns = TRAINING_COLUMNS if figures_of is TRAINING else tuple(COLUMNS)
    return TablePlan(name, title, columns, blocks, figures_of, notes, settings.repeats)
