"""Logistic regression on age, sex and smoking in the collection, by scikit-learn and the label file alone.

Nothing of radiogene is used: its reader, its coding, its folds and its AUC are what this holds them against.
"""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

AGE, SEX, SMOKING = "Age at Histological Diagnosis", "Gender", "Smoking status"
STATUS = {"Mutant": 1, "Wildtype": 0}


def known_patients(
    labels_csv: Path, gene: str, *, three_words: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    """Age, male, ever smoked (N, 3), and the labels (N,), of the patients whose status is known.

    Args:
        labels_csv: the collection's label file.
        gene: which.
        three_words: tell those who smoke from those who used to, in a fourth column.
    """
    with labels_csv.open(encoding="utf-8-sig", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line[f"{gene} mutation status"] in STATUS]
    values = [
        [
            float(line[AGE]),
            line[SEX] == "Male",
            line[SMOKING] != "Nonsmoker",
            *([line[SMOKING] == "Current"] if three_words else []),
        ]
        for line in lines
    ]
    return np.array(values, dtype=np.float64), np.array([STATUS[line[f"{gene} mutation status"]] for line in lines])


def pooled_auc(labels_csv: Path, gene: str, seeds: int = 20, folds: int = 5, *, three_words: bool = False) -> float:
    """The AUC over all pairs of patients of predictions out of fold, the mean over seeds.

    Args:
        labels_csv: the collection's label file.
        gene: which.
        seeds: of the folds.
        folds: how many.
        three_words: see `known_patients`.
    """
    values, labels = known_patients(labels_csv, gene, three_words=three_words)
    areas = []
    for seed in range(seeds):
        split = StratifiedKFold(folds, shuffle=True, random_state=seed)
        model = make_pipeline(StandardScaler(), LogisticRegression())
        predicted = cross_val_predict(model, values, labels, cv=split, method="predict_proba")[:, 1]
        areas.append(roc_auc_score(labels, predicted))
    return float(np.mean(areas))
