"""Table 4: six networks, single-task and multi-task. It prints no AUC; that stands in Figure 6 alone."""

from radiogene.report.paper.printed import PaperCohort, PrintedTable, percent_rows

NETWORKS = ("VGG16", "ResNet50", "DenseNet121", "InceptionV3", "Inception-ResNet-v2", "MMDL")
SINGLE_TASK = "single-task"
MULTI_TASK = "multi-task"

COLUMNS = ("accuracy", "sensitivity", "specificity", "f1")


def network_row(network: str, task: str) -> str:
    """The row of a network and a task: the paper prints networks as columns and tasks as blocks.

    >>> network_row("VGG16", SINGLE_TASK)
    'VGG16, single-task'
    """
    return f"{network}, {task}"


def _block(gene: str, task: str, *lines: tuple[float, ...]) -> dict[tuple[str, str], dict[str, float]]:
    """The rows of a block whose lines (ACC, SEN, SPE, F1) each hold one figure per network."""
    by_network = zip(NETWORKS, zip(*lines, strict=True), strict=True)
    return percent_rows(gene, {network_row(network, task): figures for network, figures in by_network}, COLUMNS)


TABLE_4 = PrintedTable(
    name="table4",
    cohort=PaperCohort.EXTERNAL,
    ours="MMDL",
    rows=_block(
        "EGFR",
        SINGLE_TASK,
        (70.34, 67.65, 60.59, 60.25, 67.95, 73.09),
        (65.07, 62.32, 59.33, 57.62, 67.02, 70.91),
        (78.44, 69.2, 62.64, 64.68, 68.14, 74.25),
        (72.66, 61.73, 65.09, 64.53, 68.51, 72.60),
    )
    | _block(
        "KRAS",
        SINGLE_TASK,
        (65.86, 66.84, 59.01, 59.85, 64.49, 68.27),
        (60.15, 61.4, 58.76, 58.57, 63.58, 66.94),
        (68.47, 69.95, 61.16, 61.92, 66.17, 69.37),
        (60.06, 60.79, 66.27, 64.32, 68.25, 69.70),
    )
    | _block(
        "EGFR",
        MULTI_TASK,
        (72.93, 69.4, 61.54, 62.34, 68.03, 75.06),
        (66.27, 60.79, 61.29, 62.12, 65.07, 73.94),
        (76.94, 72.37, 63.85, 62.53, 70.31, 76.69),
        (64.79, 59.07, 74.20, 60.46, 63.91, 77.85),
    )
    | _block(
        "KRAS",
        MULTI_TASK,
        (73.72, 69.75, 60.59, 60.99, 66.73, 69.64),
        (69.38, 65.72, 59.1, 59.01, 64.29, 68.72),
        (76.72, 71.48, 60.73, 62.34, 67.18, 72.57),
        (68.34, 56.62, 65.14, 55.09, 60.00, 77.50),
    ),
)
