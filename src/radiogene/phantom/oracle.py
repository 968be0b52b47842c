"""What the exact probability reaches on the very patients of a cohort: the ceiling with this sample's luck in it."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from radiogene.phantom.ceiling import GeneCeiling, area_under_curve
from radiogene.phantom.cohort_folder import TRUTH_FILE
from radiogene.storage.regular_file import read_file


def oracle(folder: Path, labels: Mapping[str, Mapping[str, int | None]]) -> dict[str, GeneCeiling]:
    """Per gene, the AUC of the exact P(gene | generating factors) on the patients whose status the table gives.

    Args:
        folder: of the synthetic cohort.
        labels: per patient and gene, as the cohort table gives them.
    """
    lines = csv.DictReader(io.StringIO(read_file(folder / TRUTH_FILE).decode(), newline=""))
    truth = {line["patient_id"]: line for line in lines}
    genes = dict.fromkeys(gene for of in labels.values() for gene in of)
    return {gene: _of_gene(gene, truth, labels) for gene in genes}


def _of_gene(
    gene: str, truth: Mapping[str, Mapping[str, str]], labels: Mapping[str, Mapping[str, int | None]]
) -> GeneCeiling:
    known = [patient for patient, of in labels.items() if of[gene] is not None]
    mutated = np.array([labels[patient][gene] == 1 for patient in known])

    def reached(told: str) -> float:
        exact = np.array([float(truth[patient][f"p_{gene.lower()}_{told}"]) for patient in known])
        return area_under_curve(mutated, exact)

    return GeneCeiling(both=reached("both"), image=reached("image"), clinical=reached("clinical"))
