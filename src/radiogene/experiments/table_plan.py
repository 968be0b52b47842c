"""From a plan of rows to a table of measures: every row evaluated, compared with MMDL, and adjusted together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from radiogene.evaluation.comparison import holm_adjusted
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import FitResult, PlannedFit
from radiogene.experiments.row_comparison import compared, unfair
from radiogene.experiments.row_measures import RowFigures, external_figures, training_figures
from radiogene.experiments.rows import repeats_of
from radiogene.report.evidence.evidence_table import EvidenceTable, RowComparison, TableBlock, TableRow
from radiogene.report.paper.paper_values import paper_notes, paper_row

FiguresOf = Callable[[FitResult, str], RowFigures]

EXTERNAL: FiguresOf = external_figures
TRAINING: FiguresOf = training_figures

HOLM_NOTE = "p: paired test against MMDL of the same block; Holm over all comparisons of the table and gene."


@dataclass(frozen=True)
class RowPlan:
    """One row.

    Attributes:
        label: of the row.
        fit: whose figures stand in it; None for a row of the paper alone.
        printed: the row's name in the paper; empty where it has none.
        paper: the paper's figures by column key where its table does not hold them.
        reason: why there is no fit.
    """

    label: str
    fit: PlannedFit | None
    printed: str = ""
    paper: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class BlockPlan:
    """The rows of one gene, and the fit that the others are compared with.

    Attributes:
        heading: as printed.
        gene: which gene.
        rows: in the paper's order.
        reference: MMDL of this block.
    """

    heading: str
    gene: str
    rows: tuple[RowPlan, ...]
    reference: PlannedFit


@dataclass(frozen=True)
class TablePlan:
    """One table.

    Attributes:
        name: `table2` ...
        title: in our words.
        columns: keys of the columns.
        blocks: in the paper's order.
        figures_of: `TRAINING` or `EXTERNAL`.
        notes: below the table.
        repeats: cross-validations of each row in the training cohort.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    blocks: tuple[BlockPlan, ...]
    figures_of: FiguresOf
    notes: tuple[str, ...] = ()
    repeats: int = 1

    @property
    def fits(self) -> list[PlannedFit]:
        """Every fit that the table needs."""
        rows = [row.fit for block in self.blocks for row in block.rows if row.fit is not None]
        fits = list(dict.fromkeys([*(block.reference for block in self.blocks), *rows]))
        return [*fits, *(repeat for fit in fits for repeat in self.repeats_of(fit))]

    def repeats_of(self, fit: PlannedFit) -> tuple[PlannedFit, ...]:
        """The further cross-validations of a row's system; none where the table is of external patients."""
        return repeats_of(fit, self.repeats) if self.figures_of is TRAINING else ()

    def figures(self, fit: PlannedFit, gene: str, evidence: Evidence) -> RowFigures | None:
        """The figures of a fit; None where it has no result.

        Args:
            fit: of a row.
            gene: which gene.
            evidence: outcomes of the table's fits.
        """
        result = evidence.result(fit)
        if result is None:
            return None
        if self.figures_of is not TRAINING:
            return self.figures_of(result, gene)
        repeats = [found for repeat in self.repeats_of(fit) if (found := evidence.result(repeat)) is not None]
        return training_figures(result, gene, repeats)


def build_table(plan: TablePlan, evidence: Evidence) -> EvidenceTable:
    """The table with our figures.

    Args:
        plan: its rows.
        evidence: outcomes of its fits.
    """
    blocks = [_block(plan, block, evidence) for block in plan.blocks]
    return EvidenceTable(plan.name, plan.title, plan.columns, _adjusted(blocks), (*plan.notes, HOLM_NOTE))


def table_experiment(
    name: str, title: str, plan: Callable[[ExperimentSettings, Done], TablePlan], needs: str = ""
) -> Experiment:
    """The experiment of a table that is all in its plan.

    Args:
        name: of the table.
        title: in our words.
        plan: its rows, as far as they are known from what is done.
        needs: beside both cohorts, in words.
    """
    return Experiment(
        name,
        title,
        lambda settings, done: plan(settings, done).fits,
        lambda evidence: Shown(tables=(build_table(plan(evidence.settings, evidence.outcomes), evidence),)),
        needs,
    )


def _block(plan: TablePlan, block: BlockPlan, evidence: Evidence) -> TableBlock:
    figures = plan.figures(block.reference, block.gene, evidence)
    rows = [_row(plan, block, row, evidence, figures) for row in block.rows]
    return TableBlock(block.heading, block.gene, tuple(rows))


def _row(plan: TablePlan, block: BlockPlan, row: RowPlan, evidence: Evidence, reference: RowFigures | None) -> TableRow:
    """One row: the figures of its fit, or why it is empty."""
    paper = paper_row(plan.name, block.gene, row.printed) if row.printed else row.paper
    notes = paper_notes(plan.name, block.gene, row.printed) if paper and row.printed else ()
    if row.fit is None:
        return TableRow(row.label, paper=paper, notes=notes, reason=row.reason)
    result = evidence.result(row.fit)
    if result is None:
        return TableRow(row.label, paper=paper, notes=notes, reason=evidence.why_not(row.fit))
    figures = plan.figures(row.fit, block.gene, evidence)
    if figures is None:
        return TableRow(row.label, paper=paper, notes=notes, reason=evidence.why_not(row.fit))
    failed = [repeat for repeat in plan.repeats_of(row.fit) if evidence.result(repeat) is None]
    if failed:
        notes = (*notes, f"{len(failed)} of its repeats failed: {evidence.why_not(failed[0])}")
    comparison = None
    if row.fit != block.reference and reference is not None:
        comparison = compared(reference, figures, unfair(block.reference, row.fit))
    return TableRow(
        row.label,
        measures={key: figures.measures[key] for key in plan.columns},
        paper=paper,
        patients=figures.labels.size,
        mutants=figures.mutants,
        rests_on=figures.rests_on,
        comparison=comparison,
        notes=(*result.notes, *notes),
    )


def _adjusted(blocks: Sequence[TableBlock]) -> tuple[TableBlock, ...]:
    """The blocks with Holm's adjustment over all comparisons of one gene."""
    families: dict[str, dict[str, float | None]] = {}
    for b, block in enumerate(blocks):
        for r, row in enumerate(block.rows):
            if row.comparison is not None:
                families.setdefault(block.gene, {})[f"{b}.{r}"] = row.comparison.p_value
    adjusted = {gene: holm_adjusted(family) for gene, family in families.items()}

    def with_holm(row: TableRow, gene: str, place: str) -> TableRow:
        comparison: RowComparison | None = row.comparison
        if comparison is None:
            return row
        return replace(row, comparison=replace(comparison, p_holm=adjusted[gene][place]))

    return tuple(
        replace(block, rows=tuple(with_holm(row, block.gene, f"{b}.{r}") for r, row in enumerate(block.rows)))
        for b, block in enumerate(blocks)
    )
