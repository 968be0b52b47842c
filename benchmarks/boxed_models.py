"""Makes the models that travel with the package, from public data alone.

    .venv/bin/python benchmarks/boxed_models.py public-clinical --data $DATA --out src/radiogene/box

`$DATA` holds `nsclc_radiogenomics/labels.csv` (the collection's label file) and `tcga_luad/tcga_luad_egfr_kras.csv`
(UCSC Xena's table of TCGA-LUAD, one line per patient). The same data and versions give the same model. It takes about a
minute of one core; what the model cannot do stands in its card, with nested figures and those of each cohort by a model
of the other.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import radiogene as rg
from patients.cohort_tables import write_table
from patients.collection_patients import collection_patients
from patients.nested_evaluation import clinical_question, nested_result
from patients.result_table import NESTED_HEADINGS, markdown_table, nested_cells
from patients.tcga_luad import tcga_patients
from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.row import PatientRow
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import GENES
from radiogene.methods.tabular.learner import Learner
from radiogene.model.about import About
from radiogene.model.release import release_model

SYSTEM = "clinical-logistic"
COLLECTION, TCGA = "NSCLC Radiogenomics", "TCGA-LUAD"
FOLDS, SEED, NESTED_SEEDS = 5, 0, 5

PUBLIC_CLINICAL = About(
    name="public-clinical",
    title="EGFR and KRAS from age, sex and smoking alone",
    warning=(
        "public-clinical reads no image: it tells what age, sex and smoking say, from 289 public patients, and is no "
        "basis for any decision. Its AUC in nested cross-validation is 0.68 for EGFR; for KRAS, 0.55, it is not shown "
        "to be better than chance."
    ),
    data=(
        "NSCLC Radiogenomics, 147 patients: Bakr S, et al. Data for NSCLC Radiogenomics (Version 4). The Cancer "
        "Imaging Archive, 2017. https://doi.org/10.7937/K9/TCIA.2017.7hs46erv; Bakr S, et al. Sci Data 5:180202 "
        "(2018). CC BY 3.0.",
        "TCGA-LUAD, 162 patients: Cancer Genome Atlas Research Network. Comprehensive molecular profiling of lung "
        "adenocarcinoma. Nature 511:543 (2014); Goldman MJ, et al. Nat Biotechnol 38:675 (2020) (UCSC Xena). Open "
        "access.",
    ),
    licence="CC BY 3.0 (NSCLC Radiogenomics); TCGA open access, no restriction on use",
    limits=(
        "Asked about one of its two cohorts by a model of the other, it has an AUC of 0.65 to 0.67 for EGFR and 0.53 "
        "for KRAS, whose interval holds 0.5.",
        "Its patients are American, and 18% of them are EGFR mutants. Where more are, as in East Asia, its "
        "probabilities are too low: say so with `--prevalence EGFR=0.45`.",
        "One cohort was tested for known places of mutations, the other sequenced; one is adenocarcinoma alone.",
        "Missing values count as the training patients' mean.",
    ),
    made_by="benchmarks/boxed_models.py public-clinical",
)


def public_clinical(data: Path, out: Path) -> Path:
    """The folder of `public-clinical`, made anew.

    Args:
        data: folder of both tables.
        out: the box, whose folder of that name is replaced.
    """
    rows = [
        *_of_site(collection_patients(data / "nsclc_radiogenomics" / "labels.csv"), COLLECTION),
        *_of_site(tcga_patients(data / "tcga_luad" / "tcga_luad_egfr_kras.csv").rows, TCGA),
    ]
    with tempfile.TemporaryDirectory() as folder:
        table = rg.patient_table(write_table(Path(folder) / "patients.csv", rows, GENES))
        model = rg.train(
            table,
            Path(folder) / "model",
            method=SYSTEM,
            settings={"clinical": list(DEFAULT_COLUMNS), "folds": FOLDS, "seed": SEED},
            leave_one_site_out=True,
            tell=lambda words: None,
        )
        release_model(model.path, out / PUBLIC_CLINICAL.name, PUBLIC_CLINICAL, _figures(rows, model))
    return out / PUBLIC_CLINICAL.name


def _of_site(rows: Sequence[PatientRow], site: str) -> list[PatientRow]:
    """The rows with that site and without further columns."""
    return [replace(row, site=site, extra={}) for row in rows]


def _figures(rows: Sequence[PatientRow], model: rg.Model) -> str:
    """Nested figures of both cohorts together and of each, and the prevalence that the model carries."""
    groups = {
        "both": tuple(rows),
        COLLECTION: tuple(row for row in rows if row.site == COLLECTION),
        TCGA: tuple(row for row in rows if row.site == TCGA),
    }
    lines = []
    for gene in GENES:
        for name, patients in groups.items():
            question = clinical_question(patients, gene, DEFAULT_COLUMNS, Learner.LOGISTIC)
            lines.append([gene, name, *nested_cells(nested_result(question, NESTED_SEEDS))])
    shares = ", ".join(f"{gene} {model.decision.gene(gene).prevalence:.1%}" for gene in GENES)
    return (
        f"Nested cross-validation, {FOLDS} folds, {NESTED_SEEDS} seeds, thresholds set inside the training folds:\n\n"
        f"{markdown_table(['gene', 'patients of', *NESTED_HEADINGS], lines)}\n\n"
        f"Prevalence that its probabilities carry: {shares}.\n"
    )


def main() -> None:
    """Makes the models that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", choices=[PUBLIC_CLINICAL.name])
    parser.add_argument("--data", type=Path, required=True, help="folder of the public tables")
    parser.add_argument("--out", type=Path, required=True, help="the box: a folder of model folders")
    options = parser.parse_args()
    print(public_clinical(options.data, options.out))


if __name__ == "__main__":
    main()
