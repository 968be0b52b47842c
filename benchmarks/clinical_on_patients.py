"""The clinical model on real patients: nested cross-validation in NSCLC Radiogenomics, and from TCGA-LUAD to it.

A random forest of 100 trees on age, sex, smoking and stage, as in `radiogene.methods`. The first row of each table is
the one that was meant before there was a result: the arm of the collection that the paper took (R01-), all of whom
have a stage. The other rows say what the choice of patients and columns does:

* both arms: no patient of the other arm (AMC-) has T, N and M, so "stage unknown" is the same as "of the other arm",
  which is younger, more often female and never smoked, and richer in EGFR mutants. Hence a row without stage beside it;
* adenocarcinoma alone, as TCGA-LUAD has nothing else.

Stage: from pathological T, N and M by the 7th edition of the AJCC. Across cohorts the groups I to IV are compared, as
TCGA's edition differs by patient; the collection's stage 0 counts as I.

    .venv/bin/python benchmarks/clinical_on_patients.py --data DATA --out DIR
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patients.collection_patients import BROAD_STAGE, STAGE, collection_patients, of_papers_arm, with_adenocarcinoma
from patients.external_evaluation import external_report, frozen_forest
from patients.nested_evaluation import NestedResult, clinical_question, nested_result, permuted
from patients.paper_rows import CLINICAL, HEADINGS, paper_cells
from patients.result_table import NOTHING, cell, markdown_table, nested_cells, write_result
from patients.tcga_luad import tcga_patients
from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.row import PatientRow
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import GENES
from radiogene.evaluation.evaluation import GeneEvaluation
from radiogene.evaluation.permutation_check import PermutationCheck

SEEDS, PERMUTATIONS = 10, 20
NESTED, EXTERNAL = "clinical_nested", "clinical_from_tcga"
WITH_STAGE, WITH_BROAD_STAGE = (*DEFAULT_COLUMNS, STAGE), (*DEFAULT_COLUMNS, BROAD_STAGE)


@dataclass(frozen=True, eq=False)
class Group:
    """Patients of one row.

    Attributes:
        name: as printed.
        rows: of the patients.
        staged: whether the model is given their stage.
    """

    name: str
    rows: tuple[PatientRow, ...]
    staged: bool


def groups(rows: tuple[PatientRow, ...]) -> list[Group]:
    """The rows of both tables; the first is the one that was meant beforehand."""
    arm = of_papers_arm(rows)
    return [
        Group("the paper's arm", arm, True),
        Group("the paper's arm, no stage", arm, False),
        Group("the other arm, no stage", tuple(row for row in rows if row not in arm), False),
        Group("both arms (stage unknown in one)", rows, True),
        Group("both arms, no stage", rows, False),
        Group("adenocarcinoma of the paper's arm", with_adenocarcinoma(arm), True),
        Group("adenocarcinoma of both arms, no stage", with_adenocarcinoma(rows), False),
    ]


def nested(rows: tuple[PatientRow, ...], tcga: tuple[PatientRow, ...], seeds: int) -> dict[str, list[NestedResult]]:
    """Per gene the nested results of every group, and last those of TCGA-LUAD itself."""
    asked = [(group.rows, WITH_STAGE if group.staged else DEFAULT_COLUMNS) for group in groups(rows)]
    asked.append((tcga, WITH_BROAD_STAGE))
    return {
        gene: [nested_result(clinical_question(patients, gene, columns), seeds) for patients, columns in asked]
        for gene in GENES
    }


def nested_table(names: Sequence[str], results: dict[str, list[NestedResult]]) -> str:
    """The nested figures, and the paper's row above them."""
    lines = []
    for gene, found in results.items():
        lines.append([gene, "paper, Table 3 (external)", NOTHING, *paper_cells(gene, CLINICAL), NOTHING, NOTHING])
        lines += [[gene, name, *nested_cells(result)] for name, result in zip(names, found, strict=True)]
    heading = ["gene", "patients of", "patients (mutants)", *HEADINGS, "AUC over seeds", "AUC, corrected"]
    return markdown_table(heading, lines)


