"""The radiomics model on real tumour features of NSCLC Radiogenomics, with the clinical model on the same patients.

Recursive elimination, then a random forest of 100 trees: elimination, its number of features, scaling and thresholds
are fitted inside training parts. Two published PyRadiomics tables:

* of the tumour: 46 patients of the paper's arm, 1,764 features (`diagnostics_` columns describe the scan and are left
  out), EGFR and KRAS by the collection's label file. R01-116 is among them, whose tumour lies 77 mm from where another
  source has it: its features may be of something else.
* of the lung that holds the nodule, a secondary question: 83 patients, 1,316 features, EGFR alone. R01-012 is a mutant
  in that table and wild type in the label file; the label file is followed, as everywhere.

Beside them the clinical model (age, sex, smoking, stage) in the same folds of the same patients, and the difference.

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
from patients.paper_rows import CLINICAL, HEADINGS, RADIOMICS, paper_cells
from patients.result_table import NOTHING, cell, markdown_table, nested_cells, write_result
from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.row import PatientRow
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import GENES
from radiogene.evaluation.comparison import AucComparison
from radiogene.evaluation.permutation_check import PermutationCheck
from radiogene.evaluation.repeated_fits import FoldScores, corrected_auc_difference
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.nested import plain

SEEDS, PERMUTATIONS = 3, 20
NAME = "radiomics_on_patients"
FOLDER = "nsclc_radiogenomics_radiomics"
TUMOUR, LUNG = "tumour", "lung (secondary)"
COLUMNS = (*DEFAULT_COLUMNS, STAGE)
CHECKED_TREES = 20
"""Of the forests of the permutation check: elimination is what takes its time."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Both systems on the same patients.

    Attributes:
        region: where the features are of.
        features: how many.
        radiomics, clinical: the results.
        difference: AUC of radiomics minus clinical, over the folds of all seeds.
        check: of the radiomics model, with labels dealt anew; None where it was not asked for.
    """

    region: str
    features: int
    radiomics: NestedResult
    clinical: NestedResult
    difference: AucComparison
    check: PermutationCheck | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "region": self.region,
            "features": self.features,
            "radiomics": self.radiomics.to_json(),
            "clinical": self.clinical.to_json(),
            "difference": self.difference.difference.to_json() | {"p_value": self.difference.p_value},
            "permutation_check": None if self.check is None else self.check.to_json(),
        }


def paired(
    region: str, table: FeatureTable, rows: Sequence[PatientRow], gene: str, seeds: int, permutations: int
) -> Pair:
    """Both systems on the table's patients whose status is known.

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
    clinical = nested_result(clinical_question(own, gene, COLUMNS), seeds)
    return Pair(
        region,
        len(table.names),
        radiomics,
        clinical,
        corrected_auc_difference(question.labels, _scores(radiomics), _scores(clinical)),
        permuted(question, permutations, CHECKED_TREES) if permutations else None,
    )


def _scores(result: NestedResult) -> list[FoldScores]:
    """The predictions out of fold of each seed."""
    return [FoldScores(run.probabilities, run.folds) for run in result.runs]


def figures_table(pairs: Sequence[Pair]) -> str:
    """Both systems' figures, and the paper's rows above those of the tumour."""
    lines = []
    for pair in pairs:
        gene = pair.radiomics.question.gene
        if pair.region == TUMOUR:
            for system in (CLINICAL, RADIOMICS):
                lines.append([gene, "", f"{system}, paper, Table 3", NOTHING, *paper_cells(gene, system), "", ""])
        lines.append([gene, pair.region, CLINICAL, *nested_cells(pair.clinical)])
        lines.append([gene, pair.region, RADIOMICS, *nested_cells(pair.radiomics)])
    heading = ["gene", "features of", "system", "patients (mutants)", *HEADINGS, "AUC over seeds", "AUC, corrected"]
    return markdown_table(heading, lines)


def difference_table(pairs: Sequence[Pair]) -> str:
    """Radiomics minus clinical, and the check by labels dealt anew."""
    lines = []
    for pair in pairs:
        gene, p_value = pair.radiomics.question.gene, pair.difference.p_value
        check = NOTHING if pair.check is None else f"{pair.check.genes[gene].mean_auc:.2f}"
        p_cell = NOTHING if p_value is None else f"{p_value:.2f}"
        lines.append([gene, pair.region, cell(pair.difference.difference), p_cell, check])
    heading = ["gene", "features of", "AUC, radiomics minus clinical", "p", "AUC, labels dealt anew"]
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
