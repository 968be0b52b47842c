"""Clinical models on real patients: nested cross-validation in NSCLC Radiogenomics, and from TCGA-LUAD to it.

Penalised logistic regression, and the paper's random forest of 100 trees, on age, sex, smoking and stage, as in
`radiogene.methods`. The first row of each table is the one that was meant before there was a result: the arm of the
collection that the paper took (R01-), all of whom have a stage. The other rows say what the choice of patients and
columns does:

* both arms: no patient of the other arm (AMC-) has T, N and M, so "stage unknown" is the same as "of the other arm",
  which is younger, more often female and never smoked, and richer in EGFR mutants. Hence a row without stage beside it;
* adenocarcinoma alone, as TCGA-LUAD has nothing else.

Stage: from pathological T, N and M by the 7th edition of the AJCC. Across cohorts the groups I to IV are compared, as
TCGA's edition differs by patient; the collection's stage 0 counts as I. From TCGA-LUAD to the collection all goes by
the ordinary verbs on tables without images: `radiogene.train`, `radiogene.evaluate`.

    .venv/bin/python benchmarks/clinical_on_patients.py --data DATA --out DIR
"""

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import radiogene as rg
from patients.cohort_tables import write_table
from patients.collection_patients import BROAD_STAGE, STAGE, collection_patients, of_papers_arm, with_adenocarcinoma
from patients.independent_logistic import pooled_auc
from patients.nested_evaluation import NestedResult, clinical_question, nested_result, permuted
from patients.paper_rows import CLINICAL, HEADINGS, paper_cells
from patients.result_table import (
    NESTED_HEADINGS,
    NOTHING,
    cell,
    markdown_table,
    nested_cells,
    printed_cells,
    write_result,
)
from patients.tcga_luad import tcga_patients
from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.row import PatientRow
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import GENES
from radiogene.cohort.table.table_cohort import CohortTables
from radiogene.errors import TrainingError
from radiogene.evaluation.evaluation import GeneEvaluation
from radiogene.evaluation.permutation_check import PermutationCheck
from radiogene.methods.tabular.learner import Learner

SEEDS, PERMUTATIONS = 10, 20
NESTED, EXTERNAL = "clinical_nested", "clinical_from_tcga"
WITH_STAGE, WITH_BROAD_STAGE = (*DEFAULT_COLUMNS, STAGE), (*DEFAULT_COLUMNS, BROAD_STAGE)

LEARNERS = {"logistic regression": Learner.LOGISTIC, "forest": Learner.FOREST}
SYSTEMS = {"logistic regression": "clinical-logistic", "forest": "clinical"}
"""The same two as systems of `radiogene train`."""

SMOKING = {"ever smoked or not": False, "never, former or current": True}
"""How the independent computation codes smoking; radiogene's own systems read the first."""

Nested = dict[str, dict[str, dict[str, NestedResult]]]
"""Per gene, group and learner."""


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


def nested(
    rows: tuple[PatientRow, ...], tcga: tuple[PatientRow, ...], seeds: int, learners: Mapping[str, Learner] = LEARNERS
) -> Nested:
    """The nested results of every group, last those of TCGA-LUAD itself."""
    asked = {group.name: (group.rows, WITH_STAGE if group.staged else DEFAULT_COLUMNS) for group in groups(rows)} | {
        "TCGA-LUAD": (tcga, WITH_BROAD_STAGE)
    }
    return {
        gene: {
            name: {
                words: nested_result(clinical_question(patients, gene, columns, learner), seeds)
                for words, learner in learners.items()
            }
            for name, (patients, columns) in asked.items()
        }
        for gene in GENES
    }


def nested_table(results: Nested) -> str:
    """The nested figures, and the paper's row above them."""
    lines = []
    for gene, found in results.items():
        lines.append([gene, "paper, Table 3 (external)", "forest", *printed_cells(paper_cells(gene, CLINICAL))])
        for name, of_group in found.items():
            lines += [[gene, name, words, *nested_cells(result)] for words, result in of_group.items()]
    return markdown_table(["gene", "patients of", "model", *NESTED_HEADINGS], lines)


def difference_table(results: Nested) -> str:
    """Logistic regression minus forest on the same patients in the same folds."""
    lines = []
    for gene, found in results.items():
        for name, of_group in found.items():
            if len(of_group) < len(LEARNERS):
                continue
            difference = of_group["logistic regression"].minus(of_group["forest"])
            p_cell = NOTHING if difference.p_value is None else f"{difference.p_value:.2f}"
            lines.append([gene, name, cell(difference.difference), p_cell])
    return markdown_table(["gene", "patients of", "AUC, logistic regression minus forest", "p"], lines)


def check_table(checks: dict[str, PermutationCheck]) -> str:
    """The AUCs within folds of the first row's forest where labels are dealt anew."""
    lines = []
    for gene, check in checks.items():
        found = check.genes[gene]
        lines.append(
            [gene, str(check.permutations), *(f"{area:.2f}" for area in (found.mean_auc, found.lowest, found.highest))]
        )
    return markdown_table(["gene", "dealings", "mean AUC", "lowest", "highest"], lines)


def pooled_table(results: Nested, independent: Mapping[str, Mapping[str, float]]) -> str:
    """Pooled AUC of logistic regression on age, sex and smoking in both arms, ours and by scikit-learn alone."""
    lines = [
        [
            gene,
            f"{results[gene]['both arms, no stage']['logistic regression'].pooled.mean:.2f}",
            *(f"{area:.2f}" for area in areas.values()),
        ]
        for gene, areas in independent.items()
    ]
    return markdown_table(["gene", "radiogene", *(f"scikit-learn alone, {words}" for words in SMOKING)], lines)


