"""The radiomics model on real tumour features of NSCLC Radiogenomics, with the clinical model on the same patients.

Recursive elimination, then a random forest of 100 trees: elimination, its number of features, scaling and thresholds
are fitted inside training parts. Two published PyRadiomics tables:

* of the tumour: 46 patients of the paper's arm, 1,764 features (`diagnostics_` columns describe the scan and are left
  out), EGFR and KRAS by the collection's label file. R01-116 is among them, whose tumour lies 77 mm from where another
  source has it: its features may be of something else.
* of the lung that holds the nodule, a secondary question: 83 patients, 1,316 features, EGFR alone. R01-012 is a mutant
  in that table and wild type in the label file; the label file is followed, as everywhere.

Beside them both clinical models (age, sex, smoking, stage), the paper's forest and logistic regression, in the same
folds of the same patients, and the differences.

    .venv/bin/python benchmarks/radiomics_on_patients.py --data DATA --out DIR
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patients.collection_patients import STAGE, collection_patients
from patients.feature_tables import FeatureTable, feature_table
from patients.nested_evaluation import NestedResult, Question, clinical_question, labels_of, nested_result, permuted
from patients.paper_rows import CLINICAL, RADIOMICS, paper_cells
from patients.result_table import (
    NESTED_HEADINGS,
    NOTHING,
    cell,
    markdown_table,
    nested_cells,
    printed_cells,
    write_result,
)
from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.row import PatientRow
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import GENES
from radiogene.evaluation.permutation_check import PermutationCheck
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.nested import plain

SEEDS, PERMUTATIONS = 3, 20
NAME = "radiomics_on_patients"
FOLDER = "nsclc_radiogenomics_radiomics"
TUMOUR, LUNG = "tumour", "lung (secondary)"
COLUMNS = (*DEFAULT_COLUMNS, STAGE)
CLINICAL_MODELS = {"clinical model, logistic regression": Learner.LOGISTIC, "clinical model, forest": Learner.FOREST}
CHECKED_TREES = 20
"""Of the forests of the permutation check: elimination is what takes its time."""


@dataclass(frozen=True, eq=False)
class Systems:
    """The systems on the same patients.

    Attributes:
        region: where the features are of.
        features: how many.
        radiomics: its results.
        clinical: those of the clinical models, by name.
        check: of the radiomics model, with labels dealt anew; None where it was not asked for.
    """

    region: str
    features: int
    radiomics: NestedResult
    clinical: dict[str, NestedResult]
    check: PermutationCheck | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "region": self.region,
            "features": self.features,
            "radiomics": self.radiomics.to_json(),
            "clinical": {words: result.to_json() for words, result in self.clinical.items()},
            "differences": {
                words: (found := self.radiomics.minus(result)).difference.to_json() | {"p_value": found.p_value}
                for words, result in self.clinical.items()
            },
            "permutation_check": None if self.check is None else self.check.to_json(),
        }


def paired(
    region: str, table: FeatureTable, rows: Sequence[PatientRow], gene: str, seeds: int, permutations: int
) -> Systems:
    """All systems on the table's patients whose status is known.

    Args:
        region: of the features.
        table: of features.
        rows: all patients of the collection.
        gene: which.
        seeds: how many.
        permutations: of the check; 0 leaves it out.
    """
    with_features = set(table.patient_ids)
    own = [row for row in rows if row.patient_id in with_features and row.labels[gene] is not None]
    ids = tuple(row.patient_id for row in own)
    question = Question(gene, ids, labels_of(own, gene), plain(table.of(ids)), Learner.FOREST_AFTER_ELIMINATION)
    radiomics = nested_result(question, seeds)
    clinical = {
        words: nested_result(clinical_question(own, gene, COLUMNS, learner), seeds)
        for words, learner in CLINICAL_MODELS.items()
    }
    return Systems(
        region,
        len(table.names),
        radiomics,
        clinical,
        permuted(question, permutations, CHECKED_TREES) if permutations else None,
    )


def figures_table(pairs: Sequence[Systems]) -> str:
    """The systems' figures, and the paper's rows above those of the tumour."""
    lines = []
    for pair in pairs:
        gene = pair.radiomics.question.gene
        if pair.region == TUMOUR:
            for system in (CLINICAL, RADIOMICS):
                lines.append([gene, "", f"{system}, paper, Table 3", *printed_cells(paper_cells(gene, system))])
        lines += [[gene, pair.region, words, *nested_cells(result)] for words, result in pair.clinical.items()]
        lines.append([gene, pair.region, RADIOMICS, *nested_cells(pair.radiomics)])
    return markdown_table(["gene", "features of", "system", *NESTED_HEADINGS], lines)


def difference_table(pairs: Sequence[Systems]) -> str:
    """Radiomics minus each clinical model, and the check by labels dealt anew."""
    lines = []
    for pair in pairs:
        gene = pair.radiomics.question.gene
        check = NOTHING if pair.check is None else f"{pair.check.genes[gene].mean_auc:.2f}"
        for words, result in pair.clinical.items():
            found = pair.radiomics.minus(result)
            p_cell = NOTHING if found.p_value is None else f"{found.p_value:.2f}"
            lines.append([gene, pair.region, words, cell(found.difference), p_cell, check])
    heading = ["gene", "features of", "against", "AUC, radiomics minus clinical", "p", "AUC, labels dealt anew"]
    return markdown_table(heading, lines)


def run(data: Path, out: Path, seeds: int = SEEDS, permutations: int = PERMUTATIONS) -> None:
    """Nothing; the folder then holds both tables and all figures."""
    started = time.process_time()
    rows = collection_patients(data / "nsclc_radiogenomics" / "labels.csv")
    tumour = feature_table(data / FOLDER / "tumour_features_60.csv")
    lung = feature_table(data / FOLDER / "lung_features_117.csv")
    pairs = [paired(TUMOUR, tumour, rows, gene, seeds, permutations) for gene in GENES]
    pairs.append(paired(LUNG, lung, rows, "EGFR", seeds, 0))
    content = {
        "seeds": seeds,
        "trees_of_check": CHECKED_TREES,
        "pairs": [pair.to_json() for pair in pairs],
        "processor_seconds": round(time.process_time() - started, 1),
    }
    write_result(out, NAME, content, f"{figures_table(pairs)}\n\n{difference_table(pairs)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of public data")
    parser.add_argument("--out", type=Path, required=True, help="folder of the figures")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="repeats of the nested cross-validation")
    parser.add_argument("--permutations", type=int, default=PERMUTATIONS, help="of the labels; 0 for none")
    options = parser.parse_args()
    run(options.data, options.out, options.seeds, options.permutations)


if __name__ == "__main__":
    main()