def check_table(checks: dict[str, PermutationCheck]) -> str:
    """The AUCs within folds of the first row's model where labels are dealt anew."""
    lines = []
    for gene, check in checks.items():
        found = check.genes[gene]
        lines.append(
            [gene, str(check.permutations), *(f"{area:.2f}" for area in (found.mean_auc, found.lowest, found.highest))]
        )
    return markdown_table(["gene", "dealings", "mean AUC", "lowest", "highest"], lines)


def external(rows: tuple[PatientRow, ...], tcga: tuple[PatientRow, ...]) -> dict[str, dict[str, GeneEvaluation]]:
    """Per group and gene the figures of forests trained on TCGA-LUAD."""
    forests = {
        staged: [frozen_forest(tcga, gene, WITH_BROAD_STAGE if staged else DEFAULT_COLUMNS) for gene in GENES]
        for staged in (True, False)
    }
    return {group.name: dict(external_report(forests[group.staged], group.rows).genes) for group in groups(rows)}


def external_table(reports: dict[str, dict[str, GeneEvaluation]]) -> str:
    """The external figures, with calibration, and the paper's row above them."""
    lines = []
    for gene in GENES:
        lines.append([gene, "paper, Table 3", NOTHING, *paper_cells(gene, CLINICAL), NOTHING, NOTHING, NOTHING])
        for name, report in reports.items():
            found = report[gene]
            metrics, calibration = found.metrics, found.calibration
            measures = (found.auc, metrics.accuracy, metrics.sensitivity, metrics.specificity, metrics.f1)
            shown = (*measures, calibration.slope, calibration.brier, calibration.error.error)
            lines.append([gene, name, f"{found.patients} ({found.mutants})", *map(cell, shown)])
    return markdown_table(
        ["gene", "tested on", "patients (mutants)", *HEADINGS, "calibration slope", "Brier", "ECE"], lines
    )


def run(data: Path, out: Path, seeds: int = SEEDS, permutations: int = PERMUTATIONS) -> None:
    """Nothing; the folder then holds both tables and all figures."""
    started = time.process_time()
    rows = collection_patients(data / "nsclc_radiogenomics" / "labels.csv")
    tcga = tcga_patients(data / "tcga_luad" / "tcga_luad_egfr_kras.csv")
    names = [*(group.name for group in groups(rows)), "TCGA-LUAD"]
    results = nested(rows, tcga.rows, seeds)
    checks = {gene: permuted(clinical_question(of_papers_arm(rows), gene, WITH_STAGE), permutations) for gene in GENES}
    content: dict[str, Any] = {
        "seeds": seeds,
        "genes": {
            gene: {name: result.to_json() for name, result in zip(names, found, strict=True)}
            for gene, found in results.items()
        },
        "permutation_check_of": names[0],
        "permutation_check": {gene: check.to_json() for gene, check in checks.items()},
        "processor_seconds": round(time.process_time() - started, 1),
    }
    write_result(out, NESTED, content, f"{nested_table(names, results)}\n\n{check_table(checks)}")
    # The collection is asked last: the forests and their thresholds are finished by then.
    reports = external(rows, tcga.rows)
    content = {
        "remarks": list(tcga.remarks),
        "groups": {name: {gene: of.to_json() for gene, of in report.items()} for name, report in reports.items()},
    }
    write_result(out, EXTERNAL, content, external_table(reports))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of public data")
    parser.add_argument("--out", type=Path, required=True, help="folder of the figures")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="repeats of the nested cross-validation")
    parser.add_argument("--permutations", type=int, default=PERMUTATIONS, help="of the labels")
    options = parser.parse_args()
    run(options.data, options.out, options.seeds, options.permutations)


if __name__ == "__main__":
    main()
