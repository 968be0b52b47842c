"""What an experiment shows, before it is drawn or printed: tables of measures, and data of figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from radiogene.evaluation.measure import Measure
from radiogene.storage.typed_json import JsonObject

COLUMNS = {"auc": "AUC", "accuracy": "ACC", "sensitivity": "SEN", "specificity": "SPE", "f1": "F1"}
"""Figures of Tables 2 to 8 by their names in an evaluation, with the paper's headings."""

CONDITIONAL = "auc_conditional"
"""The AUC of a training cohort as its fitted models have it, beside the one that allows for other patients."""

TRAINING_COLUMNS = ("auc", CONDITIONAL, *(key for key in COLUMNS if key != "auc"))

HEADINGS = {**COLUMNS, CONDITIONAL: "AUC of these models"}
"""The heading of every column that a table can have."""


@dataclass(frozen=True)
class RowComparison:
    """A row against the row of MMDL, on the patients whom both have.

    Attributes:
        patients: that both have, with a known label.
        difference: AUC of MMDL minus AUC of the row, with its interval.
        p_value: of the paired test of AUCs; None where undefined.
        p_holm: adjusted over all comparisons of the table and gene.
        p_mcnemar: exact, of the calls; None where undefined or not tested.
        test: of the AUCs, in words.
    """

    patients: int
    difference: Measure
    p_value: float | None
    p_holm: float | None
    p_mcnemar: float | None
    test: str

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        return {
            "patients": self.patients,
            "difference": self.difference.to_json(),
            "p_value": self.p_value,
            "p_holm": self.p_holm,
            "p_mcnemar": self.p_mcnemar,
            "test": self.test,
        }


@dataclass(frozen=True)
class TableRow:
    """One row of one gene.

    Attributes:
        label: as printed.
        measures: by column key; empty where the row has no result of ours.
        paper: the paper's figures of this row by column key, as shares from 0 to 1; empty where it has none.
        patients, mutants: with a known label, behind the measures.
        rests_on: which predictions, in words.
        comparison: with MMDL; None for MMDL itself and where nothing can be compared.
        notes: in words.
        reason: why the row is empty; empty where it is not.
    """

    label: str
    measures: Mapping[str, Measure] = field(default_factory=dict)
    paper: Mapping[str, float] = field(default_factory=dict)
    patients: int = 0
    mutants: int = 0
    rests_on: str = ""
    comparison: RowComparison | None = None
    notes: tuple[str, ...] = ()
    reason: str = ""

    def to_json(self) -> JsonObject:
        """Plain JSON values, shares from 0 to 1, not rounded."""
        return {
            "label": self.label,
            "measures": {name: measure.to_json() for name, measure in self.measures.items()},
            "paper": dict(self.paper),
            "patients": self.patients,
            "mutants": self.mutants,
            "rests_on": self.rests_on,
            "comparison": None if self.comparison is None else self.comparison.to_json(),
            "notes": list(self.notes),
            "reason": self.reason or None,
        }


@dataclass(frozen=True)
class TableBlock:
    """The rows of one gene, or of one gene and task.

    Attributes:
        heading: as printed: `EGFR`, `KRAS (single-task)`.
        gene: which gene.
        rows: in the paper's order.
    """

    heading: str
    gene: str
    rows: tuple[TableRow, ...]

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        return {"heading": self.heading, "gene": self.gene, "rows": [row.to_json() for row in self.rows]}


@dataclass(frozen=True)
class EvidenceTable:
    """One of the paper's tables with our figures.

    Attributes:
        name: `table2` ...
        title: in our words.
        columns: keys of `HEADINGS` that it prints, in order.
        blocks: in the paper's order.
        notes: below the table.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    blocks: tuple[TableBlock, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """Plain JSON values: the content of `NAME.json`."""
        return {
            "name": self.name,
            "title": self.title,
            "columns": list(self.columns),
            "blocks": [block.to_json() for block in self.blocks],
            "notes": list(self.notes),
        }