Told = GeneEvaluation | str
"""The figures of a gene, or why no model of it could be trained."""


def external(
    rows: tuple[PatientRow, ...], tcga: tuple[PatientRow, ...], seed: int = 0
) -> dict[str, dict[str, dict[str, Told]]]:
    """Per group, model and gene the figures of models trained on TCGA-LUAD, by the ordinary verbs."""
    found: dict[str, dict[str, dict[str, Told]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        training = rg.patient_table(write_table(place / "tcga.csv", tcga, GENES))
        models = {
            (words, staged, gene): _trained(training, place / f"{system}-{staged}-{gene}", system, columns, gene, seed)
            for words, system in SYSTEMS.items()
            for staged, columns in ((True, WITH_BROAD_STAGE), (False, DEFAULT_COLUMNS))
            for gene in GENES
        }
        for number, group in enumerate(groups(rows)):
            table = rg.patient_table(write_table(place / f"group-{number}.csv", group.rows, GENES))
            found[group.name] = {
                words: {
                    gene: model
                    if isinstance(model := models[words, group.staged, gene], str)
                    else rg.evaluate(model, table, ledger=place / "ledger").report.genes[gene]
                    for gene in GENES
                }
                for words in SYSTEMS
            }
    return found


def _trained(
    table: CohortTables, place: Path, system: str, columns: Sequence[str], gene: str, seed: int
) -> "rg.Model | str":
    """The model of one gene, or why there is none: one that ranks its training patients the wrong way is refused."""
    settings = {"genes": [gene], "clinical": list(columns), "folds": 5, "seed": seed}
    try:
        model = rg.train(table, place, method=system, settings=settings, tell=lambda words: None)
    except TrainingError as error:
        return str(error)
    assert model is not None
    return model


def external_table(reports: Mapping[str, Mapping[str, Mapping[str, Told]]]) -> str:
    """The external figures, with calibration, and the paper's row above them."""
    lines = []
    for gene in GENES:
        lines.append(
            [gene, "paper, Table 3", "forest", NOTHING, *paper_cells(gene, CLINICAL), NOTHING, NOTHING, NOTHING]
        )
        for name, of_group in reports.items():
            for words, report in of_group.items():
                found = report[gene]
                if isinstance(found, str):
                    lines.append(
                        [gene, name, words, "no model: it ranked its training patients wrongly", *[NOTHING] * 8]
                    )
                    continue
                metrics, calibration = found.metrics, found.calibration
                measures = (found.auc, metrics.accuracy, metrics.sensitivity, metrics.specificity, metrics.f1)
                shown = (*measures, calibration.slope, calibration.brier, calibration.error.error)
                lines.append([gene, name, words, f"{found.patients} ({found.mutants})", *map(cell, shown)])
    return markdown_table(
        ["gene", "tested on", "model", "patients (mutants)", *HEADINGS, "calibration slope", "Brier", "ECE"], lines
    )


def run(
    data: Path,
    out: Path,
    seeds: int = SEEDS,
    permutations: int = PERMUTATIONS,
    models: Sequence[str] = tuple(LEARNERS),
) -> None:
    """Nothing; the folder then holds all tables and figures."""
    started = time.process_time()
    labels_csv = data / "nsclc_radiogenomics" / "labels.csv"
    rows = collection_patients(labels_csv)
    tcga = tcga_patients(data / "tcga_luad" / "tcga_luad_egfr_kras.csv")
    results = nested(rows, tcga.rows, seeds, {words: LEARNERS[words] for words in models})
    checks = {
        gene: permuted(clinical_question(of_papers_arm(rows), gene, WITH_STAGE), permutations)
        for gene in GENES
        if permutations
    }
    independent = {
        gene: {words: pooled_auc(labels_csv, gene, three_words=three) for words, three in SMOKING.items()}
        for gene in GENES
    }
    content: dict[str, Any] = {
        "seeds": seeds,
        "genes": {
            gene: {
                name: {words: result.to_json() for words, result in of_group.items()}
                for name, of_group in found.items()
            }
            for gene, found in results.items()
        },
        "independent_pooled_auc": independent,
        "permutation_check_of": "the paper's arm, forest",
        "permutation_check": {gene: check.to_json() for gene, check in checks.items()},
        "processor_seconds": round(time.process_time() - started, 1),
    }
    tables = (
        nested_table(results),
        difference_table(results),
        check_table(checks),
        pooled_table(results, independent),
    )
    write_result(out, NESTED, content, "\n\n".join(tables))
    # The collection is asked last: models and thresholds are finished by then.
    reports = external(rows, tcga.rows)
    content = {
        "remarks": list(tcga.remarks),
        "groups": {
            name: {words: {gene: of.to_json() for gene, of in report.items()} for words, report in of_group.items()}
            for name, of_group in reports.items()
        },
    }
    write_result(out, EXTERNAL, content, external_table(reports))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of public data")
    parser.add_argument("--out", type=Path, required=True, help="folder of the figures")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="repeats of the nested cross-validation")
    parser.add_argument("--permutations", type=int, default=PERMUTATIONS, help="of the labels")
    parser.add_argument("--models", nargs="+", choices=LEARNERS, default=list(LEARNERS), help="in cross-validation")
    options = parser.parse_args()
    run(options.data, options.out, options.seeds, options.permutations, options.models)


if __name__ == "__main__":
    main()
