"""MMDL's training loop on real axial CT slices with the patients' real EGFR and KRAS: slice level, no nodule.

What it is: proof that the loop takes real images and real, partly unknown labels. What it is not: MMDL. The slices
show the whole chest, one view instead of nine, without spacing, and nobody knows on which of them the tumour lies. An
AUC about 0.5 is to be expected.

Five folds by patient, stratified over both genes. Of every patient eight slices, spread evenly over the middle of the
lungs' part; the middle 384 x 384 pixels, averaged to 64 x 64. Network, schedule and draws of the preset `tiny`, one
view, no clinical values; a fifth of the training patients stops the training. A patient's probability is the mean over
its slices. Beside it the same with the labels dealt anew among the patients, several times. Nothing was tuned.

    OMP_NUM_THREADS=1 .venv/bin/python benchmarks/mmdl_on_real_slices.py --data DATA --out DIR
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from patients.collection_patients import collection_patients
from patients.ct_slices import SliceStack, read_slices, slice_files
from patients.result_table import cell, markdown_table, write_result
from patients.slice_training import PRESET, SliceFold, train_fold
from radiogene.cohort.row import patient_labels
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import GENES
from radiogene.cohort.splits import Labels, stratified_folds
from radiogene.evaluation.foldwise import FoldwiseAuc, foldwise_auc
from radiogene.evaluation.permutation_check import shuffled
from radiogene.evaluation.predictions import UNKNOWN

NAME = "mmdl_on_real_slices"
FOLDS = 5
SLICES_EACH = 8
DEALINGS = 3


def known_labels(data: Path) -> dict[str, dict[str, int | None]]:
    """The labels of the patients with slices of whom EGFR or KRAS is known."""
    of_all = patient_labels(collection_patients(data / "nsclc_radiogenomics" / "labels.csv"), GENES)
    with_slices = slice_files(data / "nsclc_radiogenomics_ct_slices")
    return {p: of_all[p] for p in with_slices if any(value is not None for value in of_all[p].values())}


def dealt_anew(labels: Labels, seed: int) -> dict[str, dict[str, int | None]]:
    """The same labels of both genes, each pair given to another patient who is known for the same genes."""
    table = [[UNKNOWN if of[gene] is None else of[gene] for gene in GENES] for of in labels.values()]
    moved = shuffled(np.array(table, dtype=np.int8), np.random.default_rng(seed))
    return {
        patient: {gene: None if label == UNKNOWN else int(label) for gene, label in zip(GENES, row, strict=True)}
        for patient, row in zip(labels, moved, strict=True)
    }


def cross_validated(stack: SliceStack, labels: Labels, seed: int, place: Path) -> list[SliceFold]:
    """Every fold's network and its predictions for the patients that it has not seen."""
    folds = stratified_folds(labels, FOLDS, seed)
    return [
        train_fold(stack, labels, fold.train_ids, fold.test_ids, FOLDS * seed + number, place / str(number))
        for number, fold in enumerate(folds)
    ]


def aucs(folds: list[SliceFold]) -> dict[str, tuple[FoldwiseAuc, int, int]]:
    """Per gene the AUC over pairs within folds, and the numbers of patients and mutants."""
    found = {}
    for column, gene in enumerate(GENES):
        probabilities, labels, numbers = (
            np.concatenate(parts)
            for parts in zip(
                *(
                    (f.predictions.probabilities[:, column], f.predictions.labels[:, column], _number(f, number))
                    for number, f in enumerate(folds)
                ),
                strict=True,
            )
        )
        found[gene] = (
            foldwise_auc(labels, probabilities, numbers),
            int((labels >= 0).sum()),
            int((labels == 1).sum()),
        )
    return found


def _number(fold: SliceFold, number: int) -> NDArray[np.int64]:
    return np.full(len(fold.predictions.patient_ids), number, dtype=np.int64)


def described(folds: list[SliceFold]) -> dict[str, Any]:
    """A run as plain JSON values."""
    return {
        "genes": {
            gene: {
                "patients": patients,
                "mutants": mutants,
                "pairs": found.pairs,
                "auc": found.auc.to_json(),
            }
            for gene, (found, patients, mutants) in aucs(folds).items()
        },
        "folds": [
            {
                "patients": list(fold.predictions.patient_ids),
                "probabilities": fold.predictions.probabilities.tolist(),
                "stages": [replace(outcome, history=()).to_json() for outcome in fold.outcomes],
            }
            for fold in folds
        ],
    }


def run(data: Path, out: Path, seed: int = 0, dealings: int = DEALINGS) -> None:
    """Nothing; the folder then holds the table and all figures."""
    started = time.process_time()
    labels = known_labels(data)
    files = slice_files(data / "nsclc_radiogenomics_ct_slices")
    stack = read_slices({patient: files[patient] for patient in labels}, SLICES_EACH, PRESET.image_size)
    given = {"real": labels} | {f"dealt anew, {n}": dealt_anew(labels, n) for n in range(1, dealings + 1)}
    with TemporaryDirectory() as place:
        runs = {
            name: cross_validated(stack, of_run, seed, Path(place) / str(number))
            for number, (name, of_run) in enumerate(given.items())
        }
    content = {
        "preset": PRESET.name,
        "slices_each": SLICES_EACH,
        "slices": len(stack.patient_ids),
        "fold_count": FOLDS,
        "seed": seed,
        "runs": {name: described(folds) for name, folds in runs.items()},
        "processor_seconds": round(time.process_time() - started, 1),
    }
    rows = [
        [gene, name, f"{patients} ({mutants})", cell(found.auc)]
        for gene in GENES
        for name, folds in runs.items()
        for found, patients, mutants in [aucs(folds)[gene]]
    ]
    write_result(out, NAME, content, markdown_table(["gene", "labels", "patients (mutants)", "AUC within folds"], rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of public data")
    parser.add_argument("--out", type=Path, required=True, help="folder of the figures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dealings", type=int, default=DEALINGS, help="repeats with the labels dealt anew")
    options = parser.parse_args()
    run(options.data, options.out, options.seed, options.dealings)


if __name__ == "__main__":
    main()
