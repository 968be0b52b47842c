"""Table 4: five other networks in place of the inception-attention-resnet, for one gene and for both at once."""

from radiogene.experiments.experiment import Done
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.rows import BACKBONES, mmdl, system
from radiogene.experiments.table_plan import EXTERNAL, BlockPlan, RowPlan, TablePlan, table_experiment
from radiogene.report.evidence.evidence_table import COLUMNS
from radiogene.report.paper.deep_methods import MULTI_TASK, NETWORKS, SINGLE_TASK, network_row

NAME = "table4"
TITLE = "Networks that look at the views, single-task and multi-task, in the external cohort"


def network_rows(settings: ExperimentSettings, genes: tuple[str, ...]) -> tuple[tuple[str, PlannedFit], ...]:
    """Label and fit of the six networks, trained on these genes; also those of Figure 6."""
    fits = (*(system(settings, name, genes) for name in BACKBONES), mmdl(settings, genes=genes))
    return tuple(zip(NETWORKS, fits, strict=True))


def plan(settings: ExperimentSettings, done: Done) -> TablePlan:
    """The rows: single-task blocks first, as in the paper."""
    blocks = []
    for task, genes_of in ((SINGLE_TASK, lambda gene: (gene,)), (MULTI_TASK, lambda gene: GENES)):
        for gene in GENES:
            genes = genes_of(gene)
            rows = tuple(RowPlan(label, fit, network_row(label, task)) for label, fit in network_rows(settings, genes))
            blocks.append(BlockPlan(f"{gene} ({task})", gene, rows, mmdl(settings, genes=genes)))
    return TablePlan(NAME, TITLE, tuple(COLUMNS), tuple(blocks), EXTERNAL)


EXPERIMENT = table_experiment(NAME, TITLE, plan, "the extra `backbones`")
